"""pytest options, profiles and fixtures of the contract suite: wiring only."""

from __future__ import annotations

import atexit
import contextlib
import os
import random
import shlex
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contracts.corpus import DEFAULT_CORPUS, CorpusError, load_corpus
from contracts.deviations import DEFAULT_FILE, DeviationError
from contracts.document import DEFAULT_DOCUMENT, DocumentError, load_contract
from contracts.findings import Level
from contracts.secrets import Secrets
from contracts.verdict import ExitStatus
from tests.harness.client.credentials import WrongUsage, check_base_url, inherited_key, read_key
from tests.harness.profiles import PROFILES
from tests.harness.run_options import RunOptions, new_run_id

if TYPE_CHECKING:
    from collections.abc import Generator

    from contracts.deviations import Deviations
    from contracts.exchange import Case
    from tests.harness.case_prefetcher import CasePrefetcher
    from tests.harness.driver import Driver
    from tests.harness.run import TestRun

_SUITE = "tests/contract"
#: Options of pytest with which no test runs.
_HARMLESS = (
    *("help", "version", "collectonly", "setuponly", "setupplan", "markers", "showfixtures", "show_fixtures_per_test"),
    "cacheshow",
)
_RUN: pytest.StashKey[tuple[TestRun, Deviations]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of a run; those of the mock have no meaning for a live service."""
    group = parser.getgroup("contract", "the contract of POST /v1/projects")
    add = group.addoption
    add(
        "--target",
        choices=["mock", "live"],
        default="mock",
        help="what is tested: the mock (default) or a live service",
    )
    add("--base-url", default="", help="where the live service is, such as https://cloud.activepieces.com/api")
    add("--allow-mock", action="store_true", help="let the profiles gate and nightly test the mock")
    add("--key-file", help="a file that holds the API key; else ACTIVEPIECES_API_KEY")
    add("--profile", choices=sorted(PROFILES), default="default", help="how much is sent (default: default)")
    add("--seed", type=int, help="what the cases are varied by; a fresh one unless given")
    add("--budget", type=int, help="at most so many requests, cleanup included")
    add("--rate", type=float, help="at most so many requests a second")
    add(
        "--connections",
        type=int,
        help="connections of each worker (default: 2, 8 or 20 by the pace of the service; of the profile gate 1)",
    )
    add(
        "--max-response-time",
        type=float,
        default=5.0,
        help="seconds within which a response must be complete (default: 5)",
    )
    add(
        "--patience",
        type=float,
        default=60.0,
        help="seconds without a good answer for which an unreachable or limiting service is waited for (default: 60)",
    )
    add("--client-cert", help="a PEM file with a client certificate, and its key unless --client-key names that")
    add("--client-key", help="a PEM file with the key of the client certificate")
    add("--max-time", type=float, help="seconds after which nothing more is sent")
    add(
        "--replay",
        metavar="FINDING",
        help="send the smallest case of one finding again, and say what the service does now",
    )
    add("--run", metavar="DIR", help="with --replay: the folder of the run that had the finding")
    add("--keep-projects", action="store_true", help="leave the created projects where they are")
    add(
        "--contract", default=str(DEFAULT_DOCUMENT), help="an OpenAPI 3.1 document with another version of the contract"
    )
    add(
        "--fail-on",
        choices=[level.value for level in Level],
        default="implied",
        help="the weakest level that fails a run",
    )
    add("--deviations", default=str(DEFAULT_FILE), help="known deviations (a TOML file), or none")
    add("--reports", default="reports/runs", help="where reports go (default: reports/runs)")
    add("--examples", default=".hypothesis/examples", help="Hypothesis' example database: a folder or redis://...")
    add("--corpus", default=str(DEFAULT_CORPUS), help="cases that failed before (a folder), or none")
    add("--drift-source", action="append", default=[], help="a published document to hold the contract against")
    add("--shard", default="1/1", help="send only this part of the sets, such as 3/8; the same --seed for each")
    add("--fault", help="of the mock: mistakes to switch on, with commas; python -m tests.mock --list-faults")
    add("--variant", help="of the mock: another correct way to answer")
    add("--delay-ms", type=float, default=0.0, help="of the mock: milliseconds until it answers")


@pytest.hookimpl(wrapper=True, specname="pytest_cmdline_main")
def pytest_guarded_main(config: pytest.Config) -> Generator[None, int | None, int | None]:
    """Run pytest as a run of the suite; an uncaught error ends with 3, as 1 is for a broken promise."""
    try:
        return (yield)
    except (pytest.UsageError, pytest.exit.Exception):
        raise
    except BaseException as problem:
        if _RUN not in config.stash and not _wants_contract(config):
            raise
        with contextlib.suppress(OSError, ValueError):
            # The words of other errors may hold the key.
            words = problem.strerror if isinstance(problem, OSError) else None
            print(f"No verdict: {words or type(problem).__name__}", file=sys.stderr, flush=True)
        return int(ExitStatus.NO_VERDICT)
    finally:
        if _RUN in config.stash:
            _end(*config.stash[_RUN])
        _let_go_of_output()
        atexit.register(_let_go_of_output)  # for what pytest prints after this


def _let_go_of_output() -> None:
    """Where whoever read the output is gone, send the rest nowhere: Python would end with 1 or 120."""
    for number, streams in ((1, (sys.stdout, sys.__stdout__)), (2, (sys.stderr, sys.__stderr__))):
        for stream in streams:
            try:
                if stream is not None:
                    stream.flush()
            except (OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def _end(test_run: TestRun, deviations: Deviations) -> None:
    """Clean up and write the reports where pytest did not get that far."""
    if test_run.is_finished:
        return
    from reports.reading import summarize  # noqa: PLC0415  # as above
    from reports.render import write_all  # noqa: PLC0415

    test_run.reason = test_run.reason or "pytest failed itself"
    test_run.finish()
    test_run.close()
    with contextlib.suppress(Exception):  # the disk may be full; the exit status says that there is no verdict
        write_all(summarize([test_run.options.folder], deviations=deviations), test_run.options.folder)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Begin a run where tests of the contract were asked for; end at once where there is nothing to verify."""
    asked = any(config.getoption(name, False) for name in _HARMLESS)
    if asked or hasattr(config, "workerinput") or not _wants_contract(config):
        return None
    # Later imports: a run of other tests does not need them.
    from tests.harness import run_setup  # noqa: PLC0415

    try:
        options, secrets = _options(config)
        reports = config.rootpath / config.getoption("--reports")
        if config.getoption("--replay") or config.getoption("--run"):
            return run_setup.replay(
                options, secrets, reports, Path(config.getoption("--run") or ""), config.getoption("--replay") or ""
            )
        deviations = options.load_deviations()
        command = shlex.join(["pytest", *map(str, config.invocation_params.args)])
        parallel = bool(getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None))
        test_run = run_setup.begin(options, secrets, reports, command, parallel=parallel)
    except (WrongUsage, DocumentError, DeviationError, CorpusError) as problem:
        raise pytest.UsageError(str(problem)) from None
    if isinstance(test_run, int):
        return test_run
    config.stash[_RUN] = (test_run, deviations)
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Register what a run consists of."""
    if hasattr(config, "workerinput") and "contract_run" in config.workerinput:
        from tests.harness.pytest_plugin import RunPlugin  # noqa: PLC0415  # as above
        from tests.harness.run import TestRun  # noqa: PLC0415

        options, worker = RunOptions.from_json(config.workerinput["contract_run"]), config.workerinput["workerid"]
        test_run = TestRun(options, Secrets(inherited_key()), worker, parallel=True)
        config.pluginmanager.register(RunPlugin(test_run), "contract-run")
    elif _RUN in config.stash:
        from tests.harness.progress import Progress  # noqa: PLC0415
        from tests.harness.pytest_plugin import RunPlugin  # noqa: PLC0415
        from tests.harness.reporting import Reporting  # noqa: PLC0415  # as above

        test_run, deviations = config.stash[_RUN]
        run = RunPlugin(test_run)
        config.pluginmanager.register(run, "contract-run")
        config.pluginmanager.register(Reporting(run, deviations, Level(test_run.options.fail_on)), "contract-report")
        config.pluginmanager.register(
            Progress(test_run.options.folder, test_run.session.request_budget.sent, test_run.options.budget),
            "contract-progress",
        )


def _wants_contract(config: pytest.Config) -> bool:
    """Whether the arguments name the suite, a part of it, or a folder that holds it."""
    suite = config.rootpath / _SUITE
    for argument in config.args:
        path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        if path == suite or suite in path.parents or path in suite.parents:
            return True
    return False


def _options(config: pytest.Config) -> tuple[RunOptions, Secrets]:
    get = config.getoption
    target, profile = get("--target"), PROFILES[get("--profile")]
    if target == "live" and not get("--base-url"):
        raise WrongUsage("--target live needs --base-url, such as https://cloud.activepieces.com/api")
    if target == "mock" and get("--base-url"):
        raise WrongUsage("--base-url is for --target live; the mock is started by the suite")
    if (
        target == "mock"
        and profile.name in {"gate", "nightly"}
        and not (get("--allow-mock") or get("--fault") or get("--variant"))
    ):
        raise WrongUsage(
            f"--profile {profile.name} verifies a live service: add --target live --base-url URL,"
            " or --allow-mock to test the mock"
        )
    if target == "live" and (get("--fault") or get("--variant") or get("--delay-ms")):
        raise WrongUsage("--fault, --variant and --delay-ms are for the mock, not for a live service")
    if get("--client-key") and not get("--client-cert"):
        raise WrongUsage("--client-key is for --client-cert, which is missing")
    budget = get("--budget") if get("--budget") is not None else profile.budget
    if budget is not None and budget < _LEAST:
        raise WrongUsage(f"--budget {budget} is too small; expected at least {_LEAST}")
    for name in ("--rate", "--max-response-time", "--patience", "--max-time", "--connections"):
        value = get(name)
        if value is not None and value <= 0:
            raise WrongUsage(f"{name} {value} is not positive")
    shard = _shard(get("--shard"))
    seed = get("--seed")
    if seed is None:
        seed = _fresh_seed(shard) if profile.fresh_seed else 0
    load_contract(get("--contract"))
    corpus = "" if get("--corpus") == "none" else str(config.rootpath / get("--corpus"))
    load_corpus(corpus)
    from tests.harness.example_database import check_database  # noqa: PLC0415  # a live run pays for it alone

    check_database(get("--examples"))
    options = RunOptions(
        target=target,
        base_url=check_base_url(get("--base-url")) if target == "live" else "",
        profile=profile.name,
        seed=seed,
        run_id=new_run_id(),
        contract=get("--contract"),
        budget=budget,
        rate=get("--rate"),
        connections=get("--connections") or 0,
        response_time=get("--max-response-time"),
        patience=get("--patience"),
        client_cert=_certificate(get("--client-cert")),
        client_key=_certificate(get("--client-key")),
        deadline=time.time() + get("--max-time") if get("--max-time") else None,
        keep_projects=get("--keep-projects"),
        fail_on=get("--fail-on"),
        deviations=get("--deviations"),
        corpus=corpus,
        examples=get("--examples"),
        shard=shard,
        fault=get("--fault"),
        variant=get("--variant"),
        delay_ms=get("--delay-ms"),
    )
    return options, Secrets(read_key(get("--key-file"), target))


_LEAST = 20


def _certificate(path: str | None) -> str:
    if path and not Path(path).is_file():
        raise WrongUsage(f"there is no file {path} for --client-cert or --client-key")
    return str(Path(path).resolve()) if path else ""


def _fresh_seed(shard: tuple[int, int]) -> int:
    """A new seed. Shards must split the same sets, so those of one day (UTC) have one in common."""
    if shard != (1, 1):
        return int(datetime.now(tz=UTC).strftime("%Y%m%d"))
    return random.SystemRandom().randrange(1_000_000)


def _shard(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise WrongUsage(f"--shard {text!r}: expected a part such as 3/8")
    return int(number), int(of)


@pytest.fixture
def driver(request: pytest.FixtureRequest) -> Driver:
    """What a test of the contract sends with; the test is skipped where nothing more may be sent."""
    from tests.harness.pytest_plugin import DRIVER  # noqa: PLC0415

    found = request.config.stash[DRIVER]
    found.begin(request.node.nodeid, request.session.items.index(request.node))
    found.skip_if_exhausted()
    return found


@pytest.fixture
def prefetcher(request: pytest.FixtureRequest, driver: Driver) -> CasePrefetcher:
    """What makes the sets of this run; after ``driver`` has said that something can be sent."""
    from tests.harness.pytest_plugin import PREPARATION  # noqa: PLC0415

    del driver
    return request.config.stash[PREPARATION]


@pytest.fixture
def sets(request: pytest.FixtureRequest, prefetcher: CasePrefetcher) -> list[list[Case]]:
    """The sets that the test's marker ``sends`` names."""
    from tests.harness.pytest_plugin import sets_of  # noqa: PLC0415

    return [prefetcher.cases(name) for name in sets_of(request.node)]


@pytest.fixture
def cases(sets: list[list[Case]]) -> list[Case]:
    """The one set that the test's marker ``sends`` names."""
    (only,) = sets
    return only
