"""Services that change what they store: some accepted case of the sets shows each such mistake."""

from __future__ import annotations

import html
import json
import re
import struct
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

from contracts.expectation import Expectation, Expected
from contracts.json_equality import same
from tests.selftest.strategies.judged_cases import ECHOED, Body, judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.exchange import Case


def first(size: int) -> Callable[[Any], Any]:
    return lambda value: value[:size]


def first_members(size: int) -> Callable[[Any], Any]:
    return lambda value: dict(list(value.items())[:size]) if isinstance(value, dict) else value


def other_than(word: str) -> Callable[[str, Any], bool]:
    return lambda name, _: name != word


def cut_below(levels: int) -> Callable[[Body], Body]:
    return lambda body: {k: cut_levels(v, levels) if k == "metadata" else v for k, v in body.items()}


def texts_of(change: Callable[[str], Any], fields: tuple[str, ...] = ECHOED) -> Callable[[Body], Body]:
    """A change of every text in these fields, names of members in free-form objects excepted."""

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, list):
            return [walk(item) for item in value]
        return {name: walk(inner) for name, inner in value.items()} if isinstance(value, dict) else value

    return lambda body: {name: walk(value) if name in fields else value for name, value in body.items()}


def numbers_of(change: Callable[[float], Any], fields: tuple[str, ...] = ECHOED) -> Callable[[Body], Body]:
    def walk(value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return change(value)
        if isinstance(value, list):
            return [walk(item) for item in value]
        return {name: walk(inner) for name, inner in value.items()} if isinstance(value, dict) else value

    return lambda body: {name: walk(value) if name in fields else value for name, value in body.items()}


def objects_of(change: Callable[[Any], Any]) -> Callable[[Body], Body]:
    """A change of every object and array inside metadata, outermost first."""

    def walk(value: Any) -> Any:
        value = change(value)
        if isinstance(value, list):
            return [walk(item) for item in value]
        return {name: walk(inner) for name, inner in value.items()} if isinstance(value, dict) else value

    return lambda body: {name: walk(value) if name == "metadata" else value for name, value in body.items()}


def in_objects(keep: Callable[[str, Any], bool]) -> Callable[[Body], Body]:
    return objects_of(lambda v: {k: i for k, i in v.items() if keep(k, i)} if isinstance(v, dict) else v)


def renamed(change: Callable[[str], str]) -> Callable[[Body], Body]:
    return objects_of(lambda v: {change(k): i for k, i in v.items()} if isinstance(v, dict) else v)


def in_arrays(change: Callable[[list[Any]], Any]) -> Callable[[Body], Body]:
    return objects_of(lambda v: change(v) if isinstance(v, list) else v)


def instead(before: Any, behind: Any, fields: tuple[str, ...] = ECHOED) -> Callable[[Body], Body]:
    return lambda b: {k: behind if k in fields and type(v) is type(before) and v == before else v for k, v in b.items()}


def cut_levels(value: Any, levels: int) -> Any:
    if levels == 0 and isinstance(value, dict | list):
        return None
    if isinstance(value, list):
        return [cut_levels(item, levels - 1) for item in value]
    return {k: cut_levels(i, levels - 1) for k, i in value.items()} if isinstance(value, dict) else value


def single(number: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return 0.0


def whole(number: float) -> float:
    return int(number)


def wrapped(bits: int) -> Callable[[float], float]:
    def change(number: float) -> float:
        return (int(number) + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1) if number == int(number) else number

    return change


def latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")


DISPLAY, EXTERNAL = ("displayName",), ("externalId",)
CHANGES: dict[str, Callable[[Body], Body]] = {
    **{f"cuts names at {n}": texts_of(first(n), DISPLAY) for n in (50, 64, 100, 128, 255, 256, 1000)},
    **{f"cuts external ids at {n}": texts_of(first(n), EXTERNAL) for n in (50, 64, 100, 128, 255, 256, 1000)},
    **{f"cuts texts of metadata at {n}": texts_of(first(n), ("metadata",)) for n in (255, 1000, 4096)},
    "cuts names at 255 bytes": texts_of(lambda t: t.encode()[:255].decode(errors="ignore"), DISPLAY),
    "trims names": texts_of(str.strip, DISPLAY),
    "trims names at the end": texts_of(str.rstrip, DISPLAY),
    "trims names at the beginning": texts_of(str.lstrip, DISPLAY),
    "trims spaces only": texts_of(lambda t: t.strip(" "), DISPLAY),
    "trims a last line feed": texts_of(lambda t: t.removesuffix("\n"), DISPLAY),
    "trims no-break spaces": texts_of(lambda t: t.strip("\xa0"), DISPLAY),
    "trims external ids": texts_of(str.strip, EXTERNAL),
    "trims texts of metadata": texts_of(str.strip, ("metadata",)),
    "joins white space": texts_of(lambda t: re.sub(r"\s+", " ", t), DISPLAY),
    "joins two spaces": texts_of(lambda t: re.sub(" {2,}", " ", t), DISPLAY),
    "turns CR LF into LF": texts_of(lambda t: t.replace("\r\n", "\n"), DISPLAY),
    "drops line feeds": texts_of(lambda t: t.replace("\n", ""), DISPLAY),
    "turns tabs into spaces": texts_of(lambda t: t.replace("\t", " "), DISPLAY),
    "lower-cases names": texts_of(str.lower, DISPLAY),
    "lower-cases external ids": texts_of(str.lower, EXTERNAL),
    "upper-cases names": texts_of(str.upper, DISPLAY),
    "title-cases names": texts_of(str.title, DISPLAY),
    "capitalises names": texts_of(lambda t: t[:1].upper() + t[1:], DISPLAY),
    "folds case": texts_of(str.casefold, DISPLAY),
    "normalises to NFC": texts_of(lambda t: unicodedata.normalize("NFC", t), DISPLAY),
    "normalises to NFD": texts_of(lambda t: unicodedata.normalize("NFD", t), DISPLAY),
    "normalises to NFKC": texts_of(lambda t: unicodedata.normalize("NFKC", t), DISPLAY),
    "normalises external ids": texts_of(lambda t: unicodedata.normalize("NFC", t), EXTERNAL),
    "normalises texts of metadata": texts_of(lambda t: unicodedata.normalize("NFC", t), ("metadata",)),
    "escapes HTML": texts_of(lambda t: html.escape(t, quote=False), DISPLAY),
    "escapes HTML with quotes": texts_of(html.escape, DISPLAY),
    "escapes HTML in metadata": texts_of(html.escape, ("metadata",)),
    "escapes HTML in external ids": texts_of(html.escape, EXTERNAL),
    "unescapes HTML": texts_of(html.unescape, DISPLAY),
    "strips tags": texts_of(lambda t: re.sub(r"<[^>]*>", "", t), DISPLAY),
    "doubles apostrophes": texts_of(lambda t: t.replace("'", "''"), DISPLAY),
    "drops apostrophes": texts_of(lambda t: t.replace("'", ""), DISPLAY),
    "drops quotation marks": texts_of(lambda t: t.replace('"', ""), DISPLAY),
    "doubles backslashes": texts_of(lambda t: t.replace("\\", "\\\\"), DISPLAY),
    "drops backslashes": texts_of(lambda t: t.replace("\\", ""), DISPLAY),
    "reads escapes": texts_of(lambda t: t.replace("\\n", "\n"), DISPLAY),
    "decodes percent signs": texts_of(lambda t: re.sub("%([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), t), DISPLAY),
    "turns plus into space": texts_of(lambda t: t.replace("+", " "), DISPLAY),
    "evaluates templates": texts_of(lambda t: t.replace("{{7*7}}", "49"), DISPLAY),
    "drops astral characters": texts_of(lambda t: "".join(c for c in t if ord(c) < 0x10000), DISPLAY),
    "drops astral characters of metadata": texts_of(lambda t: "".join(c for c in t if ord(c) < 0x10000), ("metadata",)),
    "replaces what Latin-1 lacks": texts_of(latin, DISPLAY),
    "replaces what ASCII lacks": texts_of(lambda t: t.encode("ascii", "replace").decode(), EXTERNAL),
    "reads UTF-8 as Latin-1": texts_of(lambda t: t.encode().decode("latin-1"), DISPLAY),
    "drops controls": texts_of(lambda t: "".join(c for c in t if unicodedata.category(c) != "Cc"), DISPLAY),
    "drops format characters": texts_of(lambda t: "".join(c for c in t if unicodedata.category(c) != "Cf"), DISPLAY),
    "drops combining marks": texts_of(lambda t: "".join(c for c in t if not unicodedata.combining(c)), DISPLAY),
    "drops variation selectors": texts_of(lambda t: t.replace("\ufe0f", ""), DISPLAY),
    "drops a byte order mark": texts_of(lambda t: t.replace("\ufeff", ""), DISPLAY),
    "drops noncharacters": texts_of(lambda t: t.replace("\ufffe", "").replace("\uffff", ""), DISPLAY),
    "straightens quotes": texts_of(lambda t: t.replace("\u201c", '"').replace("\u2019", "'"), DISPLAY),
    "turns the word null into null": instead("null", None, DISPLAY),
    "turns a name of digits into a number": texts_of(lambda t: str(int(t)) if t.isdecimal() else t, DISPLAY),
    "turns an empty external id into null": instead("", None, EXTERNAL),
    "turns 0 into null": instead(0, None),
    "turns 0 into 1": instead(0, 1),
    "turns null jobs into 0": lambda b: b | {"maxConcurrentJobs": 0} if b.get("maxConcurrentJobs", 1) is None else b,
    "rounds to integers": numbers_of(round, ("maxConcurrentJobs",)),
    "truncates to integers": numbers_of(whole, ("maxConcurrentJobs",)),
    "rounds to two decimals": numbers_of(lambda n: round(n, 2), ("maxConcurrentJobs",)),
    "keeps single precision": numbers_of(single, ("maxConcurrentJobs",)),
    "makes numbers positive": numbers_of(abs, ("maxConcurrentJobs",)),
    "cuts negatives to 0": numbers_of(lambda n: max(n, 0), ("maxConcurrentJobs",)),
    "caps at 1000": numbers_of(lambda n: min(n, 1000), ("maxConcurrentJobs",)),
    "caps at 2^31 - 1": numbers_of(lambda n: min(n, 2**31 - 1), ("maxConcurrentJobs",)),
    **{f"wraps at {n} bits": numbers_of(wrapped(n), ("maxConcurrentJobs",)) for n in (8, 16, 32, 64)},
    "writes numbers as texts": numbers_of(str, ("maxConcurrentJobs",)),
    "rounds numbers of metadata": numbers_of(round, ("metadata",)),
    "rounds numbers of metadata to six digits": numbers_of(lambda n: float(f"{n:.6g}"), ("metadata",)),
    "keeps single precision in metadata": numbers_of(single, ("metadata",)),
    "writes numbers of metadata as texts": numbers_of(str, ("metadata",)),
    "writes large numbers of metadata as texts": numbers_of(lambda n: str(n) if n > 2**53 else n, ("metadata",)),
    "drops null from metadata": in_objects(lambda _, v: v is not None),
    "drops false from metadata": in_objects(lambda _, v: v is not False),
    "drops 0 from metadata": in_objects(lambda _, v: v != 0 or isinstance(v, bool)),
    "drops empty texts from metadata": in_objects(lambda _, v: v != ""),
    "drops empty arrays from metadata": in_objects(lambda _, v: v != []),
    "drops empty objects from metadata": in_objects(lambda _, v: v != {}),
    "drops what is falsy from metadata": in_objects(lambda _, v: bool(v)),
    "turns empty objects into empty arrays": objects_of(lambda v: [] if v == {} else v),
    "leaves out empty metadata": lambda b: {k: v for k, v in b.items() if not (k == "metadata" and v == {})},
    "turns booleans into numbers": objects_of(lambda v: int(v) if isinstance(v, bool) else v),
    "reads texts of digits as numbers": texts_of(lambda t: int(t) if t.isdecimal() else t, ("metadata",)),
    "reads the text true as a boolean": texts_of(lambda t: True if t == "true" else t, ("metadata",)),
    "reads the text null as null": texts_of(lambda t: None if t == "null" else t, ("metadata",)),
    "rewrites dates": texts_of(lambda t: f"{t}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", t) else t, ("metadata",)),
    "rewrites instants": texts_of(lambda t: t.replace(".000", "").replace("+02:00", "Z"), ("metadata",)),
    "reads JSON in texts": texts_of(lambda t: json.loads(t) if t[:1] in "[{" and t[:2] == '{"' else t, ("metadata",)),
    "lower-cases names of members": renamed(str.lower),
    "trims names of members": renamed(str.strip),
    "normalises names of members": renamed(lambda k: unicodedata.normalize("NFC", k)),
    "turns camel case into snake case": renamed(lambda k: re.sub("([A-Z])", r"_\1", k).lower()),
    "turns snake case into camel case": renamed(lambda k: re.sub("_([a-z])", lambda m: m[1].upper(), k)),
    "replaces dots in names of members": renamed(lambda k: k.replace(".", "_")),
    "cuts names of members at 255": renamed(lambda k: k[:255]),
    "drops an empty name of a member": in_objects(lambda k, _: k != ""),
    **{
        f"drops the member {word}": in_objects(other_than(word))
        for word in ("toString", "hasOwnProperty", "$where", "_id", "id", "length", "prototype", "$ref")
    },
    "drops members with a dollar": in_objects(lambda k, _: not k.startswith("$")),
    "sorts arrays": in_arrays(lambda a: sorted(a, key=str)),
    "drops repeated items": in_arrays(lambda a: [x for i, x in enumerate(a) if x not in a[:i]]),
    "drops null items": in_arrays(lambda a: [x for x in a if x is not None]),
    "unwraps arrays of one": in_arrays(lambda a: a[0] if len(a) == 1 else a),
    "reverses arrays": in_arrays(lambda a: a[::-1]),
    **{f"cuts arrays at {n}": in_arrays(first(n)) for n in (10, 100, 500)},
    **{f"cuts objects at {n} members": objects_of(first_members(n)) for n in (10, 50, 100, 500)},
    **{f"cuts at {n} levels": cut_below(n) for n in (1, 2, 5, 10, 20, 27)},
    "flattens arrays": in_arrays(lambda a: [y for x in a for y in (x if isinstance(x, list) else [x])]),
    "writes metadata as text": lambda b: {k: json.dumps(v) if k == "metadata" else v for k, v in b.items()},
    "forgets external ids": lambda b: {k: v for k, v in b.items() if k != "externalId"},
    "stores the name as external id": lambda b: b | ({"externalId": b["displayName"]} if "externalId" in b else {}),
    "forgets jobs where metadata is there": lambda b: (
        b | ({"maxConcurrentJobs": 5.5} if "maxConcurrentJobs" in b and "metadata" in b else {})
    ),
}


def change_shows(name: str, answers: list[tuple[Case, Expectation]]) -> bool:
    for _, expected in answers:
        if expected.expected is Expected.CREATED:
            sent = {key: expected.body[key] for key in ECHOED if key in expected.body}
            if not same(sent, CHANGES[name](sent)):
                return True
    return False


@pytest.mark.parametrize("name", CHANGES)
def test_a_service_that_changes_what_it_was_given_is_seen(name: str) -> None:
    assert change_shows(name, judged("all"))


def test_a_service_that_changes_nothing_is_not_blamed() -> None:
    for _, expected in judged("all"):
        if expected.expected is Expected.CREATED:
            assert same(expected.body, texts_of(lambda text: text)(expected.body))
