r"""Representatives of character classes: ordinary ones, varied ones, and look-alikes.

The look-alikes are chosen for common mistakes: Unicode ``\d`` and ``\w``, case-insensitive matching (the Kelvin sign
folds to k, the long s to s), normalising before validation (NFKC turns U+FF0E and U+2024 into a full stop, U+2100 into
``a/c``), keeping only the low byte (U+012E becomes 0x2E), ranges that are off by one (``[A-z]``), and confusion by
readers. See Unicode TR36 and TR39.
"""

from __future__ import annotations

import random
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from contracts.patterns.charsets import contains, intersection

if TYPE_CHECKING:
    from contracts.patterns import CharacterClass
    from contracts.patterns.charsets import CharSet

#: Without U+0000, which some databases refuse, and lone surrogates, which UTF-8 cannot encode: they are used only if a
#: class has nothing else.
USABLE: Final[CharSet] = ((1, 0xD7FF), (0xE000, 0x10FFFF))

_BEYOND_ASCII: Final = 0x80

ALPHANUMERICS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
PUNCTUATION: Final = "-_!\"#$%&'()*+,./:;<=>?@[\\]^`{|}~ "
CONTROLS: Final = "\t\n\r\x7f" + "".join(map(chr, (*range(1, 9), 0x0B, 0x0C, *range(0x0E, 0x20))))
ASCII: Final = ALPHANUMERICS + PUNCTUATION + CONTROLS

LINE_BREAKS: Final = "\n\r\u2028\u2029\u0085\x0b\x0c"
SPACES: Final = " \t\u00a0\u1680\u2002\u2003\u2009\u200a\u202f\u205f\u3000\ufeff\u200b\u2060\u180e"
ACCENTED: Final = "éßñøÅğıİœŽǅﬁªº²½©®£¥§¿"
COMBINING: Final = "\u0301\u0308\u0323\u0338\u0345\u0489\u20dd\ufe0f\u0e31\u093e"
RIGHT_TO_LEFT: Final = "אבשابيپ\u0660\u06f1\u200f\u202e\u2066\u2069\u061c"
ASTRAL: Final = "\U0001f600\U0001f469\U0001d400\U0001d7ce\U00010348\U00020000\U000e0041\U000f0000\U0010fffd"
IDEOGRAPHS: Final = "中文字カナ한글ไทย"
ODDITIES: Final = "\u0080\u0090\u009f\u00ad\u200c\u200d\ufffd\ufff9\ue000\ufffe\uffff"

#: ASCII character -> what is read, folded or normalised into it.
_MISTAKEN_FOR: Final = {
    ".": "\uff0e\u2024\u3002\uff61\ufe52\u00b7\u06d4\u0701\u2027\u2026\u2025\u2488\ua4f8",
    "/": "\u2044\uff0f\u2215\u29f8\u2571\u2100\u2105\u27cb\u3033",
    "@": "\uff20\ufe6b",
    "-": "\u2010\u2011\u2013\u2212\uff0d\ufe63\u00ad",
    "+": "\uff0b\ufe62\u207a\u2795",
    "'": "\u2019\u02bc\uff07\u2032\u00b4",
    "_": "\uff3f\u203f\ufe4d",
    "a": "\u0430\uff41\u00e1\u00aa\U0001d41a",
    "e": "\u0435\u00e9\u212f",
    "i": "\u0456\u0131\u2170",
    "k": "\u212a\u043a",
    "o": "\u043e\u00ba\u03bf",
    "s": "\u017f\u0455\u00df",
    "A": "\u0391\uff21\u00c5\u212b",
    "I": "\u0130\u0399\u2160",
    "K": "\u212a\u039a",
    "0": "\u0660\uff10\u2070\U0001d7ce",
    "1": "\u0661\u06f1\uff11\u00b9\u2460",
    "3": "\u0663\u0969\u00b3",
    " ": "\u00a0\u3000\u2003\u200b",
    "\n": "\u0085\u2028\u2029",
}

#: The most important of these: full stops and @ of other widths, folding letters, foreign digits.
TELLING: Final = "\u212a\u017f\u0663\uff0e\uff20\u00e9\u0430\u2024\uff0f\u2044\u2019\u2010\uff10\u0130"

