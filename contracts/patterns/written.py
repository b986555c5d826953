"""Formats a part of a pattern's tree as source, for readers."""

from __future__ import annotations

from typing import Final

from contracts.patterns.charsets import CharSet, complement
from contracts.patterns.tree import (
    LINE_TERMINATORS,
    Chars,
    Choice,
    LookAhead,
    Node,
    Repeat,
    Sequence,
    TextEnd,
    TextStart,
    WordBoundary,
)

_COUNTS: Final = {(0, None): "*", (1, None): "+", (0, 1): "?"}
_SPECIAL: Final = frozenset(r"\^$.*+?()[]{}|/")


def written(node: Node) -> str:
    """The source of a node: equivalent to the parsed one, but not always identical."""
    match node:
        case Chars(chars):
            source = _characters(chars)
        case Sequence(parts):
            source = "".join(map(written, parts))
        case Choice(options):
            source = f"(?:{'|'.join(map(written, options))})"
        case Repeat(body, least, most):
            inner = written(body) if isinstance(body, Chars) else f"(?:{written(body)})"
            counted = f"{{{least}}}" if least == most else f"{{{least},{'' if most is None else most}}}"
            source = inner + _COUNTS.get((least, most), counted)
        case LookAhead(body, negated):
            source = f"(?{'!' if negated else '='}{written(body)})"
        case WordBoundary(negated):
            source = r"\B" if negated else r"\b"
        case TextStart():
            source = "^"
        case TextEnd():
            source = "$"
    return source


def _characters(chars: CharSet) -> str:
    if len(chars) == 1 and chars[0][0] == chars[0][1]:
        return _character(chars[0][0])
    if chars == complement(LINE_TERMINATORS):
        return "."
    if chars and chars[-1][1] == 0x10FFFF:
        outside = complement(chars)
        return f"[^{''.join(map(_range, outside))}]" if outside else r"[\s\S]"
    return f"[{''.join(map(_range, chars))}]"


def _range(bounds: tuple[int, int]) -> str:
    low, high = bounds
    return _character(low) if low == high else f"{_character(low)}{'-' if high > low + 1 else ''}{_character(high)}"


def _character(code_point: int) -> str:
    char = chr(code_point)
    if char in _SPECIAL:
        return f"\\{char}"
    if char.isascii() and char.isprintable():
        return char
    return f"\\u{{{code_point:X}}}"
