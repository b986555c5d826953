"""A session: sends cases, survives the weather, has every answer judged, recorded and accounted for."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Protocol

from contracts.exchange import COLLECTION_PATH, UNREACHED, Case, Exchange
from contracts.findings import Finding
from contracts.judgement import Judge, Judgement, marked_id, open_since_sent_before
from contracts.oracle import Verdict
from contracts.targets.allowance import Allowance, BudgetSpent, OutOfTime
from contracts.targets.ledger import Ledger
from contracts.targets.target import NoVerdict, Target
from contracts.targets.weather import Patience, retry_after, suspicious


_LIMITED: Final = 429
#: Requests that brought a broken-off answer again, after which another one is not repeated.
_CONVINCED: Final = 3
#: Requests without an answer in time after which the run ends.
_HANGS: Final = 10


class Recorder(Protocol):
    """What a session writes to: the history of the run."""

    def exchange(self, exchange: Exchange, judgement: Judgement | None = None) -> None:
        """Append one exchange."""

    def record(self, kind: str, **members: Any) -> None:
        """Append any other record."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An exchange with its judgement."""

    exchange: Exchange
    judgement: Judgement

    @property
    def case(self) -> Case:
        """What was sent."""
        return self.exchange.case

    @property
    def status(self) -> int:
        """The status of the answer, 0 where there was none."""
        return self.exchange.response.status if self.exchange.response else 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The broken promises that this exchange shows."""
        return self.judgement.findings

    @property
    def project_id(self) -> str | None:
        """The id of the project that was created, where the answer tells it."""
        return created_id(self.exchange)


class Session:
    """One worker's access to the service. ``stop`` is called with the reason when nothing more can be said."""

    def __init__(  # noqa: PLR0913  # the one place where the parts of a run meet
        self,
        target: Target,
        judge: Judge,
        ledger: Ledger,
        recorder: Recorder,
        *,
        control: Callable[[], Case],
        connections: int = 4,
        keep_projects: bool = False,
        patience: Patience | None = None,
    ) -> None:
        self.target = target
        self.judge = judge
        self.recorder = recorder
        self.connections = connections
        self.keep_projects = keep_projects
        self.standing: dict[str, None] = {}
        self.exhausted = ""
        self._ledger = ledger
        self._control = control
        self._patience = patience or Patience()
        self._calm = threading.Lock()
        self._books = threading.Lock()
        self._transient: Counter[str] = Counter()
        self._confirmed: set[str] = set()
        self._confirmations: Counter[str] = Counter()
        self._hangs = 0
        self._used: Counter[str] = Counter()
        self._stopped: NoVerdict | None = None
        self._pool: ThreadPoolExecutor | None = None

    @property
    def allowance(self) -> Allowance:
        """The account of the run."""
        return self.target.allowance

    # -- sending ------------------------------------------------------------------------------------------

    def post(self, case: Case) -> Judged:
        """Send a case that may create a project; judge, record and account for it.

        Raises BudgetSpent or OutOfTime where nothing more may be sent, NoVerdict where nothing can be said.
        """
        exchange, judgement = self._through_the_weather(case)
        self.recorder.exchange(exchange, judgement)
        return Judged(exchange, judgement)

    def post_all(self, cases: Iterable[Case], connections: int | None = None) -> list[Judged]:
        """Send cases over several connections at once; the answers stand in the order of the cases.

        Where the budget or the time ends on the way, the answers so far are returned and ``exhausted``
        says so. Raises NoVerdict where nothing can be said any more.
        """
        waiting = list(cases)
        lines = min(connections or self.connections, len(waiting))
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max(self.connections, lines), thread_name_prefix="line")
        if lines < 2:  # noqa: PLR2004  # no need for threads
            return self._collected([partial(self.post, case) for case in waiting])
        gate = threading.Semaphore(lines)
        futures = [self._pool.submit(self._gated, gate, case) for case in waiting]
        try:
            return self._collected([future.result for future in futures])
        finally:
            for future in futures:
                future.cancel()

    def _gated(self, gate: threading.Semaphore, case: Case) -> Judged:
        with gate:
            return self.post(case)

    def _collected(self, answers: list[Callable[[], Judged]]) -> list[Judged]:
        judged = []
        for answer in answers:
            try:
                judged.append(answer())
            except (BudgetSpent, OutOfTime) as end:
                self.exhausted = str(end)
        return judged

    def get(self, path: str) -> Exchange:
        """GET ``path`` with the key; recorded, not judged: the page does not document it."""
        return self._plain("GET", path)

    def delete(self, identifier: str) -> Exchange:
        """Delete one project; the budget was asked when it was created."""
        return self._plain("DELETE", f"{COLLECTION_PATH}/{identifier}", paid=identifier in self.standing)

    def forget(self, identifier: str) -> None:
        """Say that a project is gone."""
        self._ledger.deleted(identifier)
        self.standing.pop(identifier, None)

    def close(self) -> None:
        """End the threads and connections."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self.target.close()
        self._ledger.close()

    def _plain(self, method: str, path: str, *, paid: bool = False) -> Exchange:
        if paid:
            self.allowance.pace()
        else:
            self.allowance.take()
        case = Case(body=None, headers=(("Authorization", "Bearer {key}"),), method=method, path=path)
        exchange = self.target.send(case)
        self.recorder.exchange(exchange)
        return exchange

    # -- one attempt --------------------------------------------------------------------------------------

    def _attempt(self, case: Case, *, repeat: int = 0) -> tuple[Exchange, Judgement]:
        """Send once: budget, ledger, answer, ledger; judged, not yet recorded."""
        if self._stopped is not None:
            raise self._stopped
        owed = self.judge.expect(case)
        external_id = marked_id(owed)
        reserve = 0 if self.keep_projects else 1
        self.allowance.take(1 + reserve)
        number = self.target.next_number()
        self._ledger.intend(number)
        if external_id is not None:
            with self._books:
                self._used[external_id] += 1
        exchange = self.target.send(case, number=number, repeat=repeat)
        identifier = created_id(exchange)
        if exchange.response is not None or _unreached(exchange):
            self._ledger.settle(number, identifier)
            if identifier is None or identifier in self.standing:
                # Nothing was created, or the service repeats an id: nothing more to delete.
                self.allowance.give_back(reserve)
            else:
                self.standing[identifier] = None
        if external_id is not None:
            with self._books:
                if self._used[external_id] > 1:
                    owed = open_since_sent_before(owed)
                if _unreached(exchange) or self._status(exchange) == _LIMITED:
                    self._used[external_id] -= 1
        return exchange, self.judge.judge(exchange, owed)

    # -- the weather --------------------------------------------------------------------------------------

    def _through_the_weather(self, case: Case) -> tuple[Exchange, Judgement]:
        exchange, judgement = self._attempt(case)
        slow = self.target.limits.response_time
        kind = suspicious(exchange, judgement.expectation, slow)
        if kind is None:
            return exchange, judgement
        handle = getattr(self, f"_when_{kind}")
        answer: tuple[Exchange, Judgement] = handle(case, exchange, judgement)
        return answer

    def _when_unreached(self, case: Case, exchange: Exchange, judgement: Judgement) -> tuple[Exchange, Judgement]:
        """Nothing was sent: wait for the service to come back."""
        deadline, pause = time.monotonic() + self._patience.seconds, 0.2
        while exchange.failure is not None and suspicious(exchange, judgement.expectation, 1e9) == "unreached":
            self._recorded_as_weather(exchange)
            if time.monotonic() > deadline:
                self._stop(f"the service cannot be reached any more ({exchange.failure.detail})")
            self.allowance.pause(pause)
            pause = min(2 * pause, 5.0)
            exchange, judgement = self._attempt(case, repeat=exchange.number)
        return self._again(case, exchange, judgement)

    def _when_limited(self, case: Case, exchange: Exchange, judgement: Judgement) -> tuple[Exchange, Judgement]:
        """429: wait as long as the service asks, for all threads and workers."""
        for attempt in range(self._patience.repeats * 2):
            self._recorded_as_weather(exchange)
            self.allowance.pause(retry_after(exchange, fallback=min(0.5 * 2**attempt, 15.0)))
            exchange, judgement = self._attempt(case, repeat=exchange.number)
            if suspicious(exchange, judgement.expectation, 1e9) != "limited":
                return self._again(case, exchange, judgement)
        return self._stop("the service keeps answering 429; use --rate to slow the run down")

    def _when_gateway(self, case: Case, exchange: Exchange, judgement: Judgement) -> tuple[Exchange, Judgement]:
        """502, 503, 504: a gateway's word unless the service is there and this request brings it again."""
        with self._calm:
            first = str(self._status(exchange)) not in self._confirmed
            for attempt in range(self._patience.repeats if first else 1):
                self._recorded_as_weather(exchange)
                if first:
                    self.allowance.pause(retry_after(exchange, fallback=0.25 * 2**attempt))
                exchange, judgement = self._attempt(case, repeat=exchange.number)
                if suspicious(exchange, judgement.expectation, 1e9) != "gateway":
                    return exchange, judgement
            if first:
                self._await_service(exchange)
            self._confirmed.add(str(self._status(exchange)))
            return exchange, self.judge.judge(exchange)

    def _when_account(self, case: Case, exchange: Exchange, judgement: Judgement) -> tuple[Exchange, Judgement]:
        """401, 402, 403, 409 to a valid request: the account's fault if the simplest request fares alike."""
        with self._calm:
            for _ in range(self._patience.repeats):
                control, _judged = self._attempt(self._control(), repeat=exchange.number)
                self.recorder.exchange(control)
                status = self._status(control)
                if status not in {401, 402, 403, 409, 429, *range(500, 600)}:
                    return exchange, judgement
                self.allowance.pause(0.5)
        words = {401: "the key is no longer accepted", 403: "the key is no longer accepted"}
        return self._stop(f"{words.get(status, 'the account allows no more projects')} (status {status} in mid-run)")

    def _when_broken(self, case: Case, exchange: Exchange, judgement: Judgement) -> tuple[Exchange, Judgement]:
        """No whole answer in time: a finding if the service is well and this request brings it again."""
        kind = exchange.failure.kind if exchange.failure else "slow"
        if kind == "timeout":
            self._hung()
        if self._confirmations[kind] >= _CONVINCED:
            return exchange, judgement
        self._await_service(exchange)
        again, judged = self._attempt(case, repeat=exchange.number)
        if suspicious(again, judged.expectation, self.target.limits.response_time) == "broken":
            self._recorded_as_weather(exchange)
            self._confirmations[kind] += 1
            return again, self.judge.judge(again)
        with self._books:
            self._transient[kind] += 1
            often = self._transient[kind] > 1
        # Once is no evidence against the service, the network may have done it; twice is, and it is said so.
        found = tuple(replace(f, cause=f"{f.cause} at times") for f in judgement.findings) if often else ()
        self.recorder.exchange(exchange, replace(judgement, findings=found))
        if not often:
            self.recorder.record("note", kind="weather", text=f"one request got no whole answer in time ({kind}) and did when it was repeated")
        return again, judged

    def _hung(self) -> None:
        """Waiting is dear: a service that hangs again and again has been seen through."""
        with self._books:
            self._hangs += 1
        if self._hangs > _HANGS:
            self._stop(f"{_HANGS} requests got no answer in time; the rest of the run was left out")

    def _again(self, case: Case, exchange: Exchange, judgement: Judgement) -> tuple[Exchange, Judgement]:
        """What came after waiting may be weather of another kind."""
        kind = suspicious(exchange, judgement.expectation, self.target.limits.response_time)
        if kind is None or kind in {"unreached", "limited"}:
            return exchange, judgement
        answer: tuple[Exchange, Judgement] = getattr(self, f"_when_{kind}")(case, exchange, judgement)
        return answer

    def _await_service(self, exchange: Exchange) -> None:
        """Return once the simplest request is answered below 500; raises NoVerdict where it never is."""
        deadline, pause = time.monotonic() + self._patience.seconds, 0.2
        while True:
            control, _ = self._attempt(self._control(), repeat=exchange.number)
            self.recorder.exchange(control)
            status = self._status(control)
            if status and status not in {502, 503, 504}:
                return
            if time.monotonic() > deadline:
                came = control.failure.detail if control.failure else f"status {status}"
                self._stop(f"the service stopped answering in mid-run ({came})")
            self.allowance.pause(pause)
            pause = min(2 * pause, 5.0)

    def _recorded_as_weather(self, exchange: Exchange) -> None:
        self.recorder.exchange(exchange)
        what = exchange.failure.kind if exchange.failure else f"status {self._status(exchange)}"
        self.recorder.record("note", kind="weather", text=f"a request was repeated after: {what}")

    def _stop(self, reason: str) -> Any:
        self._stopped = NoVerdict(reason)
        raise self._stopped

    @staticmethod
    def _status(exchange: Exchange) -> int:
        return exchange.response.status if exchange.response else 0


def _unreached(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.failure.kind in UNREACHED


def created_id(exchange: Exchange) -> str | None:
    """The id in a 2xx answer to a POST, None where there is none."""
    response = exchange.response
    if response is None or not 200 <= response.status < 300 or not exchange.case.creates:  # noqa: PLR2004
        return None
    try:
        project = json.loads(response.body)
    except ValueError:
        return None
    identifier = project.get("id") if isinstance(project, dict) else None
    return identifier if isinstance(identifier, str) and 0 < len(identifier) < 200 else None  # noqa: PLR2004


def is_created(judged: Judged) -> bool:
    """Whether a valid request was answered 201."""
    return judged.status == 201 and judged.judgement.expectation.verdict is not Verdict.REJECT  # noqa: PLR2004
