"""Telling the service from its surroundings: what is waited for, what is tried again, what ends a run."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol

from contracts.exchange import UNREACHED, Case, Exchange
from contracts.judgement import Judgement
from contracts.oracle import Expectation, Verdict
from contracts.targets.target import NoVerdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.checks.context import Limits
    from contracts.targets.allowance import Allowance

#: Statuses with which a gateway speaks for a service that it does not reach (RFC 9110, section 15.6).
GATEWAY: Final = frozenset({502, 503, 504})
#: Statuses with which a service speaks of the account, not of the request.
ACCOUNT: Final = frozenset({401, 402, 403, 409})
#: Failures after which the service may or may not have worked on the request.
BROKEN_OFF: Final = frozenset({"closed", "reset", "timeout", "incomplete", "invalid", "too_large"})

_LONGEST_WAIT: Final = 60.0
#: Requests that brought a broken-off answer again, after which another one is not repeated.
_CONVINCED: Final = 3
#: Requests without an answer in time after which the run ends.
_HANGS: Final = 10

Answer = tuple[Exchange, Judgement]


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds in all an unreachable service is waited for, and how often one request is repeated."""

    seconds: float = 30.0
    repeats: int = 4


def suspicious(exchange: Exchange, owed: Expectation, slow: float) -> str | None:
    """What about the exchange may be due to the surroundings: unreached, limited, gateway, account, broken, or None."""
    if exchange.failure is not None:
        return "unreached" if exchange.failure.kind in UNREACHED else "broken"
    status = exchange.status
    if status == 429:  # RFC 6585, section 4
        return "limited"
    if status in GATEWAY:
        return "gateway"
    if status in ACCOUNT and owed.verdict is Verdict.CREATE:
        return "account"
    return "broken" if exchange.elapsed > slow else None


def retry_after(exchange: Exchange, fallback: float, now: Callable[[], float] = time.time) -> float:
    """Seconds that the answer asks to wait: Retry-After as seconds or as a date (RFC 9110, section 10.2.3)."""
    value = exchange.response.header("Retry-After") if exchange.response else None
    if value is None:
        return fallback
    if value.strip().isdigit():
        return min(float(value), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return fallback
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - datetime.fromtimestamp(now(), UTC)).total_seconds()), _LONGEST_WAIT)


class Recorder(Protocol):
    """What a session writes to: the history of the run."""

    def exchange(self, exchange: Exchange, judgement: Judgement | None = None) -> None:
        """Append one exchange."""

    def record(self, kind: str, /, **members: Any) -> None:
        """Append any other record."""


class Attempt(Protocol):
    """Sends a case once and has the answer judged; ``repeat`` is the number of the exchange that it repeats."""

    def __call__(self, case: Case, *, repeat: int = 0) -> Answer:
        """The exchange and its judgement, not yet recorded."""


