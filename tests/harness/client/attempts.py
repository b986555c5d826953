"""Interfaces for retries: one attempt, cases with new names, and the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from contracts.exchange import Case, Exchange
from contracts.judgement import Judgement

if TYPE_CHECKING:
    from contracts.history_records import HistoryRecord

Answer = tuple[Exchange, Judgement | None]


class Recorder(Protocol):
    """The history that a session writes to."""

    def exchange(self, exchange: Exchange, judgement: Judgement | None = None) -> None:
        """Append one exchange."""

    def record(self, record: HistoryRecord, /) -> None:
        """Append any other record."""


class Attempt(Protocol):
    """Sends a case once and judges the response.

    ``repeat`` is the number of the exchange that it repeats, ``number`` its own if it is already assigned.
    """

    def __call__(self, case: Case, *, repeat: int = 0, number: int | None = None) -> Answer:
        """The exchange and its judgement, not yet recorded; no judgement for other operations."""


class FreshCases(Protocol):
    """Creates requests with names that the run has not sent yet."""

    def control(self) -> Case:
        """The simplest valid request."""

    def renewed(self, case: Case) -> Case:
        """The same request with a new name; the case itself if it has none."""
