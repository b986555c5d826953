"""Runs of the suite against a test server: in this process without pytest, or in a process of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from contracts.secrets import Secrets
from contracts.verdict import ExitStatus
from reports.reading import summarize
from strategies.cases.priority_cases import priority_cases
from tests.harness.client.target import NoVerdict
from tests.harness.run import TestRun
from tests.harness.settings.run_options import MAIN, RunOptions, new_run_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.summary import Summary

ROOT = Path(__file__).parents[2]
KEY = 'sk-live/7Qf+"3\\z9LmX0aVbTr5KpWs8YhUcNdEjGiOo2x4'


@dataclass
class Run:
    """The outcome of a run in this process."""

    summary: Summary
    seconds: float
    folder: Path

    @property
    def status(self) -> ExitStatus:
        return ExitStatus(self.summary.status)

    @property
    def sentence(self) -> str:
        return self.summary.sentence

    @property
    def findings(self) -> set[str]:
        return {finding.id for finding in self.summary.findings}

    @property
    def notes(self) -> str:
        return "\n".join(note.text for note in self.summary.notes)


def priority_run(base_url: str, folder: Path, key: str = KEY, cases: int = 60, **options: Any) -> Run:
    """The priority cases sent to ``base_url``, with preflight, final checks and cleanup."""
    chosen = {"patience": 5.0, "connections": 4, "response_time": 5.0, "seed": 1, **options}
    settings = RunOptions(target="live", base_url=base_url, run_id=new_run_id(), **chosen)
    test_run = TestRun(settings, Secrets(key), MAIN, parallel=False)
    began = time.monotonic()
    test_run.begin(folder, "a test", latest=False)
    try:
        test_run.preflight()
        first = priority_cases(test_run.driver.contract, test_run.driver.id_range(1), settings.seed)
        test_run.driver.session.post_all(first[:cases])
    except NoVerdict as reason:
        test_run.ends(str(reason))
    finally:
        test_run.finish()
        test_run.close()
    seconds = time.monotonic() - began
    return Run(summarize([test_run.options.folder]), seconds, test_run.options.folder)


@contextmanager
def driving(base_url: str, folder: Path, key: str = KEY, **options: Any) -> Iterator[TestRun]:
    """A run behind its preflight, for a test that sends by itself; it looks back and cleans up at the end."""
    chosen = {"patience": 5.0, "response_time": 5.0, "seed": 1, **options}
    settings = RunOptions(target="live", base_url=base_url, **chosen)
    run_id = new_run_id()
    test_run = TestRun(replace(settings, run_id=run_id), Secrets(key), MAIN, parallel=False)
    test_run.begin(folder, "a test", latest=False)
    try:
        test_run.preflight()
        yield test_run
    finally:
        test_run.finish()
        test_run.close()


@dataclass
class Process:
    """A run of pytest, or of another command, in a process of its own."""

    status: int
    out: str
    err: str
    seconds: float
    folder: Path
    reports: list[Path] = field(default_factory=list)

    @property
    def run(self) -> Path:
        assert len(self.reports) == 1, (self.reports, self.out, self.err)
        return self.reports[0]


class Started:
    """A process that runs until it ends, or is ended by a signal."""

    def __init__(self, arguments: list[str], folder: Path, environment: dict[str, str], out: int | None = None) -> None:
        self.folder = folder
        self._files = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115  # closed at the end
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=self._files[0] if out is None else out,
            stderr=self._files[1],
            env={**kept, "PYTHONDONTWRITEBYTECODE": "1", **environment},
            cwd=ROOT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def signal(self, number: int, *, group: bool = False) -> None:
        """Send a signal to the process, or to all that it has started too."""
        (os.killpg if group else os.kill)(self.pid, number)

    def end(self, patience: float = 600.0) -> Process:
        """Wait for the end; kills the whole session and fails where it takes too long."""
        late = threading.Timer(patience, lambda: os.killpg(self.pid, signal.SIGKILL))
        late.start()
        status = self._process.wait()
        late.cancel()
        late.join()
        seconds = time.monotonic() - self._began
        texts = []
        for file in self._files:
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
            file.close()
        assert seconds < patience, f"it took more than {patience} s:\n{texts[0][-2000:]}\n{texts[1][-2000:]}"
        reports = sorted(path for path in (self.folder / "runs").glob("*") if path.is_dir() and not path.is_symlink())
        return Process(status, texts[0], texts[1], seconds, self.folder, reports)


def start_suite(folder: Path, *arguments: str, key: str = KEY, out: int | None = None, **environment: str) -> Started:
    """Begin ``pytest tests/contract``; reports and examples go below ``folder``, words to ``out`` if given."""
    command = [sys.executable, "-m", "pytest", "tests/contract", "-p", "no:cacheprovider"]
    command += ["--reports", str(folder / "runs"), "--examples", str(folder / "examples"), "--corpus", "none"]
    return Started([*command, *arguments], folder, {"ACTIVEPIECES_API_KEY": key, **environment}, out)


def suite(folder: Path, *arguments: str, key: str = KEY, patience: float = 600.0, **environment: str) -> Process:
    """A whole run of ``pytest tests/contract``."""
    return start_suite(folder, *arguments, key=key, out=None, **environment).end(patience)


def live(base_url: str, *more: str) -> tuple[str, ...]:
    """The arguments of a short live run."""
    return ("--target", "live", "--base-url", base_url, "--profile", "smoke", *more)


def cleanup(folder: Path, run: Path, *arguments: str, key: str = KEY) -> Process:
    """``contract cleanup``."""
    command = [sys.executable, str(ROOT / "contract_command.py"), "cleanup", str(run), *arguments]
    return Started(command, folder, {"ACTIVEPIECES_API_KEY": key}).end()


def listed(base_url: str) -> list[dict[str, Any]]:
    """The projects that a mock holds, the one of its owner among them."""
    request = Request(f"{base_url}/v1/projects?limit=1000", headers={"Authorization": f"Bearer {KEY}"})
    with urlopen(request) as response:
        projects: list[dict[str, Any]] = json.load(response)["data"]
    return projects


def team_projects(base_url: str) -> int:
    """How many projects a mock holds beside its owner's."""
    return sum(project["type"] == "TEAM" for project in listed(base_url))


def children_of(pid: int) -> Iterator[int]:
    """The processes that a process has started and that still live."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue  # it has just ended
            if parent == pid:
                yield int(entry.name)


def wait_until(holds: Any, seconds: float = 120.0) -> None:
    """Return once ``holds()`` is true; fails where it never is."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
