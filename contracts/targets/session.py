"""A session: sends cases, survives the weather, has every answer judged, recorded and accounted for."""

from __future__ import annotations

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from contracts.exchange import COLLECTION_PATH, UNREACHED, Case, Exchange
from contracts.judgement import Judge, Judgement, marked_id, open_since_sent_before
from contracts.oracle import Verdict
from contracts.targets.allowance import Allowance, BudgetSpent, OutOfTime
from contracts.targets.weather import Patience, Recorder, Weather

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from contracts.findings import Finding
    from contracts.targets.ledger import Ledger
    from contracts.targets.target import Target

_LIMITED: Final = 429


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

    def __init__(  # the one place where the parts of a run meet
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
        self._books = threading.Lock()
        self._used: Counter[str] = Counter()
        self.weather = Weather(
            self._attempt, control, recorder, target.allowance, target.limits, patience or Patience()
        )
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
        exchange, judgement = self.weather.send(case)
        self.recorder.exchange(exchange, judgement)
        return Judged(exchange, judgement)

    def once(self, case: Case) -> Judged:
        """Like :meth:`post`, without waiting or asking again whatever comes back."""
        exchange, judgement = self._attempt(case)
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
        if lines < 2:  # no need for threads
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
                if _unreached(exchange) or exchange.status == _LIMITED:
                    self._used[external_id] -= 1
        return exchange, self.judge.judge(exchange, owed)


def _unreached(exchange: Exchange) -> bool:
    return exchange.failure is not None and exchange.failure.kind in UNREACHED


def created_id(exchange: Exchange) -> str | None:
    """The id in a 2xx answer to a POST, None where there is none."""
    response = exchange.response
    if response is None or not 200 <= response.status < 300 or not exchange.case.creates:
        return None
    try:
        project = json.loads(response.body)
    except ValueError:
        return None
    identifier = project.get("id") if isinstance(project, dict) else None
    return identifier if isinstance(identifier, str) and 0 < len(identifier) < 200 else None


def is_created(judged: Judged) -> bool:
    """Whether a valid request was answered 201."""
    return judged.status == 201 and judged.judgement.expectation.verdict is not Verdict.REJECT
