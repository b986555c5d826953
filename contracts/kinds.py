"""Kinds of wrong values and of changes: what tells two mistakes under one clause apart.

A kind is a short name for something that a case has. A mistake shows in all cases of its kinds and in no other: from
the kinds of the failing cases, and of those that passed, :mod:`contracts.root_causes` concludes how many mistakes
there are.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections import Counter
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from contracts import json_text
from contracts.exchange import JSON_MEDIA_TYPE
from contracts.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Stands for the key, or for a wrong one that is made of it (see :mod:`contracts.secrets`).
_TEMPLATE: Final = re.compile(r"\{[^{}]*\}")
#: The kind of a value of the wrong type that comes back as one of the right type. It does not tell mistakes under one
#: clause apart, but it shows that clauses of several fields are broken by the same one.
CONVERTED: Final = "converted"
#: The cause of findings about a value that comes back as another one.
CHANGED: Final = "changed"
#: The kind of a text that comes back without some of its characters: of trimming, stripping, cutting.
LEFT_OUT: Final = "characters left out"
#: The kind of a text that comes back without some white space at its ends.
AT_THE_ENDS: Final = "white space at the ends"
#: How the kind of a text begins in which several characters became the same one.
ONE_TARGET: Final = "characters to "
_CUT_AFTER: Final = "cut after "
#: The kinds of a text that a pattern matches in part: at its beginning, at its end.
BEGINS_RIGHT: Final = "with a beginning that is right"
ENDS_RIGHT: Final = "with an end that is right"
#: Offences in a text behind which it may be right.
_OFFENCES: Final = 8
#: Characters of a value that a kind shows.
_SHOWN: Final = 80
#: Texts that are cut have at least so many characters where it is a limit that cuts them.
_SHORTEST_LIMIT: Final = 8
#: Texts of more characters are compared by their beginning and length alone.
_LONGEST: Final = 60_000
#: Characters at the end of a beginning that a change of the whole text may make others.
_MARGIN: Final = 16


@lru_cache(maxsize=4_096)
def kinds_of_mismatch(pattern: str, text: str) -> tuple[str, ...]:
    """How a text misses a pattern: the offending character, that character in this place, and what is around it."""
    compiled = Pattern.compile(pattern)
    index, state = compiled.offence(text)
    place = f"behind {json.dumps(_prefixes(pattern)[state])}" if state else "at the start"
    if index == len(text):
        return (f"the end {place}",)
    char = text[index]
    number = compiled.automaton.class_of(char)
    name = json.dumps(char) if char.isascii() else f"another character ({compiled.automaton.classes[number].name})"
    at_the_end = [f"{name} at the end"] if index == len(text) - 1 else []
    # The whole text is wrong: only where a part is another text there is something to see.
    parts = (
        kind for kind, divide in _PARTS.items() if any(part != text and compiled.matches(part) for part in divide(text))
    )
    beginning = (BEGINS_RIGHT,) if index and compiled.matches(text[:index]) else ()
    ending = (ENDS_RIGHT,) if _ends_right(compiled, text[index + 1 :]) else ()
    return (name, f"{name} {place}", *at_the_end, *parts, *beginning, *ending)


def _ends_right(pattern: Pattern, rest: str) -> bool:
    """Whether what is behind an offence is right, or what is behind one of the next."""
    for _ in range(_OFFENCES):
        if not rest or pattern.matches(rest):
            return bool(rest)
        rest = rest[pattern.offence(rest)[0] + 1 :]
    return False


#: What a service may look at in place of a text, by what it is called.
_PARTS: Final[dict[str, Callable[[str], list[str]]]] = {
    "right but for white space": lambda text: [text.strip()],
    "with a line that is right": lambda text: text.split("\n"),
    "with a line of ECMA-262 that is right": lambda text: re.split(r"[\n\r\u2028\u2029]", text),
    "with a part that is right": lambda text: re.split(r"[\s,;]+", text),
}


@lru_cache(maxsize=64)
def _prefixes(pattern: str) -> dict[int, str]:
    """For each state of the pattern's automaton a shortest text that leads there."""
    automaton = Pattern.compile(pattern).automaton
    found = {automaton.initial: ""}
    waiting = [automaton.initial]
    for state in waiting:
        for number, there in enumerate(automaton.transitions[state]):
            if there not in found:
                found[there] = found[state] + automaton.classes[number].representative
                waiting.append(there)
    return found


#: What a wrong key is of the right one, by a word of its name (see :mod:`contracts.secrets`).
_FORMS: Final = {
    "minus": "a part of the key",
    "half": "a part of the key",
    "base64": "{key}",
    "case": "the key in another case",
}


#: The kind of a request that presents no credentials, or empty ones.
_NOTHING: Final = "nothing presented"


def kinds_of_credentials(value: str | None) -> tuple[str, ...]:
    """What an Authorization header presents instead of the right key: the scheme, and what follows it."""
    if value is None:
        return (_NOTHING, "no credentials")
    scheme, _, rest = value.partition(" ")
    template = _TEMPLATE.search(value)
    token = template.group() if template else "another token" if rest.strip() else "no token"
    scheme = scheme.lower() if scheme.isalpha() else "none"
    form = next((name for word, name in _FORMS.items() if word in token), token)
    nothing = () if value.strip() else (_NOTHING,)
    return (*nothing, token, f"scheme {scheme}", f"scheme {scheme}, {form}", f"scheme {scheme}, {token}")


