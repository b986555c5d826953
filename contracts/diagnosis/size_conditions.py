"""Sizes in a request: limits between failing and passing ones, rounded to common limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.diagnosis.condition import Condition
from contracts.diagnosis.observation import Observation

if TYPE_CHECKING:
    from contracts.document import Contract

#: The size of a request in one respect; None if it has none.
Measure = Callable[[Observation], float | None]
#: The size of a value in one respect; None if it has none.
Size = Callable[[Any], float | None]

#: Common limits of services.
_USUAL: Final = sorted(
    {
        *(0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 21, 24, 25, 30, 31, 32, 36, 40, 50, 60, 63, 64, 80, 99, 100, 120),
        *(127, 128, 150, 160, 180, 191, 200, 250, 254, 255, 256, 300, 320, 400, 500, 512, 999, 1_000, 1_023, 1_024),
        *(2_000, 2_047, 2_048, 3_000, 4_000, 4_095, 4_096, 5_000, 8_000, 8_191, 8_192, 9_999, 10_000, 16_383, 16_384),
        *(20_000, 32_767, 32_768, 50_000, 65_535, 65_536, 99_999, 100_000, 102_400, 131_072, 262_144, 500_000, 999_999),
        *(1_000_000, 1_048_576, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**63 - 1, 2**63, 2**64, 10**21),
    }
)
#: The most common limits, which are preferred if several fit.
_PREFERRED: Final = (255, 100, 64, 50, 1_000, 128, 32, 20, 500, 2**31 - 1, 2**53 - 1, 65_535, 4_096)
_LENGTHS: Final[dict[str, Callable[[str], int]]] = {
    "characters": len,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "UTF-16 units": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
}


def _longest(length: Callable[[str], int], texts: Iterable[Any]) -> int | None:
    return max((length(text) for text in texts if isinstance(text, str)), default=None)


#: The sizes of a value by its JSON type, in words with placeholders for the name of the field and for the size.
_SIZES: Final[dict[str, dict[str, Size]]] = {
    "string": {f"NAME has {{}} {unit}": length for unit, length in _LENGTHS.items()},
    "number": {
        "NAME is {}": lambda number: number,
        "NAME without its sign is {}": abs,
        "NAME has {} digits": lambda number: len(str(number).lstrip("-").partition("e")[0].replace(".", "")),
    },
    "array": {
        "NAME has {} items": len,
        **{f"an item of NAME has {{}} {unit}": partial(_longest, length) for unit, length in _LENGTHS.items()},
    },
    "object": {
        "NAME has {} members": len,
        "NAME has {} levels": json_text.depth,
        "NAME has {} bytes as JSON": lambda value: len(json.dumps(value, ensure_ascii=False, separators=(",", ":"))),
        "a name of a member of NAME has {} characters": partial(_longest, len),
        "a string in NAME has {} characters": lambda value: _longest(len, json_text.texts(value)),
    },
}


def measure_conditions(
    contract: Contract, failing: Sequence[Observation], passing: Sequence[Observation]
) -> Iterator[Condition]:
    """For each size the condition that it is beyond a limit, if the limit separates failing from passing requests."""
    for words, measure in _measures(contract):
        sizes = [measure(seen) for seen in failing]
        known = [size for size in sizes if size is not None]
        if len(known) < len(sizes) or not known:
            continue
        least, most = min(known), max(known)
        others = [size for seen in passing if (size := measure(seen)) is not None]
        below = max((size for size in others if size < least), default=None)
        if not any(size >= least for size in others):
            limit = _between(below, least)
            about = _about(below, least)
            holds = partial(_is_more, measure, limit if below is None else below, least)
            yield Condition(f"{words.format(f'more than {limit:,}')}{about}", holds, 2)
        above = min((size for size in others if size > most), default=None)
        if above is not None and not any(size <= most for size in others):
            limit = _between(most, above, upper=True)
            about, holds = _about(most, above), partial(_is_less, measure, most, above)
            yield Condition(f"{words.format(f'fewer than {limit:,}')}{about}", holds, 2)


def _about(below: float | None, least: float) -> str:
    """The interval that contains the limit, if it is not known exactly."""
    if below is None or least - below <= 1:
        return ""
    return f" (the limit lies between {below:,} and {least:,})"


def _between(below: float | None, least: float, *, upper: bool = False) -> float:
    """The most common limit from the first size to the second one, which is included only for upper limits."""
    low = below if below is not None else float("-inf")
    usual = [size for size in _USUAL if (low < size <= least if upper else low <= size < least)]
    preferred = [size for size in _PREFERRED if size in usual]
    if preferred or usual:
        return (preferred or usual[:: 1 if upper else -1])[0]
    return least if upper else low if below is not None else least - 1


def _measures(contract: Contract) -> Iterator[tuple[str, Measure]]:
    """The sizes of a request, each in words with a placeholder for the size."""
    for field in contract.fields:
        kinds = {"number" if name == "integer" else name for name in field.types}
        for kind, sizes in _SIZES.items():
            for words, size in sizes.items() if kind in kinds else ():
                yield words.replace("NAME", field.path), partial(_size_of, field.path, kind, size)
    yield "the body has {} bytes", lambda seen: len(seen.case.body or b"")
    yield "the body has {} members", lambda seen: len(seen.body) if seen.is_readable else None
    yield "the body has {} levels", lambda seen: json_text.depth(seen.body) if seen.is_readable else None
    yield "the headers have {} characters", lambda seen: sum(len(name) + len(text) for name, text in seen.case.headers)


def _size_of(name: str, kind: str, size: Size, seen: Observation) -> float | None:
    value = seen.body.get(name)
    return size(value) if json_text.type_name(value) == kind else None


def _is_more(measure: Measure, below: float, least: float, seen: Observation) -> bool | None:
    size = measure(seen)
    return False if size is None or size <= below else True if size >= least else None


def _is_less(measure: Measure, most: float, above: float, seen: Observation) -> bool | None:
    size = measure(seen)
    return False if size is None or size >= above else True if size <= most else None
