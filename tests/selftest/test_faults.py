"""Every fault is described, belongs to a clause, and makes the mock answer differently."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from typing import Any

import pytest

from contracts.clauses import catalogue
from contracts.document import load_contract
from contracts.targets.mock.cli import CONTRACT
from contracts.targets.mock.connection import Connection
from contracts.targets.mock.registry import Fault, faults
from contracts.targets.mock.server import built
from tests.selftest.fault_probes import KEY, Client, Probe, Run, answers, overlapping_answers

FAULTS = faults()


def _named(name: str, **fields: Any) -> Probe:
    return Probe(json.dumps({"displayName": name, **fields}, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _raw(body: str | bytes, **options: Any) -> Probe:
    return Probe(body.encode() if isinstance(body, str) else body, **options)


def _deep(levels: int, inner: Any = None) -> dict[str, Any]:
    value: Any = inner or {}
    for _ in range(levels):
        value = {"a": value}
    return {"a": value}


CONNECTIONS = "globalConnectionExternalIds"
EVERYTHING = {
    "externalId": "Ext-All_1",
    "metadata": {"a": {"b": [1]}},
    "maxConcurrentJobs": 5,
    CONNECTIONS: ["one", "two"],
    "alertReceiverEmail": "a@b.co",
}
NAMES = [
    *(
        "a",
        " padded ",
        "two  spaces",
        "1 digit",
        "007",
        "42",
        "tab\tbreak\nreturn\r\nend",
        "only\n",
        "+plus+",
        "100%41",
    ),
    *("null", "undefined", "NaN", "true", "drop table", "{{7*7}}", "o'brien", 'say "hi"', "back\\slash", "end\\"),
    *(
        "<b>bold",
        "  ",
        "a\ufffeb",
        "a & b",
        "why: * ? |",
        "e\u0301 combining",
        "\u00e9 composed",
        "\ufb01 ligature",
        "\uff21 wide",
    ),
    *("\u200b zero \u202e width \ufeff", "nul\0inside", "\x01\x02", "\u2028 line", "\U0001f680", "\ufffe\uffff"),
    *("Gr\u00f6\u00dfe", "\u6771\u4eac", "x" * 70, "y" * 300, "z" * 12_000, "\u00e4" * 200, "lower case"),
    *('"quoted"', ":smile: on", "\u1680rare\u2002", "a\u3164b", "admin"),
]
WRONG_NAMES: list[Any] = [
    *(".", "/", "", "a.b", "a/b", "a.", ".a", "/a", "a.b/c", "x" * 64 + ".", "x" * 64 + "/", "a.b\ngood", "good\na.b"),
    *("1.2", "a / b", "\u00e9.", "a..b", "x" * 12_000 + ".", "./", None, 5, 0, True, False, ["x"], [], {}, {"a": 1}),
]
WRONG_ADDRESSES: list[Any] = [
    *("", "text", "a@b", "a..b@c.de", ".a@b.co", "a.@b.co", "@b.co", "a@b.c", "a@b.c1", "a@b.c-d", "a@b_c.co"),
    *("a@-b.co", "a@b..co", "a@b.co.", "a@b.co\n", " a@b.co ", "x\na@b.co", "\u00e9@b.co", "\uff41@b.co", '"q q"@b.co'),
    *("a!b@c.de", "A <a@b.co>", "a@b.co,c@d.ef", "see a@b.co now", "a@[127.0.0.1]", ["a@b.co"], 5, False, {}, {"a": 1}),
    *("a" * 200, "a@" + "a." * 30 + "1", "a" * 5000 + "@"),
]
GOOD_ADDRESSES = [
    *("a+b@c.de", "o'b@c.de", "a_b@c.de", "-a@b.co", "A@B.CO", "a@b.museums", "a@b.c.de", "a" * 65 + "@b.co"),
    *("a@b-.co", "a@1b.co", "a@b.co", "long@" + "b" * 5000 + ".co"),
]
JOBS: list[Any] = [0, -3, 1.5, 0.125, 1.23456, 101, 5000, 2**15, 2**31, 2**53 + 2, 2**63, 1e301, None, 16777217]
WRONG_JOBS: list[Any] = ["5", "", "many", True, False, [], [5], {}, {"a": 1}]
METADATA: list[Any] = [
    *({}, {"a": None}, {"": "x"}, {"a.b": 1}, {"$where": "1"}, {"constructor": "x"}, {"toString": 1}, {"Key": 1}),
    *({" k ": 1}, {"e\u0301": 1, "\u00e9": 2}, {"camelCase": 1}, {"l": [3, 1, 2, 2]}, {"l": [1]}, {"l": []}),
    *({"o": {}}, {"n": 0.125, "i": 7}, {"s": "12"}, {"b": False}, {"b": True}, {"d": "2024-01-01T00:00:00Z"}),
    *({"t": " x "}, {"t": ""}, {"nul": "a\0"}, {"deep": {"er": {"and": {"deeper": 1}}}}, _deep(8), _deep(70)),
    *(_deep(160), {str(n): n for n in range(600)}, {"k" * 50: 1}, {"first": 1, "second": 2}),
    *({"o": {"0": "a", "1": "b"}}, {"password": "p"}, {"id": {"$oid": "5f"}}, {"d": "/Date(1720000000000)/"}),
    *({"tags": ["b", "a"]}, {"rows": [{"x": 1}, {"x": 1}]}, {f"k{n}": n for n in range(1001)}, {"<<": {"a": 1}}),
    {"error": "x"},
]
WRONG_METADATA: list[Any] = [None, [], [1], "x", "", '{"a": 1}', 1, 0, True, False]
LISTS: list[Any] = [[], ["a"], ["a", "a"], ["a", "b"], [""], ["\u00e9"], [str(n) for n in range(600)]]
WRONG_LISTS: list[Any] = [
    *(None, "a", {}, {"0": "a"}, 1, True, [1], [None], [True], [{}], [["a"]], ["a", 1], [1, "a"], ["a", 1, "b"]),
]
EXTERNAL_IDS: list[Any] = [
    *(None, "", " pad ", "UPPER", "upper", "007x", "008", "a.b/c", "\u00e9", "e\u0301", "nul\0", "x" * 70, "y" * 300),
    *("", "z" * 1200, "again", "again"),
]
WRONG_EXTERNAL_IDS: list[Any] = [5, 0, True, [], ["x"], {}, {"a": 1}]
MALFORMED = [
    *('{"displayName":"x",}', '{"displayName":"x"/*c*/}', "{'displayName':'x'}", '{"displayName":"x"} x', "nonsense"),
    *('{"displayName":"x"}}', '{"displayName":"x"', '{"displayName":"x', '{"displayName":"x","maxConcurrentJobs":NaN}'),
    *('{"displayName":"x","maxConcurrentJobs":05}', '{"displayName":"x","maxConcurrentJobs":+5}'),
    *('{"displayName":"x","maxConcurrentJobs":.5}', '{"displayName":"a\tb"}', r'{"displayName":"\x41"}'),
    *('{"displayName":"x","maxConcurrentJobs":None}', '\u00a0{"displayName":"x"}', '{"displayName"="x"}'),
]
BODIES = ["", "null", "[]", '[{"displayName":"x"}]', '[{"displayName":"x"},{"displayName":"y"}]', '"x"', "5", "true"]
BODIES += [json.dumps('{"displayName":"x"}'), "{}", '{"externalId":"only"}', '{"displayname":"x"}', "\ufeff{}"]
NOT_UTF_8 = [b'{"displayName":"a\xe9b"}', b'{"displayName":"a\xed\xa0\x80b"}', b'{"displayName":"a\xc0\xafb"}']
NOT_UTF_8 += ['{"displayName":"x"}'.encode("utf-16"), '{"displayName":"x"}'.encode("utf-16-le")]
MEDIA_TYPES = [
    *(None, "", "text/plain", "text/json", "application/vnd.api+json", "application/jsonx", "application/octet-stream"),
    *("application/x-www-form-urlencoded", "application/xml", "APPLICATION/JSON", "application/json;charset=utf-8"),
    *("application/json; charset=UTF-8",),
]
FORM = ("displayName=form", "application/x-www-form-urlencoded")
PART = '--b\r\nContent-Disposition: form-data; name="displayName"\r\n\r\nform\r\n--b--\r\n'
MIDDLE = KEY[:30] + "!" + KEY[31:]
AUTHORIZATIONS = [
    *(
        None,
        "",
        "Bearer",
        "Bearer wrong",
        "Basic dXNlcjpwYXNz",
        "Bearer {key}x",
        "Bearer x{key}",
        "{key}",
        "Token {key}",
    ),
    *("Bearer " + KEY[:-1], "Bearer " + KEY.upper(), "Bearer " + KEY[:-1] + "!", "Bearer !" + KEY[1:], "Basic {key}"),
    *("Bearer " + MIDDLE, "Bearer " + "x" * len(KEY), "Bearer sk-" + "z" * 60, "Bearer null", 'Bearer "{key}"'),
    *("Bearer eyJh.eyJi.c", "bearer {key}"),
]


def _ordinary(count: int, prefix: str) -> list[Probe]:
    return [
        _named(f"{prefix} {n}", externalId=f"{prefix}-{n}", maxConcurrentJobs=n, metadata={"n": n, "m": n})
        for n in range(count)
    ]


def _unauthorized(body: dict[str, Any]) -> list[Probe]:
    text = json.dumps(body)
    return [_raw(text, authorization=header) for header in AUTHORIZATIONS]


PROBES = [
    *_ordinary(30, "first"),
    *map(_named, NAMES),
    _raw(r'{"displayName":"\ud800"}'),
    *[_named(name) for name in WRONG_NAMES],
    *[_named("x", alertReceiverEmail=address) for address in [*WRONG_ADDRESSES, *GOOD_ADDRESSES, None]],
    *[_named("x", maxConcurrentJobs=number) for number in [*JOBS, *WRONG_JOBS]],
    *[_named("x", metadata=value) for value in [*METADATA, *WRONG_METADATA]],
    *[_named("x", **{CONNECTIONS: items}) for items in [*LISTS, *WRONG_LISTS]],
    *[_named("x", externalId=value) for value in [*EXTERNAL_IDS, *WRONG_EXTERNAL_IDS]],
    _named("another name", externalId="again"),
    _named("everything", **EVERYTHING),
    _named("nulls", externalId=None, maxConcurrentJobs=None, alertReceiverEmail=None),
    _named("null and email", externalId=None, alertReceiverEmail="a@b.co"),
    _named("null and text", externalId=None, maxConcurrentJobs="5"),
    _named("metadata and email", metadata={"a": 1}, alertReceiverEmail="a@b.co"),
    _named("wrong. beside metadata", metadata={}),
    _named("unknown", id="ownid", platformId="0" * 21, type="PERSONAL", ownerId="2" * 21),
    _named("taken and wrong", externalId="not-taken", alertReceiverEmail="wrong"),
    _named("taken and free", externalId="not-taken"),
    *_unauthorized({"displayName": "x"}),
    *_unauthorized({"displayName": "x", "metadata": {}, "externalId": "not-used"}),
    _named("free", externalId="not-used"),
    *[_raw(body) for body in [*MALFORMED, *BODIES]],
    *[_raw(body) for body in NOT_UTF_8],
    *[_raw('{"displayName":"x"}', content_type=media_type) for media_type in MEDIA_TYPES],
    _raw(FORM[0], content_type=FORM[1]),
    _raw(PART, content_type="multipart/form-data; boundary=b"),
    _raw(r'{"displayName":"a\/b"}'),
    _raw(' {"displayName":"x"} '),
    _raw(r'{"displayName":"\u0041"}'),
    _raw('{"metadata":{},"displayName":"x"}'),
    _raw('{"displayName":"x","maxConcurrentJobs":1e2}'),
    _raw('{"displayName":"x","maxConcurrentJobs":1e400}'),
    _raw('{"displayName":"x","metadata":{"__proto__":{"polluted":true}}}'),
    _raw('{"displayName":"x","metadata":{"constructor":{"prototype":{"polluted":true}}}}'),
    _raw('{"displayName":"x"}', accept="*/*"),
    _named("large", metadata={"text": "x" * 70_000}),
    *_ordinary(60, "last"),
]
OVERLAPPING = [
    *_ordinary(12, "pair"),
    *[_named(f"same {n}", externalId="same") for n in range(6)],
    _named("wrong."),
    *_ordinary(3, "beside"),
    _raw('{"displayName":"without a key"}', authorization=None),
    *_ordinary(4, "with a key"),
]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    async def pause(connection: Connection, seconds: float) -> None:
        if seconds >= 1:
            await connection.gone()

    monkeypatch.setattr(Connection, "pause", pause)


def _client(fault: str | None = None) -> Client:
    return Client(built(contract=CONTRACT, key=KEY, fault=fault))


async def _all(run: Run, probes: list[Probe], fault: str | None = None) -> list[tuple[Probe | str, Any]]:
    return [pair async for pair in run(_client(fault), probes)]


CLEAN = asyncio.run(_all(answers, PROBES))
CLEAN_OVERLAPPING = asyncio.run(_all(overlapping_answers, OVERLAPPING))


async def _difference(fault: Fault) -> tuple[Probe | str, Any, Any] | None:
    run, probes, clean = (answers, PROBES, CLEAN)
    if fault.overlap:
        run, probes, clean = (overlapping_answers, OVERLAPPING, CLEAN_OVERLAPPING)
    expected = iter(clean)
    async for probe, answer in run(_client(fault.name), probes):
        owed = next(expected, (probe, None))[1]
        if answer != owed:
            return probe, owed, answer
    return None


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_makes_the_mock_answer_differently(name: str) -> None:
    found = asyncio.run(_difference(FAULTS[name]))
    assert found is not None, f"{name}: no probe shows it (it comes with: {FAULTS[name].trigger})"


def test_the_clean_mock_answers_the_same_twice() -> None:
    assert asyncio.run(_all(answers, PROBES)) == CLEAN
    assert asyncio.run(_all(overlapping_answers, OVERLAPPING)) == CLEAN_OVERLAPPING


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.overlap])
def test_a_fault_of_overlap_is_silent_without_overlap(name: str) -> None:
    assert asyncio.run(_all(answers, _ordinary(20, "alone"), name)) == asyncio.run(
        _all(answers, _ordinary(20, "alone"))
    )


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_described(name: str) -> None:
    fault = FAULTS[name]
    assert re.fullmatch(r"[A-Z].{10,140}", fault.description), fault.description
    assert fault.trigger
    assert re.fullmatch(r"[a-z][a-z0-9_]{5,75}", name)


def test_every_clause_that_a_service_owes_has_a_fault() -> None:
    # What only the end of a run shows depends on how long the run is: no fault can know.
    owed = {clause for clause in catalogue(load_contract()) if not clause.startswith("advisory.")} - {"state.recovers"}
    assert {fault.breaks for fault in FAULTS.values()} == owed


def test_the_catalogue_is_broad() -> None:
    assert len(FAULTS) >= 170
    assert sum(fault.conditional for fault in FAULTS.values()) >= 50
    assert sum(fault.intermittent or fault.overlap for fault in FAULTS.values()) >= 15


def test_the_list_of_faults_names_each_of_them() -> None:
    command = [sys.executable, "-m", "contracts.targets.mock", "--list-faults"]
    printed = subprocess.run(  # noqa: S603 - our own module
        command, capture_output=True, text=True, check=True, timeout=30
    ).stdout
    lines = {line.split(" [")[0] for line in printed.splitlines()}
    assert FAULTS.keys() <= lines
    assert f"{len(FAULTS)} faults" in printed


ROOT = CONTRACT.parents[1]
SUITE = sorted(
    path
    for folder in ("contracts", "strategies", "reports", "tests/contract")
    for path in (ROOT / folder).rglob("*.py")
    if "mock" not in path.relative_to(ROOT).parts
)
MOCK = sorted((ROOT / "contracts" / "targets" / "mock").rglob("*.py"))


def test_the_suite_knows_no_fault() -> None:
    assert len(SUITE) > 30
    for path in SUITE:
        words = set(re.findall(r"\w+", path.read_text()))
        assert not words & FAULTS.keys(), path


def test_the_mock_knows_nothing_of_the_suite() -> None:
    assert len(MOCK) > 30
    for path in MOCK:
        imported = re.findall(
            r"^\s*(?:from|import) ((?:contracts|strategies|reports|tests)[\w.]*)", path.read_text(), re.MULTILINE
        )
        assert all(module.startswith("contracts.targets.mock") for module in imported), path
