"""A property of requests on which the behaviour of a service may depend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.diagnosis.observation import Observation


@dataclass(frozen=True, slots=True)
class Condition:
    """A property of requests.

    Attributes:
        words: The text after "if"; empty if every request has the property.
        holds: Whether a request has it; None if that is unknown.
        cost: How complicated it is.
        about: The part of a request whose value it depends on; empty if it depends on none.
    """

    words: str
    holds: Callable[[Observation], bool | None]
    cost: int = 1
    about: str = ""

    def safely(self, seen: Observation) -> bool | None:
        """Whether a request has it; False if it cannot be computed."""
        try:
            return self.holds(seen)
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            return False

    def holds_surely(self, seen: Observation) -> bool:
        """Whether it is known that a request has it."""
        return self.safely(seen) is True


ALWAYS: Final = Condition("", lambda _: True, 0)


def both(first: Condition, second: Condition) -> Condition:
    """The condition that holds where both do."""
    words, cost = f"{first.words} and {second.words}", first.cost + second.cost + 1
    return Condition(words, lambda seen: _all(first.safely(seen), second.safely(seen)), cost)


def _all(*holds: bool | None) -> bool | None:
    return False if False in holds else None if None in holds else True


def either(conditions: Sequence[Condition]) -> Condition:
    """The condition that holds where any of several does."""

    def holds(seen: Observation) -> bool | None:
        found = [condition.safely(seen) for condition in conditions]
        return True if True in found else None if None in found else False

    words = ", or ".join(condition.words for condition in conditions)
    return Condition(words, holds, sum(condition.cost for condition in conditions) + 2 * len(conditions))
