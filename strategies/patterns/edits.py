"""The single edits by which a text becomes wrong when it is typed, copied or transformed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _insert(text: str, at: int, char: str) -> str:
    return text[:at] + char + text[at:]


def _replace(text: str, at: int, char: str) -> str:
    return text[:at] + char + text[at + 1 :]


def _delete(text: str, at: int, _: str) -> str:
    return text[:at] + text[at + 1 :]


def _double(text: str, at: int, _: str) -> str:
    return text[: at + 1] + text[at:]


def _swap(text: str, at: int, _: str) -> str:
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def _change_case(text: str, at: int, _: str) -> str:
    swapped = text[at : at + 1].swapcase()
    return text[:at] + swapped + text[at + 1 :] if len(swapped) == 1 else text


def _append_line_break(text: str, _: int, __: str) -> str:
    return text + "\n"


#: By name; each takes a text, a position (0 to its length) and a character.
EDITS: Final[dict[str, Callable[[str, int, str], str]]] = {
    "insert": _insert,
    "replace": _replace,
    "delete": _delete,
    "double": _double,
    "swap": _swap,
    "change case": _change_case,
    "append a line break": _append_line_break,
}


def edited(text: str, kind: str, at: int, chars: str) -> Iterator[str]:
    """The text after one edit of a kind: at a position and then at all others, with each of the characters."""
    for char in chars:
        for shift in range(len(text) + 1):
            yield EDITS[kind](text, (at + shift) % (len(text) + 1), char)
