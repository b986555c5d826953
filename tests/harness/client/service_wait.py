"""Waiting for a service that does not answer, and the end of a run for which it never does."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from contracts.checks.quoting import shown
from contracts.exchange import COLLECTION_PATH, VALID_AUTHORIZATION, Case, Exchange
from contracts.history_records import NoteRecord
from tests.harness.client.failure_classification import ACCOUNT, GARBLED, named, retry_after, suspicious
from tests.harness.client.target import NoVerdict

if TYPE_CHECKING:
    from tests.harness.client.attempts import Attempt, FreshCases, Recorder
    from tests.harness.client.budget import RequestBudget

#: Seconds between two control requests, at first and at most.
_FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
#: Characters of a body that the end of a run quotes.
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds without a good response for which a service is waited for; how often a refused account is tried again."""

    seconds: float = 60.0
    repeats: int = 4


class ServiceWait:
    """Waits for all threads and workers while the service does not answer; ends the run when its patience is over.

    ``gateway_fails`` tells that a gateway was seen to fail by itself.
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
        self.gateway_fails = False

    @property
    def stopped(self) -> str:
        """Why the run has ended; empty while it goes on."""
        return "" if self._end is None else str(self._end)

    def check(self) -> None:
        """Raise NoVerdict where the run has ended."""
        if self._end is not None:
            raise NoVerdict(str(self._end))

    def end(self, reason: str) -> None:
        """End the run after the request that is under way; the first reason counts."""
        self._end = self._end or NoVerdict(reason)

    def stop(self, reason: str) -> NoReturn:
        """End the run at once: raise NoVerdict with the first reason."""
        self._end = self._end or NoVerdict(reason)
        raise self._end

    def note_good(self, exchange: Exchange) -> None:
        """Note that the service has answered ``exchange``: its patience begins anew."""
        self._last_good = time.monotonic()
        doubtful = self._doubtful
        if doubtful is not None and exchange.started > doubtful.started + doubtful.elapsed:
            self._doubtful = None

    def doubt(self, exchange: Exchange) -> None:
        """Note a request that broke off: the first one since the last response may be what ended the service."""
        self._doubtful = self._doubtful or exchange

    @property
    def behind(self) -> str:
        """Which request the service may not have survived, as the end of a sentence; empty if none is known."""
        return f", when it had {_described(self._doubtful)}" if self._doubtful else ""

    def note(self, text: str) -> None:
        """Put a remark about retries into the history."""
        self._recorder.record(NoteRecord("retries", text))

    def wait(self, seconds: float, since: float, reason: str) -> None:
        """Let nobody send for ``seconds``; end the run with ``reason`` where that is longer than its patience."""
        left = max(since, self._last_good) + self._patience.seconds - time.monotonic()
        if seconds > left:
            self.stop(reason)
        self._request_budget.pause(seconds)

    def control(self, exchange: Exchange) -> tuple[Exchange, bool]:
        """Send the simplest request until the service answers it.

        Args:
            exchange: The exchange that makes it doubtful whether the service answers.

        Returns:
            The response, and whether it had to be waited for.

        Raises:
            NoVerdict: The service does not answer for longer than the patience of the run.
        """
        since, pause, waited = time.monotonic(), _FIRST_PAUSE, False
        self.doubt(exchange)
        while True:
            self.check()
            control, judgement = self._attempt(self._fresh.control(), repeat=exchange.number)
            kind = suspicious(control, None, float("inf"))
            # Every creation is judged, whoever sent it, where the response is the service's own.
            self._recorder.exchange(control, judgement if kind is None and control.status not in ACCOUNT else None)
            garbled = control.failure is not None and control.failure.kind in GARBLED
            if kind in {None, "account"} or garbled or (kind == "broken" and self._is_there(control)):
                self.note_good(control)
                return control, waited
            self.gateway_fails |= kind == "gateway"
            if not waited:
                self.note(f"the service was waited for after: {named(control)}")
            waited = True
            received = control.failure.detail if control.failure else f"status {control.status}"
            reason = f"the service stopped answering in mid-run ({received}){self.behind}"
            self.wait(retry_after(control, pause), since, reason)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _is_there(self, control: Exchange) -> bool:
        """Whether a service that breaks off the simplest request answers another one."""
        headers = (("Authorization", VALID_AUTHORIZATION),)
        path = f"{COLLECTION_PATH}?limit=1"
        other, _ = self._attempt(Case(None, headers, method="GET", path=path), repeat=control.number)
        self._recorder.exchange(other)
        return other.response is not None and other.status < 500 and other.status not in {407, 429}


def _described(exchange: Exchange) -> str:
    """A request that the service may not have survived, for the maintainer who looks for it."""
    body = (exchange.case.body or b"")[:_SHOWN].decode("utf-8", "replace")
    return f"request {exchange.number} ({exchange.case.case_set or exchange.case.method}) with the body {shown(body)}"