def kinds_of_media_type(value: str | None) -> tuple[str, ...]:
    """What a Content-Type says instead of JSON: something like it, another type, or nothing."""
    essence = (value or "").partition(";")[0].strip().lower()
    if not essence:
        return ("no media type", "none" if value is None else "an empty one")
    families = [f"a media type of {essence.partition('/')[0]}"]
    families += ["a media type that begins like the right one"] if essence.startswith(JSON_MEDIA_TYPE) else []
    families += ["a media type with json in it"] if "json" in essence else []
    return (*(family[:_SHOWN] for family in families), f"the media type {essence!r}"[:_SHOWN])


def kinds_of_change(sent: Any, received: Any) -> tuple[str, ...]:
    """What may have happened to a value that came back as another one; empty if nothing is known of it.

    Some say all of it (:func:`says_all`), the others a part.
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
        return ("rounded",) if is_near and (received == 0 or (sent < 0) == (received < 0)) else ()
    return ()


#: What else than ``str.strip`` takes for white space at the ends of a text: ``trim`` of JavaScript and of Java.
_BLANK_IN_JAVASCRIPT: Final = (
    "".join(filter(str.isspace, map(chr, range(0x3001)))).translate(dict.fromkeys([*range(0x1C, 0x20), 0x85]))
    + "\ufeff"
)
_BLANK_IN_JAVA: Final = "".join(map(chr, range(0x21)))
_BLANK: Final = _BLANK_IN_JAVASCRIPT + _BLANK_IN_JAVA + "\x85"
#: Escapes for HTML beside those of ``html.escape``.
_HTML_BUT_QUOTES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_HTML_IN_DECIMAL: Final = _HTML_BUT_QUOTES | str.maketrans({'"': "&#34;", "'": "&#39;"})
_HTML_BY_NAME: Final = _HTML_BUT_QUOTES | str.maketrans({'"': "&quot;", "'": "&#39;"})
_HTML_AND_SLASHES: Final = _HTML_BUT_QUOTES | str.maketrans(
    {'"': "&quot;", "'": "&#x27;", "/": "&#x2F;", "\\": "&#x5C;", "`": "&#96;"}
)
#: The kind of a text that comes back escaped for HTML, whichever characters are.
_FOR_HTML: Final = "escaped for HTML"

#: What services do to a text, by name.
WHOLE_CHANGES: Final[dict[str, Callable[[str], str]]] = {
    "trimmed": str.strip,
    "trimmed as in JavaScript": lambda text: text.strip(_BLANK_IN_JAVASCRIPT),
    "trimmed as in Java": lambda text: text.strip(_BLANK_IN_JAVA),
    "line ends": lambda text: text.replace("\r\n", "\n").replace("\r", "\n"),
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
    "only ASCII": lambda text: text.encode("ascii", "ignore").decode(),
    "ASCII with question marks": lambda text: text.encode("ascii", "replace").decode(),
    "Latin-1 with question marks": lambda text: text.encode("latin-1", "replace").decode("latin-1"),
    "Windows-1252 with question marks": lambda text: text.encode("cp1252", "replace").decode("cp1252"),
    "only printable characters": lambda text: "".join(filter(str.isprintable, text)),
}


def says_all(kind: str) -> bool:
    """Whether a kind of change says all of it, and not a part."""
    return kind in WHOLE_CHANGES or kind == AT_THE_ENDS or kind.startswith(_CUT_AFTER)


def is_vague(kind: str) -> bool:
    """Whether a kind of change says so little that one mistake may look like it, and like another kind by accident."""
    return kind in {"cut", "something added", LEFT_OUT} or kind.startswith(("to ", ONE_TARGET))


def _changes_of_text(sent: str, received: str) -> Iterator[str]:
    yield from _whole_changes(sent, received)
    is_whole = len(sent) <= _LONGEST
    sent, received = sent[:_LONGEST], received[:_LONGEST]
    if is_whole and received in sent and received.strip(_BLANK) == sent.strip(_BLANK):
        yield AT_THE_ENDS
    if sent.startswith(received):
        # A limit of fewer characters would be none: the text was cut at something in it.
        yield from (f"{_CUT_AFTER}{len(received):,}" for _ in range(len(received) >= _SHORTEST_LIMIT))
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
            if _may_be_result(change(sent[:_LONGEST]), sent, received):
                yield name
        except ValueError:  # a lone surrogate
            continue
    if html.unescape(received) == sent:
        yield _FOR_HTML


def _may_be_result(result: str, sent: str, received: str) -> bool:
    """Whether a change of a text may have given what was received.

    Args:
        result: What the change makes of the beginning of the text, of :data:`_LONGEST` characters.
        sent: The whole text.
        received: The whole text that was received.
    """
    known = received[:_LONGEST]
    if len(sent) <= _LONGEST and len(received) <= _LONGEST:
        return result == known
    if len(sent) > _LONGEST:  # its end is not known, nor is what the change makes of it
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
