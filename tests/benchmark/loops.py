"""Plain loops over requests, which measure the cost of sending without generating, judging and recording."""

from __future__ import annotations

import itertools
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import requests

from contracts import lenient_json
from contracts.exchange import COLLECTION_PATH
from contracts.exchange_record import ExchangeRecord
from contracts.history_records import RunRecord
from contracts.secrets import Secrets
from reports.history import history_files, read_history

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.exchange import Case

_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Traffic:
    """The POSTs of one recorded run, in order, and the run id in their bodies."""

    cases: tuple[Case, ...]
    run_id: str

    @classmethod
    def recorded(cls, run: Path) -> Traffic:
        """The POSTs in the history of the run in ``run``."""
        run_id, cases = "", []
        for record in read_history(*history_files(run)):
            if isinstance(record, RunRecord):
                run_id = record.run_id
            elif isinstance(record, ExchangeRecord):
                case = record.case
                if case.creates:
                    cases.append(case)
        return cls(tuple(cases), run_id)

    def renewed(self) -> Traffic:
        """The same bytes with another run id of the same length, for new names and externalIds."""
        fresh = self.run_id[:2] + "".join(random.choices(_LETTERS, k=len(self.run_id) - 2))  # noqa: S311  # a name
        before, after = self.run_id.encode(), fresh.encode()
        cases = [
            case if case.body is None or before not in case.body else case.with_body(case.body.replace(before, after))
            for case in self.cases
        ]
        return Traffic(tuple(cases), fresh)


_CODING: Final = "Transfer-Encoding"


def _id_of(answer: requests.Response) -> str:
    try:
        project = answer.json()
    except RecursionError:  # a project shows the exact deep value that was sent
        project = lenient_json.loads(answer.content)
    identifier: str = project["id"]
    return identifier


def plain_loop(traffic: Traffic, base_url: str, key: str, connections: int = 1, *, delete: bool = False) -> float:
    """The seconds that ``requests.Session`` takes to send ``traffic``, one session per connection.

    Responses are not read. With ``delete`` it reads the ids of the projects and deletes them at the end, as the suite
    does.
    """
    secrets = Secrets(key)
    # requests sets the framing of a body itself: with a transfer coding in addition it sends invalid HTTP.
    posts = [
        (f"{base_url}{case.path}", {n: secrets.resolve(v) for n, v in case.headers if n != _CODING}, case.body)
        for case in traffic.cases
    ]
    created: list[str] = []
    posted, deleted = itertools.count(), itertools.count()

    def post(session: requests.Session) -> None:
        while (index := next(posted)) < len(posts):
            url, headers, body = posts[index]
            answer = session.post(url, data=body, headers=headers)
            if delete and answer.status_code == 201:
                created.append(_id_of(answer))

    def clean_up(session: requests.Session) -> None:
        while (index := next(deleted)) < len(created):
            url = f"{base_url}{COLLECTION_PATH}/{created[index]}"
            session.delete(url, headers={"Authorization": f"Bearer {key}"})

    started = time.perf_counter()
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(connections))
        sessions = [stack.enter_context(requests.Session()) for _ in range(connections)]
        for work in (post, clean_up):
            for future in [pool.submit(work, session) for session in sessions]:
                future.result()
    return time.perf_counter() - started
