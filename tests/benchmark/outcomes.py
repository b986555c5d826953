"""Results of a tool for many faults: shares, medians, percentiles, the curve."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The numbers of requests at which the share found is printed.
MARKS: Final = (50, 100, 300, 500, 1_000)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One tool and one fault: whether it was found, after how many requests and seconds, and the message.

    ``requests`` are those that the server had received when the response with the fault was complete, ``seconds`` are
    measured from the start of the command to its end.
    """

    name: str
    found: bool
    requests: int = 0
    seconds: float = 0.0
    said: str = ""


@dataclass(frozen=True, slots=True)
class Scores:
    """A tool against a sample of the faults."""

    tool: str
    outcomes: tuple[Outcome, ...]

    @property
    def found(self) -> list[Outcome]:
        """The outcomes with a finding."""
        return [outcome for outcome in self.outcomes if outcome.found]

    @property
    def share(self) -> float:
        """The share of the faults that were found, 0 to 1."""
        return len(self.found) / len(self.outcomes)

    def within(self, requests: int) -> float:
        """The share of all faults that were found by this number of requests."""
        return sum(outcome.requests <= requests for outcome in self.found) / len(self.outcomes)

    def requests(self, share: float) -> float | None:
        """The requests until the finding, at a percentile of the faults that were found; None if none was."""
        return percentile([outcome.requests for outcome in self.found], share)

    def seconds(self, share: float) -> float | None:
        """The seconds until the finding, likewise."""
        return percentile([outcome.seconds for outcome in self.found], share)

    def curve(self) -> list[tuple[int, float]]:
        """Requests and the share found by then: one point for each number at which the share rises."""
        return [(at, self.within(at)) for at in sorted({outcome.requests for outcome in self.found})]

    def of(self, names: Sequence[str]) -> Scores:
        """The same tool with fewer faults; raises KeyError for one that it was not tried on."""
        known = {outcome.name: outcome for outcome in self.outcomes}
        return Scores(self.tool, tuple(known[name] for name in names))


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """A tool against services that keep the contract: the number of alarms for each."""

    tool: str
    services: int
    alarms: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """The alarms on all services."""
        return sum(self.alarms.values())


def percent(share: float) -> str:
    """A share in whole per cent, rounded down, so that 100 means all."""
    return f"{math.floor(100 * share + 1e-9)}%"


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least ``share`` of the values do not exceed; None without values."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def sample(names: Sequence[str], size: int) -> list[str]:
    """``size`` of ``names``, evenly spread: always the same ones, with a part of every group."""
    size = min(size, len(names))
    return [names[index * len(names) // size] for index in range(size)]
