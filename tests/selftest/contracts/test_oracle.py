"""The oracle, request by request: what is expected and which clause decides it."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
import regress
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import json_text
from contracts.document import load_contract
from contracts.exchange import VALID_AUTHORIZATION, Case
from contracts.expectation import Expected
from contracts.oracle import Oracle
from contracts.secrets import WRONG_KEYS
from tests.selftest.data import DATA

#: Imported by name: it has no types of its own.
jsonschema: Any = importlib.import_module("jsonschema")

CONTRACT = load_contract()
INVENTED = load_contract(DATA / "invented.openapi.yaml")
ORACLE = Oracle(CONTRACT)
VALID = b'{"displayName":"x"}'


def verdict(body: bytes | None, oracle: Oracle = ORACLE, **headers: str | None) -> tuple[str, list[str]]:
    """The verdict and the broken clauses; keywords replace headers, None leaves one out."""
    sent: dict[str, str | None] = {"Authorization": VALID_AUTHORIZATION, "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    pairs = tuple((name, value) for name, value in sent.items() if value is not None)
    expected = oracle.expect(Case(body, pairs))
    return expected.expected.value, [violation.clause for violation in expected.violations]


def expected(body: dict[str, Any], oracle: Oracle = ORACLE) -> tuple[str, list[str]]:
    return verdict(json.dumps(body).encode(), oracle)


@pytest.mark.parametrize(
    "body",
    [
        {"displayName": "x"},
        {"displayName": "\n"},
        {"displayName": " "},
        {"displayName": "\uff0e\u2044"},
        {"displayName": "x" * 5000},
        {"displayName": "x", "externalId": "", "maxConcurrentJobs": -1.5, "metadata": {}},
        {"displayName": "x", "externalId": None, "maxConcurrentJobs": None, "alertReceiverEmail": None},
        {"displayName": "x", "globalConnectionExternalIds": []},
        {"displayName": "x", "globalConnectionExternalIds": ["", "", "a"]},
        {"displayName": "x", "alertReceiverEmail": "a@b.co"},
        {"displayName": "x", "metadata": {"a": {"b": [1, None, {"c": "x.y/z"}]}}},
        {"displayName": "x", "maxConcurrentJobs": 2**63},
    ],
)
def test_a_body_that_the_page_allows_is_owed_a_creation(body: dict[str, Any]) -> None:
    assert expected(body) == ("created", [])


@pytest.mark.parametrize(
    ("body", "clause"),
    [
        ({}, "request.displayName.required"),
        ({"displayname": "x"}, "request.displayName.required"),
        ({"displayName": None}, "request.displayName.null"),
        ({"displayName": 5}, "request.displayName.type"),
        ({"displayName": ["x"]}, "request.displayName.type"),
        ({"displayName": ""}, "request.displayName.pattern"),
        ({"displayName": "a\n."}, "request.displayName.pattern"),
        ({"displayName": "/"}, "request.displayName.pattern"),
        ({"displayName": "x", "externalId": 5}, "request.externalId.type"),
        ({"displayName": "x", "metadata": None}, "request.metadata.null"),
        ({"displayName": "x", "metadata": []}, "request.metadata.type"),
        ({"displayName": "x", "maxConcurrentJobs": "5"}, "request.maxConcurrentJobs.type"),
        ({"displayName": "x", "maxConcurrentJobs": True}, "request.maxConcurrentJobs.type"),
        ({"displayName": "x", "globalConnectionExternalIds": None}, "request.globalConnectionExternalIds.null"),
        ({"displayName": "x", "globalConnectionExternalIds": "a"}, "request.globalConnectionExternalIds.type"),
        (
            {"displayName": "x", "globalConnectionExternalIds": ["a", 5]},
            "request.globalConnectionExternalIds.items.type",
        ),
        ({"displayName": "x", "globalConnectionExternalIds": [None]}, "request.globalConnectionExternalIds.items.null"),
        ({"displayName": "x", "alertReceiverEmail": ""}, "request.alertReceiverEmail.pattern"),
        ({"displayName": "x", "alertReceiverEmail": "a@b.co\n"}, "request.alertReceiverEmail.pattern"),
        ({"displayName": "x", "alertReceiverEmail": "a..b@c.de"}, "request.alertReceiverEmail.pattern"),
        ({"displayName": "x", "alertReceiverEmail": False}, "request.alertReceiverEmail.type"),
    ],
)
def test_a_body_with_one_broken_promise_is_owed_a_refusal_for_it(body: dict[str, Any], clause: str) -> None:
    assert expected(body) == ("rejected", [clause])


def test_two_broken_promises_are_both_named_and_not_isolated() -> None:
    expected = ORACLE.expect(Case(b'{"displayName":".","maxConcurrentJobs":"5"}'))
    assert expected.expected is Expected.REJECTED
    assert len(expected.violations) == 2
    assert not expected.isolated


def test_a_violation_says_where_it_is() -> None:
    [violation] = ORACLE.expect(Case(b'{"displayName":"x","globalConnectionExternalIds":["a",5]}')).violations
    assert violation.where == "/globalConnectionExternalIds/1"


@pytest.mark.parametrize(
    ("body", "clause"),
    [
        (None, "request.body.required"),
        (b"", "request.body.required"),
        (b" ", "request.body.json"),
        (b"null", "request.body.type"),
        (b"[]", "request.body.type"),
        (b'[{"displayName":"x"}]', "request.body.type"),
        (b'"x"', "request.body.type"),
        (b"5", "request.body.type"),
        (b'{"displayName":"x"', "request.body.json"),
        (b'{"displayName":"x"} x', "request.body.json"),
        (b'{"displayName":"x","maxConcurrentJobs":NaN}', "request.body.json"),
        (b'{"displayName":"x","maxConcurrentJobs":01}', "request.body.json"),
        (b'{"displayName":"x\x01"}', "request.body.json"),
        (b"\xef\xbb\xbf\xef\xbb\xbf{}", "request.body.json"),
    ],
)
def test_a_body_that_is_no_json_object_is_owed_a_refusal(body: bytes | None, clause: str) -> None:
    assert verdict(body) == ("rejected", [clause])


@pytest.mark.parametrize(
    "body",
    [
        b'{"displayName":"x\xff"}',
        b'{"displayName":"\xed\xa0\x80"}',
        *('{"displayName":"x"}'.encode(coding) for coding in ("utf-16", "utf-16-be", "utf-32-le")),
    ],
)
def test_bytes_that_are_not_utf_8_are_left_to_the_service(body: bytes) -> None:
    assert verdict(body)[0] == "unspecified"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"displayName":"x","unknown":1}', "member that the page does not list"),
        (b'{"displayName":"x","displayName":"x"}', "repeated member"),
        (b'{"displayName":"x","displayName":5}', "repeated member"),
        (b'{"displayName":5,"displayName":"x"}', "repeated member"),
        (b'{"displayName":"x","metadata":{"a":1,"a":2}}', "repeated member"),
        (b'{"displayName":"\\ud800"}', "lone surrogate"),
        (b'{"displayName":"x","metadata":{"\\udc00":1}}', "lone surrogate"),
        (b'{"displayName":"a\\u0000"}', "U+0000"),
        (b'{"displayName":"x","maxConcurrentJobs":1e400}', "number that no double can hold"),
        (b'{"displayName":"x","maxConcurrentJobs":1' + b"0" * 5000 + b"}", "number that no double can hold"),
        (b'{"displayName":"x","maxConcurrentJobs":1e-400}', "number below the smallest double"),
        (b'{"displayName":"x","metadata":{"__proto__":{}}}', "member __proto__"),
        (b'{"displayName":"x","metadata":{"\\u005f_proto__":{}}}', "member __proto__"),
        (b'{"displayName":"x","metadata":{"constructor":5}}', "member constructor"),
        (b'\xef\xbb\xbf{"displayName":"x"}', "byte order mark"),
        (
            b'{"displayName":"x","metadata":' + b'{"a":' * 300 + b"1" + b"}" * 301,
            "nested deeper than parsers must follow",
        ),
    ],
)
def test_where_the_page_and_rfc_8259_are_silent_either_answer_will_do(body: bytes, why: str) -> None:
    expected = ORACLE.expect(Case(body))
    assert expected.expected is Expected.UNSPECIFIED
    assert why in expected.why


def test_an_open_question_does_not_excuse_a_broken_promise() -> None:
    assert expected({"displayName": ".", "unknown": 1}) == ("rejected", ["request.displayName.pattern"])


@pytest.mark.parametrize(
    "number", [b"0", b"-0", b"1e2", b"5e-324", b"0e-400", b"1.7976931348623157e308", b"9007199254740993"]
)
def test_a_number_that_a_double_holds_or_rounds_is_owed_a_creation(number: bytes) -> None:
    assert verdict(b'{"displayName":"x","maxConcurrentJobs":%b}' % number) == ("created", [])


@pytest.mark.parametrize("value", ["Constructor", "prototype", "toString", "__proto"])
def test_names_that_only_resemble_the_protected_ones_are_ordinary(value: str) -> None:
    assert expected({"displayName": "x", "metadata": {value: 1}}) == ("created", [])
    assert expected({"displayName": "__proto__", "metadata": {"a": "__proto__"}}) == ("created", [])


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            "",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "{key}",
            "Basic {key}",
            "Token {key}",
            "Bearer{key}",
            "Bearer {key},",
        ),
        *(f"Bearer {template}" for template in WRONG_KEYS),
    ],
)
def test_anything_but_the_right_key_as_a_bearer_token_is_owed_a_refusal(value: str | None) -> None:
    assert verdict(VALID, Authorization=value) == ("rejected", ["authorization.required"])


@pytest.mark.parametrize("value", ["bearer {key}", "BEARER {key}", "Bearer  {key}", "Bearer {key} "])
def test_another_spelling_of_the_scheme_may_be_taken(value: str) -> None:
    assert verdict(VALID, Authorization=value) == ("unspecified", [])


@pytest.mark.parametrize(
    "value", ["application/json", "application/json;charset=UTF-8", "application/json; charset=utf-8"]
)
def test_the_usual_spellings_of_the_media_type_are_owed_a_creation(value: str) -> None:
    assert verdict(VALID, Content_Type=value) == ("created", [])


@pytest.mark.parametrize(
    "value", ["APPLICATION/JSON", 'application/json; charset="utf-8"', "application/json ; charset=utf-8"]
)
def test_another_spelling_of_the_media_type_may_be_refused(value: str) -> None:
    assert verdict(VALID, Content_Type=value) == ("unspecified", [])
    assert verdict(b"{", Content_Type=value) == ("rejected", ["request.body.json"])


@pytest.mark.parametrize("value", ["text/plain", "application/jsonx", "text/json", "text/x+json", "text/*"])
def test_another_media_type_is_owed_a_refusal(value: str) -> None:
    assert verdict(VALID, Content_Type=value) == ("rejected", ["request.mediaType"])


@pytest.mark.parametrize("value", [None, "", "application/problem+json", "application/x+JSON; v=1", "*/*"])
def test_json_without_a_media_type_or_under_one_that_may_stand_for_json_is_open(value: str | None) -> None:
    assert verdict(VALID, Content_Type=value) == ("unspecified", [])
    assert verdict(b"{", Content_Type=value) == ("rejected", ["request.body.json"])
    assert verdict(b'{"displayName":5}', Content_Type=value) == ("rejected", ["request.displayName.type"])


@pytest.mark.parametrize("value", ["application/json; charset=latin1", "application/json;", "application/json; v=1"])
def test_an_unusual_parameter_of_the_media_type_may_be_refused(value: str) -> None:
    assert verdict(VALID, Content_Type=value) == ("unspecified", [])


def test_a_coded_body_cannot_be_judged() -> None:
    assert verdict(b"\x1f\x8b\x08", Content_Encoding="gzip") == ("unspecified", [])
    assert verdict(b"\x1f\x8b\x08", Content_Encoding="gzip", Authorization=None) == (
        "rejected",
        ["authorization.required"],
    )


def test_a_form_is_refused_for_its_media_type_alone() -> None:
    assert verdict(b"displayName=x", Content_Type="application/x-www-form-urlencoded") == (
        "rejected",
        ["request.mediaType"],
    )


def test_a_valid_body_exercises_its_clauses_and_no_others() -> None:
    exercised = set(
        ORACLE.expect(Case(b'{"displayName":"x","externalId":null,"globalConnectionExternalIds":["a"]}')).exercised
    )
    assert {
        "request.displayName.pattern",
        "request.externalId.null",
        "request.globalConnectionExternalIds.items.type",
    } <= exercised
    assert (
        not {"request.externalId.type", "request.alertReceiverEmail.pattern", "request.maxConcurrentJobs.type"}
        & exercised
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(-2, 2)
    | st.sampled_from(["", "x", "a.b", "RED", "S", "AB", "12", "a@b.co"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["deep", "width", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def validator(schema: dict[str, Any]) -> Any:
    """An independent JSON Schema validator whose patterns are ECMA-262's, as the draft recommends."""

    def pattern(_: Any, source: str, instance: Any, __: Any) -> Any:
        if isinstance(instance, str) and regress.Regex(source, "u").find(instance) is None:
            yield jsonschema.ValidationError(f"{instance!r} does not match {source!r}")

    extended = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": pattern})
    return extended(schema)


