"""Values that are returned changed: hypotheses about the change."""

from __future__ import annotations

import json
import math
import re
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.diagnosis.observation import ACCEPTED, REFUSED, Observation
from contracts.diagnosis.value_changes import (
    Change,
    cut,
    cut_to_bytes,
    everywhere,
    in_lists,
    in_number,
    in_texts,
    limited,
    number_in,
    replaced,
    with_renamed_members,
    without_members,
    wrapped,
)
from contracts.json_equality import same
from contracts.json_text import is_number
from contracts.kinds.changes import CHARACTERS, WHOLE_CHANGES
from contracts.oracle import is_valid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.document import Field

Prediction = Callable[[Observation], str | None]

_DOES: Final = {name: f"strings are stored {name}" for name in WHOLE_CHANGES} | {
    "trimmed": "white space at both ends is removed",
    "trimmed at the start": "white space at the start is removed",
    "trimmed at the end": "white space at the end is removed",
    "trimmed as in JavaScript": "white space at both ends is removed, U+FEFF included",
    "trimmed as in Java": "characters up to U+0020 at both ends are removed",
    "line ends": "CR LF and CR become LF",
    "CR LF as LF": "CR LF becomes LF",
    "ended by U+0000": "strings end before U+0000",
    "white space": "white space is collapsed and trimmed",
    "white space collapsed": "white space is collapsed",
    "spaces collapsed": "spaces in a row become one",
    "upper case": "strings are stored in upper case",
    "lower case": "strings are stored in lower case",
    "folded": "strings are stored with their case folded",
    "title case": "strings are stored in title case",
    "with a capital letter": "the first letter becomes a capital",
    "escaped for HTML in decimal": "strings are stored escaped for HTML",
    "escaped for HTML by name": "strings are stored escaped for HTML",
    "escaped for HTML with slashes": "strings are stored escaped for HTML, slashes and backticks included",
    "ASCII with question marks": "characters beyond ASCII become question marks",
    "Latin-1 with question marks": "characters beyond Latin-1 become question marks",
    "Windows-1252 with question marks": "characters beyond Windows-1252 become question marks",
    "characters beyond U+FFFF as question marks": "characters beyond U+FFFF become question marks",
    "characters beyond U+FFFF as U+FFFD": "characters beyond U+FFFF become U+FFFD",
    "with straight quotation marks": "typographic quotation marks become straight ones",
    "without backslashes": "backslashes are removed, each before the next character",
    "UTF-8 read as Latin-1": "strings are sent in UTF-8 twice: their bytes are read as Latin-1",
    "UTF-8 read as Windows-1252": "strings are sent in UTF-8 twice: their bytes are read as Windows-1252",
    "Latin-1 read as UTF-8": "strings are written in Latin-1 and read as UTF-8",
    "only printable characters": "characters that cannot be printed are removed",
    **{f"without {name}": f"{name} are removed" for name in CHARACTERS},
    **{form: f"strings are normalised to {form}" for form in ("NFC", "NFD", "NFKC", "NFKD")},
}
#: What becomes of a class of characters; removing it is a change of a whole text.
_BECOME: Final = {
    "become spaces": " ",
    "become U+FFFD": "\ufffd",
    "become question marks": "?",
    "become hyphens": "-",
    "become underscores": "_",
}
#: Members of an object that are dropped, by their names.
_NAMES: Final[dict[str, Callable[[str], bool]]] = {
    "are empty": lambda name: not name,
    "begin with $": lambda name: name.startswith("$"),
    "begin with _": lambda name: name.startswith("_"),
    "begin with __": lambda name: name.startswith("__"),
    "contain a full stop": lambda name: "." in name,
    "contain a full stop or begin with $": lambda name: "." in name or name.startswith("$"),
    "are __proto__": lambda name: name == "__proto__",
    "are __proto__ or constructor": lambda name: name in {"__proto__", "constructor"},
    "are __proto__, constructor or prototype": lambda name: name in {"__proto__", "constructor", "prototype"},
    "are id": lambda name: name == "id",
    "contain U+0000": lambda name: "\0" in name,
    "are not ASCII": lambda name: not name.isascii(),
    "contain white space": lambda name: any(map(str.isspace, name)),
    "are numbers": str.isdecimal,
}
#: Members of an object that are dropped, by their values.
_VALUES: Final[dict[str, Callable[[Any], bool]]] = {
    "are null": lambda value: value is None,
    "are empty strings": lambda value: value == "",
    "are empty arrays": lambda value: value == [],
    "are empty objects": lambda value: value == {},
    "are null or empty": lambda value: value is None or value in ("", [], {}),
    "are false": lambda value: value is False,
    "are false, 0, empty strings or null": lambda value: value is None or value in ("", 0),  # lists cannot be hashed
}


