"""A property of requests on which a service may make its behaviour depend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.diagnosis.observations import Observation


@dataclass(frozen=True, slots=True)
class Condition:
    """A property of requests.

    Attributes:
        words: Follows "requests in which"; empty where every request has it.
        holds: Whether a request has it.
        cost: How complicated it is.
    """

    words: str
    holds: Callable[[Observation], bool]
    cost: int = 1

    def safely(self, seen: Observation) -> bool:
        """Whether a request has it; False where that cannot be said."""
        try:
            return self.holds(seen)
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            return False


ALWAYS: Final = Condition("", lambda _: True, 0)


def both(first: Condition, second: Condition) -> Condition:
    """The condition that holds where both do."""
    return Condition(
        f"{first.words} and {second.words}",
        lambda seen: first.safely(seen) and second.safely(seen),
        first.cost + second.cost + 1,
    )


def either(conditions: Sequence[Condition]) -> Condition:
    """The condition that holds where any of several does."""
    return Condition(
        ", or ".join(condition.words for condition in conditions),
        lambda seen: any(condition.safely(seen) for condition in conditions),
        sum(condition.cost for condition in conditions) + 2 * len(conditions),
    )
