"""Case sets generated ahead: the same cases in every process, and no process is left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.findings import BrokenPromise, Finding
from contracts.verdict import ExitStatus
from reports.reading import summarize
from strategies.cases.case_sets import PATTERN_SETS, SETS, SetName, Sets
from strategies.encoding import json_case
from tests.contract import test_schemathesis
from tests.harness.generation.case_prefetcher import ALWAYS, GENERATED, PRIORITY, CasePrefetcher
from tests.harness.generation.schemathesis_bridge import asserted
from tests.harness.settings.run_options import RunOptions
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, ROOT, driving

CONTRACT = load_contract(str(DEFAULT_DOCUMENT))
OPTIONS = RunOptions(run_id="ctprepared", seed=3)
PATTERNED = [field.path for field in CONTRACT.fields if field.pattern is not None]
EVERY = [SetName(name) for name in SETS] + [SetName(name, field) for name in PATTERN_SETS for field in PATTERNED]


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one processor nothing is generated ahead."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)


def test_every_set_is_the_same_in_the_process_ahead_and_on_the_spot() -> None:
    here, ahead = CasePrefetcher(OPTIONS, ahead=False), CasePrefetcher(OPTIONS, ahead=True)
    try:
        ahead.plan(OPTIONS, [*EVERY, GENERATED])
        for name in [*EVERY, GENERATED]:
            assert ahead.cases(name) == here.cases(name) != [], name
    finally:
        ahead.close()


def test_sets_can_be_requested_in_another_order_and_without_a_plan() -> None:
    ahead = CasePrefetcher(OPTIONS, ahead=True)
    try:
        ahead.plan(OPTIONS, EVERY[:6])
        for name in (*reversed(EVERY[:6]), EVERY[7]):
            assert ahead.cases(name), name
    finally:
        ahead.close()


def test_sets_of_another_run_id_are_generated_again() -> None:
    ahead = CasePrefetcher(OPTIONS, ahead=True)
    try:
        renamed = RunOptions(run_id="ctrenamed", seed=3)
        ahead.plan(renamed, [PRIORITY])
        bodies = b"".join(case.body or b"" for case in ahead.cases(PRIORITY))
        assert b"ctrenamed-" in bodies
        assert b"ctprepared-" not in bodies
    finally:
        ahead.close()


def test_an_unknown_set_is_an_error_in_either_process() -> None:
    ahead = CasePrefetcher(OPTIONS, ahead=True)
    try:
        ahead.plan(OPTIONS, [SetName("no such set")])
        with pytest.raises(KeyError):
            ahead.cases(SetName("no such set"))
        with pytest.raises(ValueError, match="'externalId'"):
            CasePrefetcher(OPTIONS, ahead=False).cases(SetName("natural words", "externalId"))
    finally:
        ahead.close()


def test_no_two_sets_use_the_same_name() -> None:
    sets, seen = Sets(CONTRACT, "ctprepared", 3), dict[str, SetName]()
    for name in EVERY:
        for case in sets.make(name):
            text = (case.body or b"").decode("utf-8", "replace")
            for word in {found.rstrip('"\\') for found in text.split() if "ctprepared-" in found}:
                assert seen.setdefault(word, name) == name


def test_only_sets_that_must_be_complete_repeat_priority_cases() -> None:
    sets = Sets(CONTRACT, "ctprepared", 3)
    first = {(case.headers, case.body) for case in sets.make(PRIORITY)}
    for name in EVERY:
        if name.name in {"wrong kinds", "malformed", "media types", "authorization"}:
            assert not first & {(case.headers, case.body) for case in sets.make(name)}


def test_every_set_is_sent_by_a_test_of_the_contract() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "tests" / "contract").glob("test_*.py"))
    for name in (*SETS, *PATTERN_SETS):
        marked = f'sends("{name}")' in sources
        assert marked or name in ALWAYS or name.startswith("overlap"), name


def test_the_checks_of_schemathesis_find_mistakes_and_nothing_else() -> None:
    project = {
        **dict.fromkeys(("id", "created", "updated", "ownerId", "displayName"), "x"),
        "platformId": "a" * 21,
        "type": "TEAM",
        "icon": {},
        "releasesEnabled": True,
        "plan": {},
        "analytics": {},
    }

    def found(status: int, body: object, media_type: str = "application/json") -> list[str]:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = Response(status, (("Content-Type", media_type),), text)
        exchange = Exchange(Case(b'{"displayName":"x"}'), answer)
        [findings] = CasePrefetcher(OPTIONS, ahead=False).second_opinions([exchange])
        assert all("\n" not in finding.received for finding in findings)
        return [finding.clause for finding in findings]

    # What was read off the page's example, such as the members of plan, is not asserted.
    assert found(201, project) == found(201, project, "application/json; charset=utf-8") == []
    assert found(201, {**project, "type": "team"}) == ["response.201.body.type"]
    assert found(201, project, "text/html")[0] == "response.201.mediaType"
    assert found(202, project) == ["response.201.status"]
    # Its parser has a limit for digits, which JSON does not have.
    long_number = json.dumps({**project, "metadata": {"x": 0}}).replace('"x": 0', f'"x": 1{"0" * 5_000}')
    assert found(201, long_number.encode()) == []


def test_the_checks_of_schemathesis_let_refusals_of_every_style_and_gateways_pass() -> None:
    answers = [
        Response(status, headers, body)
        for status in (400, 401, 403, 404, 409, 413, 422, 429, 502, 503, 504)
        for headers, body in (
            ((), b""),
            ((("Content-Type", "text/html"),), b"<p>no</p>"),
            ((("Content-Type", "application/problem+json"),), b'{"title":"no"}'),
        )
    ]
    exchanges = [Exchange(Case(b"{}"), answer) for answer in answers]
    assert not any(CasePrefetcher(OPTIONS, ahead=False).second_opinions(exchanges))


def test_findings_of_schemathesis_alone_fail_the_run(tmp_path: Path) -> None:
    class Seeing(CasePrefetcher):
        """schemathesis as it would be if it found something in the first response."""

        def second_opinions(self, exchanges: list[Exchange]) -> list[list[Finding]]:
            found = Finding("response.201.body.type", "schemathesis", "a project", "something else")
            return [[found], *([] for _ in exchanges[1:])]

    with MockProcess.start(key=KEY) as mock, driving(mock.base_url, tmp_path) as run:
        sent = {"displayName": "{name}"}
        cases = [run.driver.names.fill(json_case(sent, case_set="schemathesis", intent="any")) for _ in range(3)]
        with pytest.raises(BrokenPromise, match=r"response\.201\.body\.type"):
            test_schemathesis.test_cases_of_schemathesis_keep_the_contract(
                run.driver, cases, Seeing(OPTIONS, ahead=False)
            )
    summary = summarize([run.options.folder])
    assert [finding.clause.id for finding in summary.findings] == ["response.201.body.type"]
    assert summary.status is ExitStatus.BROKEN


def test_schemathesis_is_given_no_annotation_to_assert() -> None:
    schema = {"properties": {"format": {"type": "string", "format": "email"}}, "x-from-example": False}
    assert asserted(schema) == {"properties": {"format": {"type": "string"}}, "x-from-example": False}


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are counted in /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_process_ahead_ends_with_the_run(number: signal.Signals) -> None:
    program = (
        "import multiprocessing, os, signal, sys, time\n"
        "from tests.harness.settings.run_options import RunOptions\n"
        "from tests.harness.generation.case_prefetcher import CasePrefetcher\n"
        # Whoever runs the tests may ignore SIGINT, as a shell has its background jobs do.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "os.sched_getaffinity = lambda _: {0, 1}\n"
        "made = CasePrefetcher(RunOptions(run_id='ct', seed=1), ahead=True)\n"
        "print(*[process.pid for process in multiprocessing.active_children()], flush=True)\n"
        "time.sleep(60)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with run:
        assert run.stdout is not None
        children = [int(pid) for pid in run.stdout.readline().split()]
        assert len(children) == 1
        run.send_signal(number)
        run.wait(timeout=10)
    deadline = time.monotonic() + 10
    while any(_runs(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_runs(pid) for pid in children)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


@pytest.mark.end_to_end
def test_a_run_that_ends_early_ends_at_once() -> None:
    """Whatever the process ahead is doing then: half a set in the pipe must keep nobody waiting."""
    program = (
        "import os, sys, time\n"
        "from tests.harness.settings.run_options import RunOptions\n"
        "from strategies.cases.case_sets import SetName\n"
        "from tests.harness.generation.case_prefetcher import CasePrefetcher\n"
        "os.sched_getaffinity = lambda _: {0, 1}\n"
        "options = RunOptions(run_id='ct', seed=1)\n"
        "for number in range(12):\n"
        # Each in a process of its own, because the interpreter waits for what is not finished when it ends.
        "    if child := os.fork():\n"
        "        assert os.waitpid(child, 0)[1] == 0\n"
        "        continue\n"
        "    made = CasePrefetcher(options, ahead=True)\n"
        "    names = ('valid values', 'wrong kinds', 'malformed', 'unspecified')\n"
        "    made.plan(options, [SetName(name) for name in names])\n"
        "    time.sleep(number * 0.02)\n"
        "    made.close()\n"
        "    sys.exit()\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=300, stdout=subprocess.DEVNULL)