def changed_values(
    field: Field, failing: Sequence[Observation], *, is_shared: bool
) -> Iterator[tuple[str, Prediction]]:
    """Hypotheses about a change of the values of a field; one agrees if it predicts the value in the response.

    Args:
        field: The field.
        failing: The requests whose values were returned changed: limits and single characters are derived from them.
        is_shared: Whether another finding is about changes of the field, too.
    """
    for sentence, change in (*_limits(field.path, failing), *_single_characters(failing), *_changes()):
        yield f"{field.path}: {sentence}", partial(_predicted, field, change, is_shared)


def changed_values_of_several(fields: Sequence[Field]) -> Iterator[tuple[str, Prediction]]:
    """Hypotheses about one change of the values of several fields."""
    names = " and ".join(field.path for field in fields)
    for sentence, change in _changes():
        yield f"{names}: {sentence}", partial(_predicted_in_all, fields, change)


def _predicted_in_all(fields: Sequence[Field], change: Change, seen: Observation) -> str | None:
    """The observed outcome if the change explains the returned values of all fields, else another outcome."""
    outcomes = {_predicted(field, change, False, seen) for field in fields} - {None}
    return REFUSED if REFUSED in outcomes else next(iter(outcomes), None)


def _predicted(field: Field, change: Change, is_shared: bool, seen: Observation) -> str | None:  # noqa: FBT001  # partial
    """The observed outcome if the change explains the returned value, else another outcome."""
    if seen.shown is None or seen.broken or field.path not in seen.body:
        return None
    sent, shown = seen.body[field.path], seen.shown.get(field.path, json_text.ABSENT)
    expected = change(sent)
    if same(expected, shown):
        return ACCEPTED
    # A service may skip a change that makes the value invalid; numbers beyond doubles may come back as anything.
    if (expected is not json_text.ABSENT and not is_valid(field, expected)) or (
        is_number(sent) and float(sent) != sent
    ):
        return None
    if is_shared and not same(shown, sent):
        if same(expected, sent):
            return None  # changed by the other mistake
        if same(change(shown), shown):
            return ACCEPTED  # changed by both
    return REFUSED


def _limits(name: str, failing: Sequence[Observation]) -> Iterator[tuple[str, Change]]:
    """Limits at which values are truncated, derived from the returned values."""
    shown = [seen.shown[name] for seen in failing if seen.shown is not None and name in seen.shown]
    texts = [value for value in shown if isinstance(value, str) and value]
    for length, _ in Counter(map(len, texts)).most_common(1):
        yield f"strings are cut after {length:,} characters", partial(in_texts, partial(cut, length))
    for size in {len(text.encode("utf-8", "replace")) for text in sorted(texts, key=len)[-1:]}:
        yield f"strings are cut after {size:,} bytes", partial(in_texts, partial(cut_to_bytes, size))
    for most, count in Counter(filter(is_number, shown)).most_common(1):
        if count > 1:
            yield f"numbers beyond {most:,} are stored as {most:,}", partial(limited, -math.inf, most)
            yield f"numbers below {most:,} are stored as {most:,}", partial(limited, most, math.inf)
            words = f"numbers are stored as the nearest within {most:,} and -{most:,}"
            yield words, partial(limited, -abs(most), abs(most))


