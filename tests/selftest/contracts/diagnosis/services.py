"""Services given by one function, and the diagnoses of a run against them, without sockets or the mock."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Failure
from contracts.expectation import Expectation, Expected
from contracts.history_records import EndRecord
from contracts.judgement import Judge
from contracts.secrets import Secrets
from reports.history import HistoryWriter
from reports.reading import summarize
from strategies.cases.case_sets import PATTERN_SETS, SetName, Sets
from tests.selftest import history_samples
from tests.selftest.history_samples import KEY, RUN_ID, STARTED, run_record

if TYPE_CHECKING:
    from pathlib import Path

    from reports.summary import Summary

_SENT = (
    *("first", "priority", "further priority", "late priority", "wrong kinds", "valid values"),
    "combinations",
    *("media types", "unspecified"),
)

#: For what was sent: None if the service does as documented, a status (0 for a connection that is closed without a
#: response), or the members that come back otherwise.
Service = Callable[[Case, Expectation, dict[str, Any]], int | dict[str, Any] | None]


@lru_cache(maxsize=1)
def _cases() -> list[Case]:
    sets = Sets(contract=load_contract(), run_id=RUN_ID, seed=5)
    words = [SetName(name, field) for name in PATTERN_SETS for field in ("displayName", "alertReceiverEmail")]
    return [case for wanted in [*map(SetName, _SENT), *words] for case in sets.make(wanted)]


def report_on(service: Service, directory: Path) -> Summary:
    """Hold a service against the deterministic sets and read the report."""
    contract, secrets = load_contract(), Secrets(KEY)
    judge, choose = Judge(contract, Limits(), secrets, RUN_ID), random.Random(5)
    with HistoryWriter(directory, "main", secrets) as writer:
        writer.record(run_record(contract, target="live", run="run", seed=5, started=STARTED))
        for number, case in enumerate(_cases(), 1):
            expected = judge.expect(case)
            body = expected.body if isinstance(expected.body, dict) else {}
            response = history_samples._correct(case, expected, choose, STARTED)
            does = service(case, expected, body)
            if isinstance(does, dict) or does == 201:
                response = history_samples._created(case, expected, choose, STARTED)
            if isinstance(does, dict):
                response = replace(response, body=json.dumps(json.loads(response.body) | does).encode())
            elif does is None and expected.expected is Expected.UNSPECIFIED:
                response = replace(response, status=400, body=b'{"message":"no"}')
            elif does not in {None, 201}:
                response = replace(response, status=int(does or 0), body=b'{"message":"no"}')
            exchange = Exchange(case, response, started=STARTED, elapsed=0.01, number=number)
            if does == 0:
                exchange = replace(exchange, response=None, failure=Failure("closed", "no more bytes"))
            writer.exchange(exchange, judge.judge(exchange, expected))
        writer.record(EndRecord("", STARTED + 9_999))
    return summarize([directory])
