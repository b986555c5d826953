"""The verdict of a run: the outcome of each clause, and the exit status."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from contracts.clause import INVALID, VALID, Clause
from contracts.findings import Outcome

if TYPE_CHECKING:
    from contracts.deviations import Deviation
    from contracts.root_causes.root_cause import RootCause


class ExitStatus(IntEnum):
    """The exit status of a run."""

    KEPT = 0
    BROKEN = 1
    NO_VERDICT = 3
    USAGE = 4


@dataclass(slots=True)
class ClauseResult:
    """The result for one clause: numbers of cases, and why it is unknown or was not exercised."""

    clause: Clause
    positive: int = 0
    negative: int = 0
    broken: int = 0
    known: int = 0
    reason: str = ""
    unknown: bool = False

    @property
    def outcome(self) -> Outcome | None:
        """FAIL, UNKNOWN, PASS, PARTIAL if a side of the clause is missing; None if no case exercised it."""
        if self.broken:
            return Outcome.FAIL
        if self.unknown:
            return Outcome.UNKNOWN
        if not self.clause.sides:
            return Outcome.PASS if self.positive or self.negative else None
        if not self.missing:
            return Outcome.PASS
        return None if len(self.missing) == len(self.clause.sides) else Outcome.PARTIAL

    @property
    def missing(self) -> tuple[str, ...]:
        """The sides of the clause that no case exercised."""
        counts = {VALID: self.positive, INVALID: self.negative}
        return tuple(side for side in self.clause.sides if not counts[side])


@dataclass(slots=True)
class Verdict:
    """The verdict of a run. ``status`` is the exit status, ``sentence`` describes it."""

    clauses: dict[str, ClauseResult]
    root_causes: list[RootCause]
    status: ExitStatus
    sentence: str
    requests: int
    complete: bool
    expired: list[Deviation]
    vanished: list[Deviation]

    @property
    def broken(self) -> list[RootCause]:
        """New findings, most severe first."""
        return [cause for cause in self.root_causes if cause.known is None]
