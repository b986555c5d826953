"""Texts that a service changes, or of which it takes a part, before it matches the pattern."""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CHANGES: Final[dict[str, Callable[[str], str]]] = {
    "the string were trimmed before it is checked": str.strip,
    "the end of the string were trimmed before it is checked": str.rstrip,
    "the start of the string were trimmed before it is checked": str.lstrip,
    "the string were normalised (NFKC) before it is checked": partial(unicodedata.normalize, "NFKC"),
    "accents were removed before it is checked": lambda text: re.sub(
        r"[\u0300-\u036f]", "", unicodedata.normalize("NFD", text)
    ),
    "white space were removed before it is checked": lambda text: re.sub(r"\s", "", text),
    "control characters were removed before it is checked": lambda text: re.sub(r"[\x00-\x1f\x7f]", "", text),
    "invisible characters were removed before it is checked": lambda text: "".join(
        char for char in text if unicodedata.category(char) != "Cf"
    ),
    "a dot at the end were left out before it is checked": lambda text: text.removesuffix("."),
    "dots in a row were one": lambda text: re.sub(r"\.+", ".", text),
    "dots at the ends were left out before it is checked": lambda text: text.strip("."),
    "U+0000 ended the string": lambda text: text.partition("\0")[0],
    "only its first line were checked": lambda text: text.partition("\n")[0],
    "quotation marks around it were left out": lambda text: text.strip("\"'"),
}
_CHANGES_OF_ADDRESSES: Final[dict[str, Callable[[str], str]]] = {
    "an address in angle brackets were looked for": lambda text: _found(r"(?s)[^<>]*<([^<>]+)>", text),
    "a domain needed no dot": lambda text: re.sub(r"(@[^@.]+)\Z", r"\1.aa", text),
    "a domain needed no dot, and might begin with a hyphen": lambda text: re.sub(r"@-*([^@.]*)\Z", r"@a\1.aa", text),
    "nothing were needed before the @": lambda text: f"a{text}" if text.startswith("@") else text,
    "a dot or an apostrophe might stand before the @": lambda text: re.sub(r"[.']@", "@", text),
    "anything in quotation marks might stand before the @": lambda text: re.sub(r'\A"[^"]+"@', "a@", text),
    "an IP address in brackets might be the domain": lambda text: re.sub(r"@\[[0-9.:]+\]\Z", "@a.aa", text),
    "a label of the domain might begin with a hyphen": lambda text: re.sub(r"(?<=[@.])-+(?=.*\.)", "a", text),
    "the punctuation of RFC 5322 might stand before the @": lambda text: re.sub(
        r"[!#$%&*/=?^`{|}~'](?=.*@)", "a", text
    ),
    "mailto: might stand before it": lambda text: text.removeprefix("mailto:"),
    "comments in parentheses were left out": lambda text: re.sub(r"\([^()]*\)", "", text),
}
#: Characters that a character class may contain by mistake, by name.
_WIDER: Final[dict[str, str]] = {
    "digits": "[0-9]",
    "letters beyond ASCII": r"[^\W\d_\x00-\x7f]",
    "letters and digits beyond ASCII": r"[^\W_\x00-\x7f]",
    "characters beyond ASCII": r"[^\x00-\x7f]",
    "- and _": "[-_]",
    "white space": r"\s",
    "control characters": r"[\x00-\x1f\x7f]",
    "printable ASCII but @": r"[!-?A-~]",
    **{mark: re.escape(mark) for mark in " !\"#$%&'*+,-./:;=?^_`{|}~"},
}
#: Parts of an address in which character classes may be too wide.
_PARTS: Final = {
    "before the @": r"(?s)(.*)(?=@)",
    "in the domain": r"(?s)(?<=@)[^@]*",
    "in the labels of the domain but the last": r"(?s)(?<=@)[^@]*(?=\.[^.@]*\Z)",
    "in the last label": r"[^.@]*\Z",
}


def changed_before(right: Callable[[str], bool], *, is_email: bool) -> Iterator[tuple[str, Callable[[str], bool]]]:
    """Languages of texts that match after a change, or without it.

    Args:
        right: Whether a text matches the documented pattern.
        is_email: Whether the texts are e-mail addresses.
    """
    for what, change in {**_CHANGES, **(_CHANGES_OF_ADDRESSES if is_email else {})}.items():
        yield what, partial(_matches, right, change)
    for what, characters in _WIDER.items():
        wider = re.compile(characters)
        yield f"{what} were allowed wherever letters are", partial(_matches, right, partial(wider.sub, "a"))
        for where, part in _PARTS.items() if is_email else ():
            change = partial(_within, re.compile(part), wider)
            yield f"{what} were allowed wherever letters are {where}", partial(_matches, right, change)
    if is_email:
        yield "several addresses were allowed, with commas between", partial(_each, right, ",")
        yield "several addresses were allowed, with semicolons between", partial(_each, right, ";")
        yield "several addresses were allowed, with commas or semicolons between", partial(_each, right, "[,;]")
        yield "it were searched for within the string", partial(_within_text, right)
    yield "an empty string were allowed", lambda text: not text or right(text)
    yield "a blank string were allowed", lambda text: not text.strip() or right(text)


def _matches(right: Callable[[str], bool], change: Callable[[str], str], text: str) -> bool:
    return right(text) or right(change(text))


def _within(part: re.Pattern[str], wider: re.Pattern[str], text: str) -> str:
    return part.sub(lambda found: wider.sub("a", found.group()), text, count=1)


def _each(right: Callable[[str], bool], mark: str, text: str) -> bool:
    return right(text) or all(right(part.strip()) for part in re.split(mark, text))


def _within_text(right: Callable[[str], bool], text: str) -> bool:
    """Whether any part of the text matches."""
    ends = range(len(text) + 1)
    if len(text) > 100:  # too many parts
        return right(text)
    return any(right(text[start:end]) for start in ends for end in ends[start + 1 :] if "@" in text[start:end])


def _found(form: str, text: str) -> str:
    found = re.fullmatch(form, text)
    return found.group(1) if found else text
