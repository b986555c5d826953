"""Deletes projects and reads the list of projects, at a gentle pace and with retries."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts.exchange import COLLECTION_PATH, UNREACHED, VALID_AUTHORIZATION, Case, Exchange
from tests.harness.client.budget import BudgetSpent, RequestBudget
from tests.harness.client.concurrency_limit import ConcurrencyLimit
from tests.harness.client.concurrent_calls import ConcurrentCalls
from tests.harness.client.failure_classification import GATEWAY, SERVER_ERRORS
from tests.harness.client.ownership import UNSAFE_ID, Existing, project_path
from tests.harness.client.project_list import by_id, read_pages
from tests.harness.client.retry_after import retry_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.client.target import Target

#: The maximum number of pages: if the response to every request is known, and otherwise.
PAGES, PAGES_FOR_LOST = 20, 2_000
#: Attempts to delete a project, and the maximum while other projects are deleted meanwhile; the pause after the first
#: one in seconds.
_TRIES, _MOST_TRIES, _BETWEEN = 3, 10, 0.5
#: The number of equal responses after which the rest is skipped: no DELETE, and failures of DELETE.
_CONVINCED, _CONVINCED_OF_FAILURE = 3, 10
#: The maximum number of concurrent deletions. One deletion may take several connections of the service.
_WIDEST: Final = 4
#: Consecutive responses without a delay after which one more deletion is sent concurrently.
_STEADY: Final = 8
#: A response is slow if it takes this many times the fastest one, and more than this many seconds.
_SLOWER, _SLOW = 4.0, 0.25
_LIMITED: Final = 429
#: Statuses of a deletion that fails, also because of another one under way: a conflict, a lock.
_FAILING: Final = frozenset({409, 423, 425, _LIMITED, *SERVER_ERRORS})
#: A service answers this if it has no DELETE, and to ids that it does not know.
_UNKNOWN: Final = 404
_ACCEPTED: Final = 202
#: Statuses that mean that a service has no DELETE, if the project exists.
NO_DELETE: Final = frozenset({404, 405, 501})
#: The pause in seconds after the first failure, and the minimum of later ones, whatever the service asks for.
_FIRST_PAUSE, _LEAST_PAUSE = 0.25, 1.0
_AUTHORIZED: Final = (("Authorization", VALID_AUTHORIZATION),)


class ProjectCleaner:
    """Deletes and lists projects; thread-safe.

    ``prepaid`` requests were reserved in the budget; each further one is taken from it. An unreachable service is
    waited for up to ``patience`` seconds without a good response. ``deletes`` means that a deletion succeeded before:
    then a 404 means that the project does not exist, not that there is no such route. With ``gives_way`` the first
    deletion that fails or is slow is the last.
    """

    def __init__(
        self, target: Target, *, prepaid: int, patience: float, deletes: bool = False, gives_way: bool = False
    ) -> None:
        self._target = target
        self._prepaid = prepaid
        self._patience = patience
        self._lock = threading.Lock()
        self._limit = ConcurrencyLimit(1, _WIDEST, _STEADY)
        self._fastest = float("inf")
        #: The numbers of the connections that were used.
        self._connections = set[int]()
        self._last_good = time.monotonic()
        self._said: Counter[str] = Counter()
        self._deletes = deletes
        self._gives_way = gives_way
        #: Whether a deletion ever succeeded.
        self.knows_ids = deletes
        #: The ids that the service did not know, which count as deleted.
        self.unknown: list[str] = []
        #: The ids whose deletion the service accepted, to carry it out later (status 202).
        self.accepted: set[str] = set()
        #: Why nothing more is sent, and why nothing more is deleted; whether the reason is that no id was known.
        self._stopped, self._cannot_delete, self._unknown_ids = "", "", False

    @property
    def _request_budget(self) -> RequestBudget:
        return self._target.request_budget

    # -- deleting -----------------------------------------------------------------------------------------

    def delete(self, identifiers: list[str], gone: Callable[[str], object]) -> dict[str, str]:
        """Delete projects, one at a time at first; call ``gone`` for each immediately.

        Returns:
            The projects that still exist, each with the reason.
        """
        remaining = dict.fromkeys(identifiers, "")
        if self._unknown_ids:  # the service may know others
            self._said.clear()
            self._cannot_delete, self._unknown_ids = "", False
        for attempt in range(_MOST_TRIES):
            if attempt:
                time.sleep(_BETWEEN * min(attempt, _TRIES))
            before = len(remaining)
            self._try_all(remaining, gone)
            failing = any(why.startswith("delete fails") for why in remaining.values())
            if self._hopeless or not failing or (attempt >= _TRIES - 1 and len(remaining) == before):
                break
        return remaining

    def stop(self, reason: str) -> None:
        """Start no further deletion; the remaining projects get this reason."""
        self._stopped = self._stopped or reason

    @property
    def _hopeless(self) -> str:
        """Why no further deletion is started, or nothing."""
        return self._stopped or self._cannot_delete

    def _try_all(self, remaining: dict[str, str], gone: Callable[[str], object]) -> None:
        """One attempt for each; deleted ones are removed from ``remaining``, the others get a reason."""
        pool = ThreadPoolExecutor(_WIDEST, thread_name_prefix="cleanup")
        waiting = list(remaining)
        calls = ConcurrentCalls([partial(self._delete_one, identifier, remaining, gone) for identifier in waiting])
        try:
            calls.run(pool, _WIDEST)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        for problem in calls.problems.values():
            raise problem

    def _delete_one(self, identifier: str, remaining: dict[str, str], gone: Callable[[str], object]) -> None:
        problem = self._delete(identifier)
        with self._lock:
            if problem:
                remaining[identifier] = problem
            else:
                del remaining[identifier]
                gone(identifier)

    def _delete(self, identifier: str) -> str:
        """Empty if the project is deleted, else why it still exists."""
        path = project_path(identifier)
        if path is None:
            return UNSAFE_ID
        try:
            exchange = None if self._hopeless else self._answer("DELETE", path)
        except BudgetSpent as end:
            return f"delete was not tried: {end}"
        return self._hopeless if exchange is None else self._outcome(exchange, identifier)

    def _outcome(self, exchange: Exchange, identifier: str) -> str:
        status = exchange.status
        if 200 <= status < 300 or (status == _UNKNOWN and self._is_gone(exchange)):
            self._deletes = True
            self.knows_ids |= status != _UNKNOWN
            if status == _ACCEPTED:
                self.accepted.add(identifier)
            if status == _UNKNOWN:
                self.unknown.append(identifier)
            return ""
        if status in NO_DELETE:
            return self._said_again(f"the service has no delete (status {status})", status)
        if status in {401, 403}:
            return self._said_again(f"the key may not delete (status {status})", status)
        if status:
            return self._said_again(f"delete fails: status {status}", status, _CONVINCED_OF_FAILURE)
        return self._said_again(f"delete fails: {exchange.failure.detail if exchange.failure else 'no answer'}", status)

    def _said_again(self, problem: str, status: int, convinced: int = _CONVINCED) -> str:
        """A response that concerns every project is believed after a few, if no deletion ever succeeded."""
        with self._lock:
            self._said[problem] += 1
            if self._said[problem] >= convinced and not self._deletes:
                self._cannot_delete = problem
                self._unknown_ids = status == _UNKNOWN
        return problem

    def _is_gone(self, exchange: Exchange) -> bool:
        """Whether a 404 is about the project, not the route: it names the id, or a deletion succeeded before."""
        return self._deletes or exchange.speaks_of_project

    # -- searching ----------------------------------------------------------------------------------------

    def listed(self, most: int) -> tuple[list[dict[str, Any]], str]:
        """The projects in the list, up to a number of pages, and why it was not read to its end (or nothing)."""
        found: list[dict[str, Any]] = []
        try:
            for page in read_pages(self._fetch, most):
                found += page.projects
        except BudgetSpent as end:
            return found, f"the list of projects was not read to its end: {end}"
        except LookupError as problem:
            return found, str(problem)
        return found, ""

    def existing(self, most: int) -> Existing | None:
        """The projects that exist now, up to a number of pages; None if there is no list."""
        found, problem = self.listed(most)
        if problem and not found:
            return None
        return Existing(set(by_id(found)), complete=not problem)

    def _fetch(self, query: str) -> Exchange:
        exchange = self._answer("GET", COLLECTION_PATH + query)
        if exchange is None:
            raise LookupError(f"the projects cannot be listed ({self._stopped})")
        return exchange

    # -- sending ------------------------------------------------------------------------------------------

    def _answer(self, method: str, path: str) -> Exchange | None:
        """The service's own response, None if it is unreachable for too long; raises BudgetSpent."""
        pause = _FIRST_PAUSE
        while True:
            exchange = self._send(method, path)
            if exchange is None:
                return None
            kind = exchange.failure.kind if exchange.failure else ""
            if kind == "too_large" or (not kind and exchange.status != _LIMITED and exchange.status not in GATEWAY):
                self._last_good = time.monotonic()
                return exchange
            # After a second refusal with Retry-After: 0 the pause grows anyway.
            wanted = max(retry_after(exchange, pause), min(pause, _LEAST_PAUSE) if pause > _FIRST_PAUSE else 0.0)
            if wanted > self._last_good + self._patience - time.monotonic():
                self._give_up(exchange)
                return None
            if kind and kind not in UNREACHED and pause > 1:
                return exchange
            if exchange.status == _LIMITED:  # the service did nothing: the reserved request is still available
                with self._lock:
                    self._prepaid += 1
            if kind:  # idle connections may be too many for the service or for this process
                self._target.keep_alive.close_idle()
            self._limit.shrink(1)  # waiting requests would otherwise exceed the service's limit again
            self._request_budget.pause(wanted)
            pause = min(2 * pause, 5.0)

    def _keep_pace(self, exchange: Exchange, under_way: int) -> None:
        """Adjust the concurrency after a response: one more if it was fast, one at a time if it was slow or failed.

        If it failed while others were under way, later ones are fewer.
        """
        with self._lock:
            self._fastest = min(self._fastest, exchange.elapsed)
            is_first = exchange.connection not in self._connections
            self._connections.add(exchange.connection)
        if exchange.failure is None and exchange.status not in _FAILING:
            if exchange.elapsed <= max(_SLOW, _SLOWER * self._fastest):
                self._limit.grow()
                return
            if is_first:  # it may be the connection that takes long
                return
            self._limit.shrink(1)
        else:
            self._limit.shrink(1, under_way - 1 if under_way > 1 else None)
        if self._gives_way:
            self.stop("the service hesitates")

    def _give_up(self, exchange: Exchange) -> None:
        failure = exchange.failure
        if failure is None:
            reason = f"the service keeps answering status {exchange.status}"
        elif failure.kind in UNREACHED:
            reason = f"the service cannot be reached ({failure.detail})"
        else:
            reason = f"the service stopped answering ({failure.detail})"
        self.stop(reason)

    def _send(self, method: str, path: str) -> Exchange | None:
        """The exchange; None if nothing more may be sent when its turn comes."""
        with self._limit.one() as under_way:
            if self._stopped or (method == "DELETE" and self._cannot_delete):
                return None
            with self._lock:
                paid = self._prepaid > 0
                self._prepaid -= paid
            if not paid:
                self._request_budget.reserve(1)
            self._request_budget.send_reserved()
            exchange = self._target.send(Case(body=None, headers=_AUTHORIZED, method=method, path=path))
            if self._gives_way and not 200 <= exchange.status < 300:
                self.stop(f"status {exchange.status}" if exchange.status else "no answer")
            self._keep_pace(exchange, max(under_way, self._limit.under_way))
        return exchange
