"""Deleting projects and searching the list for lost ones, through whatever weather there is."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from contracts.exchange import COLLECTION_PATH, UNREACHED, VALID_AUTHORIZATION, Case, Exchange
from tests.harness.client.budget import BudgetSpent, RequestBudget
from tests.harness.client.failure_classification import GATEWAY, retry_after
from tests.harness.client.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.harness.client.target import Target

#: Projects a page, and pages that are read where no answer is known to be lost, and where one is.
_PAGE: Final = 100
_PAGES, _PAGES_FOR_LOST = 20, 2_000
#: How often a project is tried that the service fails to delete, with so many seconds in between.
_TRIES, _BETWEEN = 3, 0.5
#: Answers of one kind after which the rest is not tried.
_CONVINCED: Final = 3
_AUTHORIZED: Final = (("Authorization", VALID_AUTHORIZATION),)


class ProjectCleaner:
    """Deletes and lists; safe to use from several threads.

    ``prepaid`` requests were taken out of the budget before; each further one is asked for. An unreachable
    service is waited for as long as ``patience`` seconds without a good answer.
    """

    def __init__(self, target: Target, connections: int, *, prepaid: int, patience: float) -> None:
        self._target = target
        self._connections = connections
        self._prepaid = prepaid
        self._patience = patience
        self._lock = threading.Lock()
        self._room = threading.Condition()
        self._under_way, self._width = 0, connections
        self._last_good = time.monotonic()
        self._said: Counter[str] = Counter()
        self._deletes = False
        self._hopeless = ""

    @property
    def _request_budget(self) -> RequestBudget:
        return self._target.request_budget

    # -- deleting -----------------------------------------------------------------------------------------

    def delete(self, identifiers: list[str], gone: Callable[[str], None]) -> dict[str, str]:
        """Delete projects and call ``gone`` for each at once; what stands, with the reason, is returned."""
        standing = dict.fromkeys(identifiers, "")
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_BETWEEN * attempt)
            self._try_all(standing, gone)
            if self._hopeless or not any(why.startswith("delete fails") for why in standing.values()):
                break
        return standing

    def _try_all(self, standing: dict[str, str], gone: Callable[[str], None]) -> None:
        """One try for each; those that are gone leave ``standing``, the others get a reason."""
        pool = ThreadPoolExecutor(self._connections, thread_name_prefix="cleanup")
        waiting = list(standing)
        turns = Turns([partial(self._delete_one, identifier, standing, gone) for identifier in waiting])
        try:
            turns.take(pool, self._connections)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        for problem in turns.problems.values():
            raise problem

    def _delete_one(self, identifier: str, standing: dict[str, str], gone: Callable[[str], None]) -> None:
        problem = self._delete(identifier)
        with self._lock:
            if problem:
                standing[identifier] = problem
            else:
                del standing[identifier]
                gone(identifier)

    def _delete(self, identifier: str) -> str:
        """Empty where the project is gone, else why it stands."""
        path = f"{COLLECTION_PATH}/{quote(identifier, safe='')}"
        try:
            exchange = None if self._hopeless else self._answer("DELETE", path)
        except BudgetSpent as end:
            return f"delete was not tried: {end}"
        return self._hopeless if exchange is None else self._outcome(exchange)

    def _outcome(self, exchange: Exchange) -> str:
        status = exchange.status
        if 200 <= status < 300 or (status == 404 and self._is_gone(exchange)):
            self._deletes = True
            return ""
        if status in {404, 405, 501}:
            return self._said_again(f"the service has no delete (status {status})")
        if status in {401, 403}:
            return self._said_again(f"the key may not delete (status {status})")
        if status:
            return f"delete fails: status {status}"
        return self._said_again(f"delete fails: {exchange.failure.detail if exchange.failure else 'no answer'}")

    def _said_again(self, problem: str) -> str:
        """What holds for every project is believed after a few."""
        with self._lock:
            self._said[problem] += 1
            if self._said[problem] >= _CONVINCED and not self._deletes:
                self._hopeless = problem
        return problem

    def _is_gone(self, exchange: Exchange) -> bool:
        """Whether a 404 speaks of the project, not of the route: it names the id, or deletes were seen to work."""
        return self._deletes or exchange.speaks_of_project

    # -- searching ----------------------------------------------------------------------------------------

    def marked(self, run_id: str, *, lost: bool) -> tuple[list[dict[str, Any]], str]:
        """Projects in the list that carry the run's mark, and why the list was not read to its end (or nothing)."""
        found: list[dict[str, Any]] = []
        # Cases put letters right before a name: what stands in front of the mark says nothing.
        pattern = re.compile(rf"{re.escape(run_id)}-\d")
        try:
            for page in self._pages(_PAGES_FOR_LOST if lost else _PAGES):
                found += [project for project in page if pattern.search(_texts_of(project))]
        except BudgetSpent as end:
            return found, f"the list of projects was not read to its end: {end}"
        except LookupError as problem:
            return found, str(problem)
        return found, ""

    def _pages(self, most: int) -> Iterator[list[dict[str, Any]]]:
        cursor, seen, size = None, set[str](), _PAGE
        for _ in range(most):
            query = f"?limit={size}" + (f"&cursor={quote(cursor, safe='')}" if cursor else "")
            exchange = None if self._hopeless else self._answer("GET", COLLECTION_PATH + query)
            page = _page(exchange)
            if size > 1 and exchange is not None and exchange.failure and exchange.failure.kind == "too_large":
                size //= 10
                continue
            if page is None:
                received = self._hopeless or (
                    f"status {exchange.status}" if exchange and exchange.status else "no answer"
                )
                raise LookupError(f"the projects cannot be listed ({received})")
            yield [project for project in page["data"] if isinstance(project, dict)]
            cursor = page.get("next")
            if not isinstance(cursor, str) or not page["data"] or cursor in seen:
                return
            seen.add(cursor)
        raise LookupError(f"the list of projects was read for {most} pages, and goes on")

    # -- sending ------------------------------------------------------------------------------------------

    def _answer(self, method: str, path: str) -> Exchange | None:
        """The service's own answer, None where it cannot be reached for good; raises BudgetSpent."""
        pause = 0.25
        while True:
            exchange = self._send(method, path)
            kind = exchange.failure.kind if exchange.failure else ""
            if kind == "too_large" or (not kind and exchange.status != 429 and exchange.status not in GATEWAY):
                self._last_good = time.monotonic()
                return exchange
            wanted = retry_after(exchange, pause)
            if wanted > self._last_good + self._patience - time.monotonic():
                self._give_up(exchange)
                return None
            if kind and kind not in UNREACHED and pause > 1:
                return exchange
            self._narrow()
            self._request_budget.pause(wanted)
            pause = min(2 * pause, 5.0)

    def _narrow(self) -> None:
        """Send over half as many connections: all that wait would come back at once and be too many again."""
        with self._room:
            self._width = max(1, self._width // 2)

    @contextmanager
    def _one_of_few(self) -> Iterator[None]:
        """Wait until fewer requests are under way than connections may be used."""
        with self._room:
            self._room.wait_for(lambda: self._under_way < self._width)
            self._under_way += 1
        try:
            yield
        finally:
            with self._room:
                self._under_way -= 1
                self._room.notify()

    def _give_up(self, exchange: Exchange) -> None:
        received = exchange.failure.detail if exchange.failure else f"status {exchange.status}"
        self._hopeless = self._hopeless or f"the service cannot be reached ({received})"

    def _send(self, method: str, path: str) -> Exchange:
        with self._lock:
            paid = self._prepaid > 0
            self._prepaid -= paid
        if not paid:
            self._request_budget.reserve(1)
        self._request_budget.send_reserved()
        with self._one_of_few():
            return self._target.send(Case(body=None, headers=_AUTHORIZED, method=method, path=path))


def _texts_of(project: dict[str, Any]) -> str:
    return json.dumps([project.get(name) for name in ("externalId", "displayName", "metadata")], ensure_ascii=False)


def _page(exchange: Exchange | None) -> dict[str, Any] | None:
    if exchange is None or exchange.response is None or exchange.status != 200:
        return None
    try:
        page = json.loads(exchange.response.body)
    except (ValueError, RecursionError):
        return None
    return page if isinstance(page, dict) and isinstance(page.get("data"), list) else None
