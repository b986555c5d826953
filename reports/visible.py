"""Makes foreign texts safe to display: no invisible characters, terminal sequences or line breaks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Letters and symbols that are invisible or combine with the previous character, by category.
_BLANK: Final = "\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f"
_FIRST_PLANE: Final = 0xFFFF
_SUSPECT = re.compile(r"[^\x20-\x7e]")
_BLANK_ONE = re.compile(f"[{_BLANK}]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: unchanged, or (``name`` not empty) one character as an escape."""

    text: str
    name: str = ""


def inert(text: str, limit: int = 0) -> str:
    """``text`` on one line, invisible characters escaped, truncated to ``limit`` characters if given.

    The result has only printable characters: no control or format characters, line breaks or lone surrogates, so that
    every format can contain it and no terminal interprets it.
    """
    shown = _SUSPECT.sub(lambda match: escape(match.group()) if hidden(match.group()) else match.group(), text)
    return shown if not limit or len(shown) <= limit else f"{shown[: limit - 1]}…"


def hidden(character: str) -> bool:
    """Whether ``character`` or its position is invisible to readers."""
    if " " <= character <= "~":
        return False
    if not character.isprintable() or _BLANK_ONE.match(character):
        return True
    return unicodedata.category(character).startswith("M")


def escape(character: str) -> str:
    r"""The character as JSON would escape it: ``\u202e``; ``\u{1f600}`` beyond the first plane."""
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    if short:
        return short
    code = ord(character)
    return f"\\u{code:04x}" if code <= _FIRST_PLANE else f"\\u{{{code:x}}}"


def named(character: str) -> str:
    """Code point and Unicode name, such as ``U+202E RIGHT-TO-LEFT OVERRIDE``."""
    code = ord(character)
    surrogate = unicodedata.category(character) == "Cs"
    fallback = "LONE SURROGATE" if surrogate else _CONTROLS.get(code, "CONTROL CHARACTER")
    return f"U+{code:04X} {unicodedata.name(character, fallback)}"


_CONTROLS: Final = {0: "NULL", 9: "TAB", 10: "LINE FEED", 13: "CARRIAGE RETURN", 27: "ESCAPE", 127: "DELETE"}


def pieces(text: str) -> Iterator[Piece]:
    """``text`` in parts; each hidden character is a part of its own with its name."""
    plain: list[str] = []
    for character in text:
        if " " <= character <= "~" or not hidden(character):
            plain.append(character)
            continue
        if plain:
            yield Piece("".join(plain))
            plain.clear()
        yield Piece(escape(character), named(character))
    if plain:
        yield Piece("".join(plain))


def readable(data: bytes) -> str:
    r"""Bytes as text; a byte that is not part of UTF-8 becomes ``\xff``."""
    return data.decode("utf-8", "backslashreplace")
