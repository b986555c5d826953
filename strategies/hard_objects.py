"""Objects that a free-form field must accept and preserve: member names and values that software handles wrongly."""

from __future__ import annotations

from typing import Any, Final

from strategies.hard_texts import HARD_TEXTS, filler
from strategies.json_values import HARD_NUMBERS, Named

#: Names of members that parsers may refuse or leave out as a protection (CWE-1321).
PROTECTED_NAMES: Final = frozenset({"__proto__", "constructor"})
_PROTOTYPE_WORDS: Final = (
    *("toString", "valueOf", "hasOwnProperty", "isPrototypeOf", "prototype", "__defineGetter__"),
    *("toJSON", "then", "length", "name", "arguments", "caller", "self", "this", "class", "__class__", "__dict__"),
    *("$where", "$ne", "$set", "$ref", "$oid", "a.b", "a[0]", "a/b", "a~1b", "_id", "__v", "@type", "#text", "*", "%s"),
)


def _nested(depth: int, *, arrays: bool = False) -> Any:
    value: Any = "bottom"
    for level in range(depth):
        value = [value] if arrays or level % 4 == 0 else {"in": value}
    return value if isinstance(value, dict) else {"in": value}


def _keys(number: int) -> dict[str, int]:
    return {f"key{index}": index for index in range(number)}


#: The length of the longest text class that is used as a name. With everything at once a body must not reach 64 KiB,
#: from where on a service may refuse it.
_LONG_NAME: Final = 300