@pytest.mark.parametrize("contract", [CONTRACT, INVENTED], ids=["page", "invented"])
def test_an_independent_validator_of_json_schema_agrees_about_every_value(contract: Any) -> None:
    independent, oracle = validator(contract.request_schema), Oracle(contract)
    names = [field.path for field in contract.fields]
    any_members = st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON))
    likely = {"title": "x", "code": "AB", "shape": {"width": 1}, "displayName": "x"}
    right = {name: value for name, value in likely.items() if name in names}
    bodies = st.one_of(any_members, any_members.map(lambda body: body | right))

    @settings(max_examples=400, database=None, deadline=None, derandomize=True)
    @given(bodies)
    def check(body: dict[str, Any]) -> None:
        expected = oracle.expect(Case(json.dumps(body).encode()))
        assert (expected.expected is not Expected.REJECTED) == independent.is_valid(body)

    check()


@given(st.binary(max_size=40) | st.text('{}[]",:x0e.-1 \\utrlfn', max_size=14).map(str.encode))
@settings(max_examples=500, database=None, deadline=None)
def test_whether_bytes_are_json_agrees_with_the_standard_library_where_that_is_strict(data: bytes) -> None:
    try:
        json.loads(data.decode("utf-8"), parse_constant=lambda _: 1 / 0)
        valid = True
    except (ValueError, ZeroDivisionError):
        valid = False
    try:
        json_text.parse(data)
        parsed = True
    except (json_text.MalformedJSON, json_text.NotUTF8):
        parsed = False
    assert parsed == valid or data.startswith(b"\xef\xbb\xbf")


def test_numbers_that_json_does_not_have_are_of_one_kind() -> None:
    bodies = (b'{"displayName":"x","metadata":{"x":%s}}' % word for word in (b"NaN", b"Infinity", b"-Infinity"))
    kinds = [set(ORACLE.expect(Case(body)).violations[0].kinds) for body in bodies]
    assert len(set.intersection(*kinds)) == 1
    assert len(set.union(*kinds)) == 4
