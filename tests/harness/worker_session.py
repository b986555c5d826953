"""Opens the session of a worker, from the options of its run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from contracts.checks.context import Limits
from contracts.judgement import Judge
from tests.harness.client.budget import RequestBudget
from tests.harness.client.concurrent_calls import SendingThreads
from tests.harness.client.ledger import Ledger
from tests.harness.client.own_projects import OwnProjects
from tests.harness.client.service_wait import Patience
from tests.harness.client.session import Session
from tests.harness.client.target import Target
from tests.harness.settings.run_options import MAIN

if TYPE_CHECKING:
    from contracts.secrets import Secrets
    from tests.harness.client.attempts import FreshCases, Recorder
    from tests.harness.settings.run_options import RunOptions

#: The maximum size of a response in bytes: many times that of the project of the longest body.
RESPONSE_BYTES: Final = 4 * 1024 * 1024


def open_session(
    options: RunOptions, secrets: Secrets, worker: str, recorder: Recorder, fresh: FreshCases, *, shared: bool
) -> Session:
    """The session of one worker; ``shared`` means that other workers use the same budget."""
    request_budget = RequestBudget(
        options.budget,
        options.rate,
        path=options.folder / "budget" if shared else None,
        deadline=options.deadline,
        parent=os.getppid() if worker != MAIN else None,
    )
    limits = Limits(response_time=options.response_time, response_bytes=RESPONSE_BYTES)
    target = Target(
        options.base_url,
        secrets,
        limits,
        request_budget,
        worker,
        client_cert=options.certificate,
        direct=options.target == "mock",
    )
    judge = Judge(options.load_contract(), limits, secrets, options.run_id)
    ledger = Ledger(options.folder, worker, secrets)
    ledger.run(options.run_id, options.base_url)
    projects = OwnProjects(target, ledger, keep=options.keep_projects)
    most = options.connections or options.settings.connections
    threads = SendingThreads(most, target.close_connections, fits_pace=not options.connections)
    return Session(target, judge, projects, recorder, threads=threads, fresh=fresh, patience=Patience(options.patience))
