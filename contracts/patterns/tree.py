"""The tree of a pattern, and the character sets that ECMA-262 names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from contracts.patterns.charsets import CharSet, charset


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    chars: CharSet


@dataclass(frozen=True, slots=True)
class Sequence:
    """All parts, in order."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any one of the options."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The body, ``least`` to ``most`` times, without limit if ``most`` is None. Greediness is irrelevant here."""

    body: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class TextStart:
    """``^`` without the ``m`` flag."""


@dataclass(frozen=True, slots=True)
class TextEnd:
    """``$`` without the ``m`` flag: the end of the text only, not a line break before it."""


@dataclass(frozen=True, slots=True)
class WordBoundary:
    r"""``\b``, or ``\B`` if negated."""

    negated: bool


@dataclass(frozen=True, slots=True)
class LookAhead:
    """``(?=...)``, or ``(?!...)`` if negated."""

    body: Node
    negated: bool


Node: TypeAlias = Chars | Sequence | Choice | Repeat | TextStart | TextEnd | WordBoundary | LookAhead

#: ECMA-262 LineTerminator: LF, CR, LS, PS.
LINE_TERMINATORS: Final = charset([(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)])
DIGITS: Final = charset([(0x30, 0x39)])
WORD: Final = charset([(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)])
#: ECMA-262 WhiteSpace and LineTerminator: TAB, VT, FF, ZWNBSP, category Zs, and the line terminators.
SPACE: Final = charset(
    [
        (0x09, 0x0D),
        (0x20, 0x20),
        (0xA0, 0xA0),
        (0x1680, 0x1680),
        (0x2000, 0x200A),
        (0x2028, 0x2029),
        (0x202F, 0x202F),
        (0x205F, 0x205F),
        (0x3000, 0x3000),
        (0xFEFF, 0xFEFF),
    ]
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A pattern's tree, and every character set in its source.

    ``written`` has each literal, each range in brackets and each escape separately: a service may treat the ``+`` of
    ``[a-z+]`` differently from its letters, so these stay separate even if the pattern does not distinguish them.
    """

    tree: Node
    written: tuple[CharSet, ...]