def _single_characters(failing: Sequence[Observation]) -> Iterator[tuple[str, Change]]:
    """A single character that is removed or replaced, as named by the kinds of the failing cases."""
    kinds = Counter(kind for seen in failing for _, _, kinds in seen.findings for kind in kinds)
    for kind, _ in kinds.most_common(10):
        found = re.fullmatch(r'(?:without (".+")|(".+") to (".+"))', kind)
        if found and found[1]:
            yield f"{found[1]} is removed", partial(in_texts, partial(replaced, json.loads(found[1]), ""))
        elif found:
            one, other = json.loads(found[2]), json.loads(found[3])
            yield f"{found[2]} becomes {found[3]}", partial(in_texts, partial(replaced, one, other))


def _changes() -> Iterator[tuple[str, Change]]:
    for name, change in WHOLE_CHANGES.items():
        yield _DOES[name], partial(in_texts, change)
    for what, characters in CHARACTERS.items():
        for does, instead in _BECOME.items():
            yield f"{what} {does}", partial(in_texts, partial(re.sub, characters, instead))
        yield f"strings end before {what}", partial(in_texts, partial(re.sub, f"(?s){characters}.*", ""))
    for does, number in _NUMBERS.items():
        yield does, partial(in_number, number)
    yield "the strings true and false become booleans", partial(in_texts, lambda text: _BOOLEANS.get(text, text))
    yield "strings of digits become numbers", partial(in_texts, number_in)
    yield (
        "booleans become 0 and 1",
        partial(everywhere, lambda value: int(value) if isinstance(value, bool) else value),
    )
    for does, number in _NUMBERS.items():
        yield f"{does}, on every level", partial(everywhere, partial(in_number, number))
    yield "the value is not stored: nothing comes back", lambda _: json_text.ABSENT
    yield "the value is not stored: null comes back", lambda _: None
    yield "false, 0, null and empty values come back as null", lambda value: value or None
    yield "arrays are sorted", partial(in_lists, sorted)
    yield "repeated items of arrays are dropped", partial(in_lists, lambda items: list(dict.fromkeys(items)))
    yield "every value is stored as a string", lambda value: value if value is None else str(value)
    for what, has in _NAMES.items():
        yield f"members whose names {what} are dropped", partial(without_members, partial(_is_named, has))
    for what, is_so in _VALUES.items():
        yield f"members that {what} are dropped", partial(without_members, partial(_is_valued, is_so))
        yield (
            f"members that {what} are dropped on every level",
            partial(everywhere, partial(without_members, partial(_is_valued, is_so))),
        )
    yield "names of members are stored in lower case", partial(with_renamed_members, str.lower)
    yield "names of members are stored in upper case", partial(with_renamed_members, str.upper)
    yield "names of members are stored trimmed", partial(with_renamed_members, str.strip)


_NUMBERS: Final[dict[str, Change]] = {
    "numbers are stored as integers": int,
    "numbers are rounded to whole ones": round,
    "numbers are rounded to two decimals": lambda value: round(value, 2),
    "negative numbers lose their sign": abs,
    **{f"whole numbers keep their lowest {n} bits, with a sign": partial(wrapped, n, -1) for n in (8, 16, 32, 64)},
    **{f"whole numbers keep their lowest {n} bits, without a sign": partial(wrapped, n, 0) for n in (8, 16, 32, 64)},
    "numbers are stored in single precision": lambda value: struct.unpack("f", struct.pack("f", value))[0],
}


_BOOLEANS: Final[dict[str, Any]] = {"true": True, "false": False}


def _is_named(has: Callable[[str], bool], name: str, _: Any) -> bool:
    return has(name)


def _is_valued(is_so: Callable[[Any], bool], _: str, value: Any) -> bool:
    return is_so(value)