_REPERTOIRES: Final = (
    ALPHANUMERICS + " -_",
    PUNCTUATION,
    ACCENTED + COMBINING,
    CONTROLS,
    SPACES + LINE_BREAKS,
    RIGHT_TO_LEFT,
    "".join(_MISTAKEN_FOR.values()),
    ASTRAL,
    IDEOGRAPHS + ODDITIES,
)
_EXOTIC: Final = "".join(dict.fromkeys("".join(_REPERTOIRES[2:]))).translate(dict.fromkeys(range(_BEYOND_ASCII)))


def among(text: str, chars: CharSet) -> str:
    """The characters of ``text`` that are in the set, without repetition, in order."""
    return "".join(char for char in dict.fromkeys(text) if contains(chars, ord(char)))


@lru_cache(maxsize=1024)
def plain(cls: CharacterClass) -> str:
    """Ordinary members, which can be refused only because of their class.

    Letters and digits, else a space or ASCII punctuation, else anything. Never empty.
    """
    return (
        among(ALPHANUMERICS, cls.ranges)
        or among(PUNCTUATION, cls.ranges)
        or among(ASCII, cls.ranges)
        or among(_EXOTIC, cls.ranges)
        or among(LINE_BREAKS, cls.ranges)
        or usable_representative(cls)
    )


def usable_representative(cls: CharacterClass) -> str:
    """The first character of the class that is not avoided; its representative if all are."""
    usable = intersection(cls.ranges, USABLE)
    return chr(usable[0][0]) if usable else cls.representative


def repertoires(cls: CharacterClass) -> list[str]:
    """Members of the class, grouped by the kind of software that handles them wrongly."""
    return [chars for repertoire in _REPERTOIRES if (chars := among(repertoire, cls.ranges))] or [plain(cls)]


def varied(cls: CharacterClass, seed: int) -> list[str]:
    """All ASCII members and many others, alternately, in an order that depends on the seed."""
    others = among(_EXOTIC, cls.ranges) + _some_of(cls.ranges, random.Random(seed), 12)  # noqa: S311  # reproducible on purpose
    return in_turn(shuffled(among(ASCII, cls.ranges), seed, cls.name), shuffled(others, seed, cls.name)) or [
        usable_representative(cls)
    ]


@lru_cache(maxsize=1024)
def mistaken_for(cls: CharacterClass) -> str:
    """Characters outside the class that a service might treat as members."""
    members = among(ALPHANUMERICS + PUNCTUATION + "\n", cls.ranges)
    found = "".join(_MISTAKEN_FOR.get(char, "") for char in members)
    for low, high in cls.ranges:
        found += "".join(chr(edge) for edge in (low - 1, high + 1) if contains(USABLE, edge))
    # A few represent all: the low byte of U+01xx and U+4Exx is an ASCII character.
    found += "".join(chr(high + ord(char)) for char in members[:2] for high in (0x100, 0x4E00))
    found += members.swapcase()
    return "".join(char for char in dict.fromkeys(found) if not contains(cls.ranges, ord(char)))


def _some_of(chars: CharSet, rng: random.Random, count: int) -> str:
    usable = [bounds for bounds in intersection(chars, USABLE) if bounds[1] >= _BEYOND_ASCII]
    if not usable:
        return ""
    weights = [high - low + 1 for low, high in usable]
    picked = rng.choices(usable, weights, k=count)
    return "".join(chr(rng.randint(max(low, _BEYOND_ASCII), high)) for low, high in picked)


def shuffled(chars: str, seed: int, salt: object) -> list[str]:
    """The characters in an order that depends on the seed and the salt."""
    return random.Random(f"{seed}:{salt}").sample(chars, len(chars))  # noqa: S311  # reproducible on purpose


def in_turn(*queues: list[str]) -> list[str]:
    """One from each queue in turn until all are empty, without repetition."""
    longest = max(map(len, queues))
    return list(dict.fromkeys(queue[i] for i in range(longest) for queue in queues if i < len(queue)))
