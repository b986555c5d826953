"""A set of requests that shows every fault of the mock: bodies, values, headers and overlap."""

from __future__ import annotations

import json
from typing import Any

from tests.selftest.mock.fault_probes import KEY, Probe


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
    *(
        "select all",
        "2024-01-01T00:00:00+01:00",
        '"quoted"',
        ":smile: on",
        "\u1680rare\u2002",
        "a\u3164b",
        "heart \u2764\ufe0f",
        "admin",
        f"a{' ' * 40_000}b",
    ),
]
WRONG_NAMES: list[Any] = [
    *(".", "/", "", "a.b", "a/b", "a.", ".a", "/a", "a.b/c", "x" * 64 + ".", "x" * 64 + "/", "a.b\ngood", "good\na.b"),
    *(
        "1.2",
        "a / b",
        "\u00e9.",
        "a..b",
        "x" * 12_000 + ".",
        "./",
        "a@b.co",
        None,
        5,
        0,
        True,
        False,
        ["x"],
        [],
        {},
        {"a": 1},
    ),
]
WRONG_ADDRESSES: list[Any] = [
    *("", "text", "a@b", "a..b@c.de", ".a@b.co", "a.@b.co", "@b.co", "a@b.c", "a@b.c1", "a@b.c-d", "a@b_c.co"),
    *("a@-b.co", "a@b..co", "a@b.co.", "a@b.co\n", " a@b.co ", "x\na@b.co", "\u00e9@b.co", "\uff41@b.co", '"q q"@b.co'),
    *("a!b@c.de", "A <a@b.co>", "a@b.co,c@d.ef", "see a@b.co now", "a@[127.0.0.1]", ["a@b.co"], 5, False, {}, {"a": 1}),
    *("a" * 200, "a@" + "a." * 30 + "1", "a" * 5000 + "@", "a" * 70 + "..b@c.de", {"email": "a@b.co"}),
]
GOOD_ADDRESSES = [
    *("a+b@c.de", "o'b@c.de", "a_b@c.de", "-a@b.co", "A@B.CO", "a@b.museums", "a@b.c.de", "a" * 65 + "@b.co"),
    *("a@xn--b.co", "a@b-c.co", "a@b-.co", "a@1b.co", "a@b.co", "long@" + "b" * 5000 + ".co"),
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
    *({"o": {"length": 2}}, {"o": {"length": 0}}, {"snake_case": 1, "kebab-case": 2}, {"l": list(range(30))}),
    *({"l": ["a,b"]}, {"l": [{"a": 1}]}, {"l": [1, None]}, {"t": "a*b/c"}, {"t": "Width\nMeasure"}),
    {"t": '{"a":{"b":[1,2]},"c":"d"}'},
    *({"error": "x"}, {"l": [1234567890123456789]}, {"x": "<" * 40_000}),
    *({"length": 2, "x": 1}, {"\0first": 1}, {"displayName": "another"}),
]
WRONG_METADATA: list[Any] = [None, [], [{"a": 1}], [1], "x", "", '{"a": 1}', 1, 0, True, False]
LISTS: list[Any] = [[], ["a"], ["a", "a"], ["a", "b"], [""], ["\u00e9"], [str(n) for n in range(600)]]
WRONG_LISTS: list[Any] = [
    *(None, "a", {}, {"0": "a"}, 1, True, [1], [None], [True], [{}], [["a"]], ["a", 1], [1, "a"], ["a", 1, "b"]),
    *([5, 5], [1.5]),
]
EXTERNAL_IDS: list[Any] = [
    *("open <tag", "zero\u200bwidth", "constructor", " \t "),
    *(None, "", " pad ", "UPPER", "upper", "007x", "008", "a.b/c", "\u00e9", "e\u0301", "nul\0", "x" * 70, "y" * 300),
    *(
        "",
        "z" * 1200,
        "again",
        "again",
        "case",
        "CASE",
        "space",
        "space ",
        "n\u00e9",
        "ne\u0301",
        "accent",
        "\u00e0ccent",
    ),
    *("\U0001f600", "\U0001f680"),
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
BODIES += [
    json.dumps('{"displayName":"x"}'),
    "{}",
    '{"externalId":"only"}',
    '{"alertReceiverEmail":"a@b.co"}',
    '{"displayname":"x"}',
    "\ufeff{}",
]
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


def ordinary(count: int, prefix: str) -> list[Probe]:
    """So many valid bodies, each with its own values."""
    return [
        _named(f"{prefix} {n}", externalId=f"{prefix}-{n}", maxConcurrentJobs=n, metadata={"n": n, "m": n})
        for n in range(count)
    ]


def _unauthorized(body: dict[str, Any]) -> list[Probe]:
    text = json.dumps(body)
    return [_raw(text, authorization=header) for header in AUTHORIZATIONS]


PROBES = [
    *ordinary(30, "first"),
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
    _named("alike", DisplayName="Other"),
    _named("a pool", poolId="x"),
    _named("nulls", externalId=None, maxConcurrentJobs=None, alertReceiverEmail=None),
    _named("null and email", externalId=None, alertReceiverEmail="a@b.co"),
    _named("null and text", externalId=None, maxConcurrentJobs="5"),
    _named("metadata and email", metadata={"a": 1}, alertReceiverEmail="a@b.co"),
    _named("wrong. beside metadata", metadata={}),
    _named("a field in metadata", externalId="outside", metadata={"externalId": "inside"}),
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
    _named("very large", metadata={"text": "x" * 1_100_000}),
    _named("many items", metadata={"list": [0] * 70_000}),
    _named("blank", maxConcurrentJobs=" "),
    _raw('{"displayName":"right","displayName":"wrong."}'),
    _raw(rb'{"displayName":"\ud83d' + '\U0001f600"}'.encode()),
    _raw('{"displayName":"x",\n"externalId":null}'),
    *[_named("x", maxConcurrentJobs=value) for value in ([None], [[5]])],
    *[_named("x", metadata=value) for value in ({"l": [{"a": None}]}, {f"k{n}": 1 for n in range(30)})],
    _raw('{"displayName":"x"}', authorization=None, more=(("transfer-encoding", "chunked"),)),
    *[_raw(f'{{"displayName":"x","maxConcurrentJobs":{number}}}') for number in ("25e-1", "1E+2", "1e02")],
    _raw('{"displayName":"x"}', more=(("expect", "100-continue"),)),
    _raw('{"displayName":"x"}', authorization="Bearer{key}"),
    _raw('{"displayName":"x"}', authorization="Basic Bearer {key}"),
    *[_raw('{"displayName":"in chunks"}', more=(("transfer-encoding", coding),)) for coding in ("chunked", "Chunked")],
    _raw(json.dumps({"displayName": "z", "metadata": {"text": "x" * 2_000}}), more=(("accept-encoding", "gzip"),)),
    _raw('{"displayName":"x"}', authorization="Bearer sk-\xe9"),
    _raw('{"displayName":"x"}', authorization="Bearer sk-" + "a" * 300),
    *ordinary(60, "last"),
]
OVERLAPPING = [
    *ordinary(12, "pair"),
    *[_named(f"same {n}", externalId="same") for n in range(6)],
    _named("wrong."),
    *ordinary(3, "beside"),
    _raw('{"displayName":"without a key"}', authorization=None),
    *ordinary(4, "with a key"),
]
