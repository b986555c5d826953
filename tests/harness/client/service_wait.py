"""Waits for a service that does not answer, and ends the run if it never does."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from contracts.checks.quoting import shown
from contracts.exchange import COLLECTION_PATH, VALID_AUTHORIZATION, Case, Exchange
from contracts.history_records import NoteRecord
from tests.harness.client.failure_classification import ACCOUNT, GARBLED, named, suspicious
from tests.harness.client.retry_after import retry_after
from tests.harness.client.target import NoVerdict

if TYPE_CHECKING:
    from tests.harness.client.attempts import Attempt, FreshCases, Recorder
    from tests.harness.client.budget import RequestBudget

#: Seconds between two control requests, initially and at most.
_FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
#: The maximum number of characters of a body that are quoted when a run ends.
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Patience:
    """The seconds without a good response after which the run ends, and the number of retries for a refused account."""

    seconds: float = 60.0
    repeats: int = 4


class ServiceWait:
    """Makes all threads and workers wait while the service does not answer; ends the run after its patience.

    ``gateway_fails`` means that a gateway has failed for the control request too.
    """

    def __init__(
        self, attempt: Attempt, fresh: FreshCases, recorder: Recorder, request_budget: RequestBudget, patience: Patience
    ) -> None:
        self._attempt = attempt
        self._fresh = fresh
        self._recorder = recorder
        self._request_budget = request_budget
        self._patience = patience
        self._last_good = time.monotonic()
        self._end: NoVerdict | None = None
        self._doubtful: Exchange | None = None
        #: The time of the last failure of the simplest request, in seconds since the epoch.
        self._away = 0.0
        self.gateway_fails = False

    @property
    def stopped(self) -> str:
        """Why the run has ended; empty while it goes on."""
        return "" if self._end is None else str(self._end)

    def check(self) -> None:
        """Raise NoVerdict if the run has ended."""
        if self._end is not None:
            raise NoVerdict(str(self._end))

    def end(self, reason: str) -> None:
        """End the run after the current request; the first reason counts."""
        self._end = self._end or NoVerdict(reason)

    def stop(self, reason: str) -> NoReturn:
        """End the run immediately: raise NoVerdict with the first reason."""
        self._end = self._end or NoVerdict(reason)
        raise self._end

    def note_good(self, exchange: Exchange) -> None:
        """Record that the service has answered ``exchange``: the patience starts anew."""
        self._last_good = time.monotonic()
        doubtful = self._doubtful
        if doubtful is not None and exchange.started > doubtful.started + doubtful.elapsed:
            self._doubtful = None

    def was_away_since(self, exchange: Exchange) -> bool:
        """Whether the simplest request failed after an exchange had begun."""
        return self._away >= exchange.started

    def doubt(self, exchange: Exchange) -> None:
        """Record a broken request: the first one since the last response may have stopped the service."""
        self._doubtful = self._doubtful or exchange

    @property
    def behind(self) -> str:
        """The request after which the service stopped answering, as the end of a sentence; empty if it is unknown."""
        return f", when it had {_described(self._doubtful)}" if self._doubtful else ""

    def note(self, text: str) -> None:
        """Write a note about retries to the history."""
        self._recorder.record(NoteRecord("retries", text))

    def wait(self, seconds: float, since: float, reason: str) -> None:
        """Pause all requests for ``seconds``; end the run with ``reason`` if that exceeds its patience."""
        left = max(since, self._last_good) + self._patience.seconds - time.monotonic()
        if seconds > left:
            self.stop(reason)
        self._request_budget.pause(seconds)

    def control(self, exchange: Exchange) -> tuple[Exchange, bool]:
        """Send the simplest request until the service answers it.

        Args:
            exchange: The exchange after which it is uncertain whether the service answers.

        Returns:
            The response, and whether it had to be waited for.

        Raises:
            NoVerdict: The service did not answer within the patience of the run.
        """
        since, pause, waited = time.monotonic(), _FIRST_PAUSE, False
        self.doubt(exchange)
        while True:
            self.check()
            control, judgement = self._attempt(self._fresh.control(), repeat=exchange.number)
            kind = suspicious(control, None, float("inf"))
            # Every creation with a response of the service itself is judged, also this one; its refusal, which may be
            # due to the account, is not.
            is_refused = control.status in ACCOUNT or (
                control.status == exchange.status and 400 <= control.status < 500
            )
            self._recorder.exchange(control, None if kind is not None or is_refused else judgement)
            garbled = control.failure is not None and control.failure.kind in GARBLED
            if kind in {None, "account"} or garbled or (kind == "broken" and self._is_there(control)):
                self.note_good(control)
                return control, waited
            self.gateway_fails |= kind == "gateway"
            self._away = control.started
            if not waited:
                self.note(f"the service was waited for after: {named(control)}")
            waited = True
            received = control.failure.detail if control.failure else f"status {control.status}"
            reason = f"the service stopped answering during the run ({received}){self.behind}"
            self.wait(retry_after(control, pause), since, reason)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _is_there(self, control: Exchange) -> bool:
        """Whether a service that does not answer the simplest request answers another one."""
        headers = (("Authorization", VALID_AUTHORIZATION),)
        path = f"{COLLECTION_PATH}?limit=1"
        other, _ = self._attempt(Case(None, headers, method="GET", path=path), repeat=control.number)
        self._recorder.exchange(other)
        return other.response is not None and other.status < 500 and other.status not in {407, 429}


def _described(exchange: Exchange) -> str:
    """The request that may have stopped the service, for its maintainer."""
    body = (exchange.case.body or b"")[:_SHOWN].decode("utf-8", "replace")
    return f"request {exchange.number} ({exchange.case.case_set or exchange.case.method}) with the body {shown(body)}"