class Weather:
    """Sends cases until an answer is the service's own, or until nothing can be said any more.

    Safe to use from several threads; a pause holds for all of them, and for other workers.
    """

    def __init__(
        self,
        attempt: Attempt,
        control: Callable[[], Case],
        recorder: Recorder,
        allowance: Allowance,
        limits: Limits,
        patience: Patience,
    ) -> None:
        self._attempt = attempt
        self._control = control
        self._recorder = recorder
        self._allowance = allowance
        self._limits = limits
        self._patience = patience
        self._calm = threading.Lock()
        self._books = threading.Lock()
        self._transient: Counter[str] = Counter()
        self._confirmed: set[str] = set()
        self._confirmations: Counter[str] = Counter()
        self._hangs = 0
        self._stopped: NoVerdict | None = None
        self._handlers = {
            "unreached": self._when_unreached,
            "limited": self._when_limited,
            "gateway": self._when_gateway,
            "account": self._when_account,
            "broken": self._when_broken,
        }

    def send(self, case: Case) -> Answer:
        """The answer to ``case`` that stands; raises NoVerdict where the surroundings never let one through."""
        if self._stopped is not None:
            raise self._stopped
        exchange, judgement = self._attempt(case)
        kind = self._suspicion(exchange, judgement)
        return (exchange, judgement) if kind is None else self._handlers[kind](case, exchange, judgement)

    def _suspicion(self, exchange: Exchange, judgement: Judgement) -> str | None:
        return suspicious(exchange, judgement.expectation, self._limits.response_time)

    def _when_unreached(self, case: Case, exchange: Exchange, judgement: Judgement) -> Answer:
        """Nothing was sent: wait for the service to come back."""
        deadline, pause = time.monotonic() + self._patience.seconds, 0.2
        while exchange.failure is not None and self._suspicion(exchange, judgement) == "unreached":
            self._recorded_as_weather(exchange)
            if time.monotonic() > deadline:
                self._stop(f"the service cannot be reached any more ({exchange.failure.detail})")
            self._allowance.pause(pause)
            pause = min(2 * pause, 5.0)
            exchange, judgement = self._attempt(case, repeat=exchange.number)
        return self._again(case, exchange, judgement)

    def _when_limited(self, case: Case, exchange: Exchange, judgement: Judgement) -> Answer:
        """429: wait as long as the service asks, for all threads and workers."""
        for attempt in range(self._patience.repeats * 2):
            self._recorded_as_weather(exchange)
            self._allowance.pause(retry_after(exchange, fallback=min(0.5 * 2**attempt, 15.0)))
            exchange, judgement = self._attempt(case, repeat=exchange.number)
            if self._suspicion(exchange, judgement) != "limited":
                return self._again(case, exchange, judgement)
        return self._stop("the service keeps answering 429; use --rate to slow the run down")

    def _when_gateway(self, case: Case, exchange: Exchange, judgement: Judgement) -> Answer:
        """502, 503, 504: a gateway's word unless the service is there and this request brings it again."""
        with self._calm:
            first = str(exchange.status) not in self._confirmed
            for attempt in range(self._patience.repeats if first else 1):
                self._recorded_as_weather(exchange)
                if first:
                    self._allowance.pause(retry_after(exchange, fallback=0.25 * 2**attempt))
                exchange, judgement = self._attempt(case, repeat=exchange.number)
                if self._suspicion(exchange, judgement) != "gateway":
                    return exchange, judgement
            if first:
                self._await_service(exchange)
            self._confirmed.add(str(exchange.status))
            return exchange, judgement

    def _when_account(self, _: Case, exchange: Exchange, judgement: Judgement) -> Answer:
        """401, 402, 403, 409 to a valid request: the account's fault if the simplest request fares alike."""
        with self._calm:
            for _attempt in range(self._patience.repeats):
                control, _judged = self._attempt(self._control(), repeat=exchange.number)
                self._recorder.exchange(control)
                status = control.status
                if status not in {401, 402, 403, 409, 429, *range(500, 600)}:
                    return exchange, judgement
                self._allowance.pause(0.5)
        words = {401: "the key is no longer accepted", 403: "the key is no longer accepted"}
        return self._stop(f"{words.get(status, 'the account allows no more projects')} (status {status} in mid-run)")

    def _when_broken(self, case: Case, exchange: Exchange, judgement: Judgement) -> Answer:
        """No whole answer in time: a finding if the service is well and this request brings it again."""
        kind = exchange.failure.kind if exchange.failure else "slow"
        if kind == "timeout":
            self._hung()
        if self._confirmations[kind] >= _CONVINCED:
            return exchange, judgement
        self._await_service(exchange)
        again, judged = self._attempt(case, repeat=exchange.number)
        if self._suspicion(again, judged) == "broken":
            self._recorded_as_weather(exchange)
            self._confirmations[kind] += 1
            return again, judged
        with self._books:
            self._transient[kind] += 1
            often = self._transient[kind] > 1
        # Once is no evidence against the service, the network may have done it; twice is, and it is said so.
        found = tuple(replace(f, cause=f"{f.cause} at times") for f in judgement.findings) if often else ()
        self._recorder.exchange(exchange, replace(judgement, findings=found))
        if not often:
            text = f"one request got no whole answer in time ({kind}) and did when it was repeated"
            self._recorder.record("note", kind="weather", text=text)
        return again, judged

    def _hung(self) -> None:
        """Waiting is dear: a service that hangs again and again has been seen through."""
        with self._books:
            self._hangs += 1
        if self._hangs > _HANGS:
            self._stop(f"{_HANGS} requests got no answer in time; the rest of the run was left out")

    def _again(self, case: Case, exchange: Exchange, judgement: Judgement) -> Answer:
        """What came after waiting may be weather of another kind."""
        kind = self._suspicion(exchange, judgement)
        if kind is None or kind in {"unreached", "limited"}:
            return exchange, judgement
        return self._handlers[kind](case, exchange, judgement)

    def _await_service(self, exchange: Exchange) -> None:
        """Return once the simplest request is answered below 500; raises NoVerdict where it never is."""
        deadline, pause = time.monotonic() + self._patience.seconds, 0.2
        while True:
            control, _ = self._attempt(self._control(), repeat=exchange.number)
            self._recorder.exchange(control)
            status = control.status
            if status and status not in {502, 503, 504}:
                return
            if time.monotonic() > deadline:
                came = control.failure.detail if control.failure else f"status {status}"
                self._stop(f"the service stopped answering in mid-run ({came})")
            self._allowance.pause(pause)
            pause = min(2 * pause, 5.0)

    def _recorded_as_weather(self, exchange: Exchange) -> None:
        self._recorder.exchange(exchange)
        what = exchange.failure.kind if exchange.failure else f"status {exchange.status}"
        self._recorder.record("note", kind="weather", text=f"a request was repeated after: {what}")

    def _stop(self, reason: str) -> NoReturn:
        self._stopped = NoVerdict(reason)
        raise self._stopped

    @staticmethod
    def _status(exchange: Exchange) -> int:
        return exchange.response.status if exchange.response else 0
