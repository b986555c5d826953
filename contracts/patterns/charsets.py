"""Sets of code points as sorted, disjoint, non-adjacent ranges.

Sets of characters would be too large: a complement such as ``[^./]`` has over a million members.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CODE_POINT = 0x10FFFF

#: First and last code point.
Range: TypeAlias = tuple[int, int]
CharSet: TypeAlias = tuple[Range, ...]


def charset(ranges: Iterable[Range]) -> CharSet:
    """The normal form of ranges: sorted, overlapping and adjacent ones joined."""
    joined: list[Range] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def complement(chars: CharSet) -> CharSet:
    """The code points that are not in ``chars``."""
    gaps: list[Range] = []
    start = 0
    for low, high in chars:
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    if start <= MAX_CODE_POINT:
        gaps.append((start, MAX_CODE_POINT))
    return tuple(gaps)


def intersection(left: CharSet, right: CharSet) -> CharSet:
    """The code points in both sets."""
    both: list[Range] = []
    i = j = 0
    while i < len(left) and j < len(right):
        low, high = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if low <= high:
            both.append((low, high))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(both)


def contains(chars: CharSet, code_point: int) -> bool:
    """Whether the code point is a member, in logarithmic time."""
    i = bisect_right(chars, (code_point, MAX_CODE_POINT)) - 1
    return i >= 0 and chars[i][1] >= code_point


def size(chars: CharSet) -> int:
    """The number of code points in the set."""
    return sum(high - low + 1 for low, high in chars)


def partition(sets: Iterable[CharSet]) -> list[CharSet]:
    """The coarsest partition of Unicode such that each given set is a union of classes.

    Ordered by the smallest member.
    """
    distinct = list(dict.fromkeys(sets))
    cuts = {0, MAX_CODE_POINT + 1}
    for chars in distinct:
        for low, high in chars:
            cuts.update((low, high + 1))
    edges = sorted(cuts)
    cells: dict[tuple[bool, ...], list[Range]] = {}
    for low, after in pairwise(edges):
        signature = tuple(contains(chars, low) for chars in distinct)
        cells.setdefault(signature, []).append((low, after - 1))
    return [charset(ranges) for ranges in cells.values()]