_ONE_BY_ONE: Final = (
    Named("empty", {}),
    Named("every text class as a value", {f"t{index}": hard.text for index, hard in enumerate(HARD_TEXTS)}),
    Named(
        "every text class as a name",
        {
            hard.text: index
            for index, hard in enumerate(HARD_TEXTS)
            if hard.text not in PROTECTED_NAMES and len(hard.text) <= _LONG_NAME
        },
    ),
    Named("every number class", {f"n{index}": hard.value for index, hard in enumerate(HARD_NUMBERS)}),
    Named(
        "every JSON type",
        {
            "s": "x",
            "n": 5,
            "f": 1.5,
            "t": True,
            "no": False,
            "nil": None,
            "a": [1, "x", None, True, [], {}],
            "o": {"in": {}},
        },
    ),
    Named("values that are falsy", {"s": "", "z": 0, "no": False, "nil": None, "a": [], "o": {}}),
    Named("one null", {"only": None}),
    Named("one empty text", {"only": ""}),
    Named("one zero", {"only": 0}),
    Named("one false", {"only": False}),
    Named("one empty array", {"only": []}),
    Named("one empty object", {"only": {}}),
    Named("an empty name", {"": "x", "o": {"": {"": None}}}),
    Named(
        "names that differ in case, normalisation or white space",
        {
            "Key": 1,
            "key": 2,
            "KEY": 3,
            "caf\xe9": 4,
            "cafe\u0301": 5,
            " key": 6,
            "key ": 7,
            "camelCase": 8,
            "snake_case": 9,
        }
        | {"kebab-case": 10, "PascalCase": 11, "ke\u200by": 12, "\uff4b\uff45\uff59": 13},
    ),
    # as an array has one, for code that asks for no more
    Named("a length that is a number", {"length": 2, "x": 1}),
    Named("names that mean something to software", {name: f"v{index}" for index, name in enumerate(_PROTOTYPE_WORDS)}),
    Named(
        "names that look like indices, in no order",
        {"10": "a", "9": "b", "b": 1, "1": "c", "0": "d", "-1": "e", "a": 2, "01": 3},
    ),
    Named("names that number the members", {"0": "a", "1": "b"}),
    Named(
        "names and values that stores and clients give a meaning",
        {
            "password": "p",
            "api_key": "k",
            "secret": {"authorization": "x", "token": "t"},
            "id": {"$oid": "507f1f77bcf86cd799439011"},
            "at": {"$date": "2024-01-01T00:00:00Z"},
            "long": {"$numberLong": "5"},
            "$type": "System.String",
            "$values": [1],
            "date": "/Date(1720000000000)/",
            "buffer": {"type": "Buffer", "data": [1, 2]},
            "list": {"length": 3},
            "none": {"length": 0, "size": 0, "kept": True},
            "numbered": {"0": "x", "1": "y"},
            "<<": {"a": 1},
            "blank": "\u00a0",
        },
    ),
    Named(
        "members of an answer that tells of an error",
        {
            "type": "x",
            "name": "Error",
            "error": "x",
            "code": "E",
            "statusCode": 400,
            "message": "m",
            "status": "failed",
        },
    ),
    Named(
        "members of the answer and of the request",
        {
            "id": "x",
            "displayName": "a.b",
            "externalId": None,
            "metadata": {"metadata": {}},
            "created": "never",
            "plan": [],
        },
    ),
    Named(
        "arrays in no order, with repetition",
        {"a": [3, 1, 2, 3, 1, "b", "a", "b", None, None, [2, 1], [2, 1], {"b": 1, "a": 2}]},
    ),
    Named(
        "arrays of texts and of equal objects",
        {
            "a": ["c", "a", "b"],
            "commas": ["x,y", "z"],
            "b": [{"x": 1}, {"x": 1}],
            "c": {"d": {"e": [0.123456789, {"f": 1.000000001}]}},
        },
    ),
    Named(
        "large integers in arrays",
        {"a": [1152921504606846976, -1152921504606846976, 1099511627776], "b": [{"c": [9007199254740992]}]},
    ),
    Named(
        "arrays of nulls and empty values",
        {"a": [None], "b": [None, 1, None], "c": ["", ""], "d": [[], [[]], {}, [{}]]},
    ),
    Named(
        "texts that look like numbers, dates and booleans",
        {"a": "5", "b": "1.0", "c": "007", "d": "true", "e": "null", "f": "1e3"}
        | {
            "g": "2024-01-01",
            "h": "2024-01-01T00:00:00Z",
            "i": "2024-01-01T00:00:00.000+02:00",
            "j": "12:30",
            "k": "1720000000000",
        }
        | {
            "l": "Mon, 01 Jan 2024 00:00:00 GMT",
            "m": "-0",
            "n": "NaN",
            "o": "0x1F",
            "p": "[]",
            "q": '{"a":1}',
            "r": "9007199254740993",
        },
    ),
    Named(
        "booleans and the numbers they are taken for",
        {"a": True, "b": 1, "c": False, "d": 0, "e": [True, 1, False, 0, "1", "0"]},
    ),
    Named("5 levels", _nested(5)),
    Named("21 levels", _nested(21)),
    Named("12 levels", _nested(12)),
    Named("29 levels", _nested(29)),
    Named("28 levels of arrays", _nested(27, arrays=True)),
    Named("101 names", _keys(101)),
    Named("1,001 names", _keys(1001)),
    Named("an array of 1,001", {"a": [(index * 7919) % 1001 for index in range(1001)]}),
    Named(
        "objects in an array", {"rows": [{"id": 2, "tags": ["b", "a"]}, {"id": 1, "tags": []}, {"tags": None, "id": 2}]}
    ),
    Named("a long text", {"text": filler(9_000)}),
    Named("a long name", {filler(300): "x", filler(1025): "y"}),
    Named(
        "base64 and hexadecimal", {"a": "SGVsbG8=", "b": "deadBEEF", "c": "data:text/plain;base64,QQ==", "d": "YQ=="}
    ),
)

#: The maximum length (characters) of objects whose members are also at the top level of the object with everything.
_SMALL: Final = 1_000
#: Members at the top level, because some software inspects only those: names that have a meaning in software, and
#: the members of the small objects above.
_TOP: Final = {name: f"v{index}" for index, name in enumerate(("", "error", "errors", *_PROTOTYPE_WORDS))} | {
    name: value
    for named in reversed(_ONE_BY_ONE)
    if len(str(named.value)) <= _SMALL
    for name, value in named.value.items()
}

#: Objects that a free-form ``object`` must accept and preserve.
HARD_OBJECTS: Final = (
    *_ONE_BY_ONE,
    Named("32,000 characters, two and three bytes each", {"text": filler(32_000, "äöü€ßé")}),
    Named("everything at once", {named.name: named.value for named in _ONE_BY_ONE} | _TOP),
)
