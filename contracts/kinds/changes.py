"""Kinds of changes between a value that was sent and the value that is returned."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from contracts import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The cause of findings about a value that is returned changed.
CHANGED: Final = "changed"
#: The kind of a text that is returned without some of its characters: trimmed, stripped, truncated.
LEFT_OUT: Final = "characters left out"
#: The kind of a text that is returned without some white space at its ends.
AT_THE_ENDS: Final = "white space at the ends"
#: The kind of a number that is returned as one close to it: cast, clamped, or of less precision.
_ROUNDED: Final = "rounded"
#: The prefix of the kind of a text in which several characters were replaced by the same one.
ONE_TARGET: Final = "characters to "
#: The prefix of the kind of a text that is returned without its end.
CUT_AFTER: Final = "cut after "
#: The minimum length of a truncated text that is attributed to a limit.
_SHORTEST_LIMIT: Final = 8
#: Longer texts are compared only by their start and length.
_LONGEST: Final = 60_000
#: The number of characters at the end of this start that may depend on the rest of the text.
_MARGIN: Final = 16


def kinds_of_change(sent: Any, received: Any) -> tuple[str, ...]:
    """The kinds of a change between the value sent and the value returned; empty if nothing is known.

    Some describe the whole change (:func:`describes_whole`), others a part of it.
    """
    if json_text.ABSENT in (sent, received):
        return ("left out",) if received is json_text.ABSENT else ("added",)
    before, after = json_text.type_name(sent), json_text.type_name(received)
    if before != after:
        return (f"{before} to {after}", f"to {after}")
    if isinstance(sent, str):
        return tuple(dict.fromkeys(_changes_of_text(sent, received)))
    if isinstance(sent, list):
        return tuple(_changes_of_list(sent, received))
    if json_text.has_type(sent, "number"):
        is_near = abs(sent - received) < max(1, abs(sent) * 1e-6)
        return (_ROUNDED,) if is_near and (received == 0 or (sent < 0) == (received < 0)) else ()
    return ()


#: White space for ``trim`` of JavaScript and of Java that ``str.strip`` does not remove.
_BLANK_IN_JAVASCRIPT: Final = (
    "".join(filter(str.isspace, map(chr, range(0x3001)))).translate(dict.fromkeys([*range(0x1C, 0x20), 0x85]))
    + "\ufeff"
)
_BLANK_IN_JAVA: Final = "".join(map(chr, range(0x21)))
_BLANK: Final = _BLANK_IN_JAVASCRIPT + _BLANK_IN_JAVA + "\x85"
#: Escapes for HTML other than those of ``html.escape``.
_HTML_BUT_QUOTES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_STRAIGHT: Final = dict.fromkeys(range(0x2018, 0x201C), "'") | dict.fromkeys(range(0x201C, 0x2020), '"')
_HTML_IN_DECIMAL: Final = _HTML_BUT_QUOTES | str.maketrans({'"': "&#34;", "'": "&#39;"})
_HTML_BY_NAME: Final = _HTML_BUT_QUOTES | str.maketrans({'"': "&quot;", "'": "&#39;"})
_HTML_AND_SLASHES: Final = _HTML_BUT_QUOTES | str.maketrans(
    {'"': "&quot;", "'": "&#x27;", "/": "&#x2F;", "\\": "&#x5C;", "`": "&#96;"}
)
#: The kind of a text that is returned escaped for HTML, whichever characters are escaped.
_FOR_HTML: Final = "escaped for HTML"

#: Classes of characters that services remove or replace, by name.
CHARACTERS: Final = {
    "invisible characters": "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]",
    "letters that show nothing": "[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]",
    "zero-width characters": "[\u200b-\u200d\ufeff]",
    "zero-width characters and word joiners": "[\u200b-\u200d\u2060\ufeff]",
    "zero-width characters and marks of direction": "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]",
    "marks of direction": "[\u200e\u200f\u202a-\u202e\u2066-\u2069]",
    "control characters": r"[\x00-\x1f\x7f]",
    "control characters but tabs and line breaks": r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]",
    "control characters of any kind": r"[\x00-\x1f\x7f-\x9f]",
    "line breaks": r"[\r\n]+",
    "characters beyond U+FFFF": "[\U00010000-\U0010ffff]",
    "characters beyond Latin-1": r"[^\x00-\xff]",
    "characters beyond ASCII": r"[^\x00-\x7f]",
    "combining marks": r"[\u0300-\u036f]",
    "tags": r"<[^>]*>",
    # as strip_tags of PHP and tokenizers of HTML do
    "tags, unclosed ones too": r"<[A-Za-z/!?][^>]*(?:>|\Z)",
    "quotation marks": r"[\"']",
    "white space": r"\s+",
    "< and >": r"[<>]",
}
#: Changes that services make to a text, by name.
WHOLE_CHANGES: Final[dict[str, Callable[[str], str]]] = {
    "trimmed": str.strip,
    "trimmed as in JavaScript": lambda text: text.strip(_BLANK_IN_JAVASCRIPT),
    "trimmed as in Java": lambda text: text.strip(_BLANK_IN_JAVA),
    "line ends": lambda text: text.replace("\r\n", "\n").replace("\r", "\n"),
    "CR LF as LF": lambda text: text.replace("\r\n", "\n"),
    "ended by U+0000": lambda text: text.partition("\0")[0],
    "trimmed at the start": str.lstrip,
    "trimmed at the end": str.rstrip,
    "white space": lambda text: " ".join(text.split()),
    "white space collapsed": partial(re.sub, r"\s+", " "),
    "spaces collapsed": partial(re.sub, " {2,}", " "),
    "upper case": str.upper,
    "lower case": str.lower,
    "folded": str.casefold,
    "title case": str.title,
    "capitalised": str.capitalize,
    "with a capital letter": lambda text: text[:1].upper() + text[1:],
    "NFC": partial(unicodedata.normalize, "NFC"),
    "NFD": partial(unicodedata.normalize, "NFD"),
    "NFKC": partial(unicodedata.normalize, "NFKC"),
    "NFKD": partial(unicodedata.normalize, "NFKD"),
    _FOR_HTML: html.escape,
    "escaped for HTML but for quotation marks": lambda text: text.translate(_HTML_BUT_QUOTES),
    "escaped for HTML in decimal": lambda text: text.translate(_HTML_IN_DECIMAL),
    "escaped for HTML by name": lambda text: text.translate(_HTML_BY_NAME),
    "escaped for HTML with slashes": lambda text: text.translate(_HTML_AND_SLASHES),
    "unescaped from HTML": html.unescape,
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-decoded": unquote,
    "escaped as JSON": lambda text: json.dumps(text)[1:-1],
    "reversed": lambda text: text[::-1],
    "ASCII with question marks": lambda text: text.encode("ascii", "replace").decode(),
    "Latin-1 with question marks": lambda text: text.encode("latin-1", "replace").decode("latin-1"),
    "Windows-1252 with question marks": lambda text: text.encode("cp1252", "replace").decode("cp1252"),
    "only printable characters": lambda text: "".join(filter(str.isprintable, text)),
    "characters beyond U+FFFF as question marks": partial(re.sub, "[\U00010000-\U0010ffff]", "?"),
    "characters beyond U+FFFF as U+FFFD": partial(re.sub, "[\U00010000-\U0010ffff]", "\ufffd"),
    **{f"without {name}": partial(re.sub, characters, "") for name, characters in CHARACTERS.items()},
    "with straight quotation marks": lambda text: text.translate(_STRAIGHT),
    "without backslashes": partial(re.compile(r"\\(.)", re.DOTALL).sub, r"\1"),
    "UTF-8 read as Latin-1": lambda text: text.encode().decode("latin-1"),
    "UTF-8 read as Windows-1252": lambda text: text.encode().decode("cp1252", "replace"),
    "Latin-1 read as UTF-8": lambda text: text.encode("latin-1", "replace").decode("utf-8", "replace"),
}


def describes_whole(kind: str) -> bool:
    """Whether a kind describes the whole change."""
    return kind in WHOLE_CHANGES or kind == AT_THE_ENDS or kind.startswith(CUT_AFTER)


def is_vague(kind: str) -> bool:
    """Whether a kind of change is so unspecific that one mistake may have it and another kind by accident."""
    return kind in {"cut", "something added", LEFT_OUT, _ROUNDED} or kind.startswith(("to ", ONE_TARGET))


def _changes_of_text(sent: str, received: str) -> Iterator[str]:
    yield from _whole_changes(sent, received)
    is_whole = len(sent) <= _LONGEST
    sent, received = sent[:_LONGEST], received[:_LONGEST]
    if is_whole and received in sent and received.strip(_BLANK) == sent.strip(_BLANK):
        yield AT_THE_ENDS
    if sent.startswith(received):
        # Shorter limits are implausible: the text was cut at a character in it.
        yield from (f"{CUT_AFTER}{len(received):,}" for _ in range(len(received) >= _SHORTEST_LIMIT))
        yield "cut"
    elif sent.endswith(received):
        yield "cut"
    if sent in received:
        yield "something added"
    lost = Counter(sent) - Counter(received)
    if len(sent) > len(received) and sum(lost.values()) == len(sent) - len(received):
        yield from (f"without {json.dumps(char)}" for char in list(lost)[:1] if len(lost) == 1)
        yield LEFT_OUT
    if len(sent) == len(received):
        pairs = {(one, other) for one, other in zip(sent, received, strict=True) if one != other}
        yield from (f"{json.dumps(one)} to {json.dumps(other)}" for one, other in pairs if len(pairs) == 1)
        targets = {other for _, other in pairs}
        yield from (f"{ONE_TARGET}{json.dumps(other)}" for other in targets if len(targets) == 1)


def _whole_changes(sent: str, received: str) -> Iterator[str]:
    for name, change in WHOLE_CHANGES.items():
        try:
            start = sent[:_LONGEST]
            result = change(start)
            # What leaves the start as it is says nothing about the rest.
            is_it = change(sent) == received if result == start != sent else _may_be_result(result, sent, received)
            if is_it:
                yield name
        except ValueError:  # a lone surrogate
            continue
    if html.unescape(received) == sent:
        yield _FOR_HTML


def _may_be_result(result: str, sent: str, received: str) -> bool:
    """Whether a change of a text may have produced the received text.

    Args:
        result: The result of the change for the first :data:`_LONGEST` characters of the text.
        sent: The whole text.
        received: The whole text that was received.
    """
    known = received[:_LONGEST]
    if len(sent) <= _LONGEST and len(received) <= _LONGEST:
        return result == known
    if len(sent) > _LONGEST:  # the result for the rest of the text is unknown
        result = result[:-_MARGIN]
    compared = min(len(result), len(known))
    return (
        compared > 0 and (compared == len(result) or len(received) > _LONGEST) and result[:compared] == known[:compared]
    )


def _changes_of_list(sent: list[Any], received: list[Any]) -> Iterator[str]:
    before, after = (sorted(json.dumps(item, sort_keys=True) for item in items) for items in (sent, received))
    if before == after:
        yield "another order"
    elif set(before) == set(after):
        yield "repeated items"
    elif len(after) < len(before):
        yield "items left out"
    elif len(after) > len(before):
        yield "items added"
