"""Properties of texts on which the behaviour of a service may depend."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from contracts import lenient_json

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A property of a text, in words that continue "a string that".
TextProperty = tuple[str, Callable[[str], bool]]

#: Classes of characters, as regular expressions.
_CLASSES: Final[dict[str, str]] = {
    "U+0000": r"\x00",
    "a lone surrogate": "[\ud800-\udfff]",
    "a control character": r"[\x00-\x1f\x7f]",
    "a line break": r"[\r\n]",
    "a tab": r"\t",
    "DEL or a control character beyond ASCII": r"[\x7f-\x9f]",
    "a character beyond U+FFFF": "[\U00010000-\U0010ffff]",
    "a character beyond Latin-1": r"[^\x00-\xff]",
    "a character beyond ASCII": r"[^\x00-\x7f]",
    "a line or paragraph separator (U+2028, U+2029)": "[\u2028\u2029]",
    "white space beyond ASCII": r"[^\S\x00-\x7f]",
    "a space": " ",
    "white space": r"\s",
    "a digit": r"[0-9]",
    "an upper-case letter": r"[A-Z]",
    "a lower-case letter": r"[a-z]",
    "a letter": r"[A-Za-z]",
    "a quotation mark of either kind": "[\"']",
    "< or >": r"[<>]",
    "a bracket": r"[()\[\]{}]",
    **{f"'{mark}'": re.escape(mark) for mark in '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'},
    '"\'"': "'",
}
#: Sequences with a meaning in common software.
_SEQUENCES: Final = ("..", "//", "--", "__", "  ", "${", "{{", "<script", "://", "@@", "-.", ".-", ".@", "%00", "\\u")
_CATEGORIES: Final[dict[str, frozenset[str]]] = {
    "an invisible character": frozenset({"Cf"}),
    "a combining mark": frozenset({"Mn", "Mc", "Me"}),
    "a letter beyond ASCII": frozenset({"Lu", "Ll", "Lt", "Lo", "Lm"}),
    "a symbol": frozenset({"So", "Sk", "Sc"}),
    "a character without a meaning": frozenset({"Cn", "Co"}),
}
_SQL: Final = r"\b(?:select|insert|update|delete|drop|union|alter)\b"
_FORMS: Final[dict[str, str]] = {
    "is an empty string": r"",
    "is blank": r"\s*",
    "has no letter or digit": r"[^\w]*",
    "is one character long": r"(?s).",
    "is made of dots": r"\.+",
    "is made of digits": r"[0-9]+",
    "is made of at most 15 digits": r"[0-9]{1,15}",
    "looks like an integer": r"\s*[+-]?[0-9]+\s*",
    "looks like a number": r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*",
    "has nothing but upper-case letters": r"[A-Z]+",
    "is all in upper case": r"[^a-z]*[A-Z][^a-z]*",
    "is all in lower case": r"[^A-Z]*[a-z][^A-Z]*",
    "is ASCII": r"[\x00-\x7f]*",
    "is printable ASCII": r"[\x20-\x7e]*",
    "has letters, digits and hyphens alone": r"[A-Za-z0-9-]*",
    "has letters, digits, hyphens and underscores alone": r"[A-Za-z0-9_-]*",
    "has letters, digits, hyphens, underscores and dots alone": r"[A-Za-z0-9_.-]*",
    "is no string of letters, digits and hyphens": r"(?s).*[^A-Za-z0-9-].*",
    "is no string of letters, digits, hyphens and underscores": r"(?s).*[^A-Za-z0-9_-].*",
    "is no string of letters, digits, hyphens, underscores and dots": r"(?s).*[^A-Za-z0-9_.-].*",
    "is no UUID": r"(?s)(?!(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z).*",
    "is a bracketed IP address": r"\[.*\]",
    "is an IP address": r"[0-9]+(?:\.[0-9]+){3}",
    **{f"is the word {word}": f"(?i:{word})" for word in ("null", "undefined", "none", "nan", "admin", "root", "test")},
    "is the word true or false": r"(?i:true|false)",
    "is a word for nothing, such as null, undefined or NaN": r"(?i:null|undefined|none|nil|nan|n/a|void)",
    "is a word such as null, undefined, true or false": r"(?i:null|undefined|none|nil|nan|true|false)",
    "has a word of SQL": rf"(?is).*{_SQL}.*",
    "has a word of SQL, or a comment of it": rf"(?is).*(?:{_SQL}|--|/\*).*",
    "has a tag or an address of a script": r"(?is).*(?:<\s*[a-z!/]|javascript:).*",
    "has no dot": r"(?s)[^.]*",
    "has no @": r"(?s)[^@]*",
    "has more than one @": r"(?s)[^@]*@[^@]*@.*",
    "is in quotation marks": r"(?s)\".*\"",
    "begins with =, +, - or @, as a formula does": r"(?s)[=+@-].*",
    "begins with a letter": r"(?s)[A-Za-z].*",
    "has the same character three times in a row": r"(?s).*(.)\1\1.*",
}


def text_properties() -> Iterator[TextProperty]:
    """All properties of texts, the simplest first."""
    for words, form in _FORMS.items():
        yield words, partial(_matches, re.compile(form))
    for what, characters in _CLASSES.items():
        yield f"contains {what}", partial(_finds, re.compile(characters))
    for what, categories in _CATEGORIES.items():
        yield f"contains {what}", partial(_has_category, categories)
    for sequence in _SEQUENCES:
        yield f"contains {json.dumps(sequence)}", partial(_contains, sequence)
    for what, characters in _CLASSES.items():
        yield f"begins with {what}", partial(_finds, re.compile(rf"\A(?:{characters})"))
        yield f"ends with {what}", partial(_finds, re.compile(rf"(?:{characters})\Z"))
    yield "contains a % that begins no escape", partial(_finds, re.compile("%(?![0-9A-Fa-f]{2})"))
    yield "contains a character that cannot be printed", lambda text: not text.isprintable()
    yield "has white space at its ends", lambda text: text != text.strip()
    yield "contains a full-width or other compatible character", lambda text: not _is_form("NFKC", text)
    yield "is not in NFC", lambda text: not _is_form("NFC", text)
    yield "is not in NFD", lambda text: not _is_form("NFD", text)
    yield "holds JSON", _holds_json


def _matches(form: re.Pattern[str], text: str) -> bool:
    return form.fullmatch(text) is not None


def _finds(form: re.Pattern[str], text: str) -> bool:
    return form.search(text) is not None


def _contains(sequence: str, text: str) -> bool:
    return sequence in text


def _has_category(categories: frozenset[str], text: str) -> bool:
    return not text.isascii() and any(unicodedata.category(char) in categories for char in set(text))


def _is_form(form: str, text: str) -> bool:
    return text.isascii() or unicodedata.is_normalized(form, text)  # type: ignore[arg-type]


def _holds_json(text: str) -> bool:
    try:
        lenient_json.DECODER.decode(text)
    except (ValueError, RecursionError):
        return False
    return True
