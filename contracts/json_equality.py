"""Equality of parsed JSON values, and their first difference."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable


_NESTED: Final = frozenset({list, dict})


def same(sent: Any, received: Any) -> bool:
    """Whether two parsed values are the same JSON value, at any depth.

    Numbers are compared as doubles; an integer that no double represents exactly equals any number. Strings are
    compared by code points, arrays in order, members in any order.
    """
    waiting = [(sent, received)]
    while waiting:
        one, other = waiting.pop()
        if isinstance(one, dict):
            if not isinstance(other, dict) or one.keys() != other.keys():
                return False
            waiting.extend((value, other[name]) for name, value in one.items())
        elif isinstance(one, list):
            if not isinstance(other, list) or len(one) != len(other):
                return False
            # A long list of scalars is most often the same one; Python takes true for 1.
            kinds = list(map(type, one))
            if _NESTED.isdisjoint(kinds) and kinds == list(map(type, other)) and one == other:
                continue
            waiting.extend(zip(one, other, strict=True))
        elif not _same_scalar(one, other):
            return False
    return True


def _is_exact(number: Any) -> bool:
    """Whether a double represents the number as written: an integer of up to 53 bits, or any fraction."""
    return isinstance(number, float) or int(float(number)) == number


def _same_scalar(sent: Any, received: Any) -> bool:
    if isinstance(sent, bool) or isinstance(received, bool) or sent is None or received is None:
        return sent is received
    if isinstance(sent, int | float):
        return isinstance(received, int | float) and (float(sent) == _as_double(received) or not _is_exact(sent))
    return isinstance(received, str) and bool(sent == received)


def _as_double(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def first_difference(sent: Any, received: Any, pointer: str = "") -> tuple[str, Any, Any] | None:
    """The JSON pointer of the first difference between two values, with both sides; None if they are the same."""
    if same(sent, received):
        return None
    while (step := _step(sent, received)) is not None:
        pointer += f"/{json_text.escape(str(step))}"
        sent, received = _inner(sent, step), _inner(received, step)
    return (pointer, sent, received)


def _step(sent: Any, received: Any) -> str | int | None:
    """The first member or item that differs; None if the values differ as a whole."""
    names: Iterable[str | int] = ()
    if isinstance(sent, dict) and isinstance(received, dict):
        names = [*sent, *(name for name in received if name not in sent)]
    elif isinstance(sent, list) and isinstance(received, list) and len(sent) == len(received):
        names = () if _are_reordered(sent, received) else range(len(sent))
    return next((name for name in names if not same(_inner(sent, name), _inner(received, name))), None)


def _are_reordered(sent: list[Any], received: list[Any]) -> bool:
    """Whether two lists that differ have the same values in another order."""
    try:
        before, after = (sorted(json.dumps(item, sort_keys=True) for item in items) for items in (sent, received))
    except RecursionError:
        return False
    return before == after


def _inner(holder: Any, name: str | int) -> Any:
    return holder.get(name, json_text.ABSENT) if isinstance(holder, dict) else holder[name]
