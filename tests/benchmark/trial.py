"""Runs of the suite against one service each, with only a base URL; many at once."""

from __future__ import annotations

import json
import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmark.first_finding import first_finding
from tests.benchmark.forked import preload, run_forked
from tests.benchmark.served import KEY
from tests.mock.process import MockProcess


@dataclass(slots=True)
class Trial:
    """The result of one run: exit status, broken clauses, and the number of POSTs and seconds until the finding."""

    name: str
    status: int
    clauses: list[str] = field(default_factory=list)
    requests: int | None = None
    seconds: float = 0.0
    output: str = ""

    @property
    def found(self) -> bool:
        """Whether the run found the contract broken."""
        return self.status == 1


def run_suite(base_url: str, name: str, *arguments: str, to_the_end: bool = False, timeout: float = 300.0) -> Trial:
    """Run the suite against a service in a process of its own; the key is in the environment."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        end = () if to_the_end else ("-x",)
        status = run_forked(base_url, Path(folder), *arguments, *end, timeout=timeout)
        seconds = time.perf_counter() - started
        said = (Path(folder) / "output.txt").read_text(encoding="utf-8", errors="replace")[-3000:]
        trial = Trial(name, status, seconds=round(seconds, 2), output=said)
        for run in Path(folder).iterdir():
            if (run / "report.json").exists() and not run.is_symlink():
                _read(run, trial)
        return trial


def _read(run: Path, trial: Trial) -> None:
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    trial.clauses = sorted({finding["clause"] for finding in report["findings"]})
    sighting = first_finding(run)
    trial.requests = sighting.requests if sighting else None


def try_mock(name: str, *arguments: str, to_the_end: bool = False, **service: Any) -> Trial:
    """Start the mock, optionally with a ``fault`` or ``variant``, and run the suite against it."""
    with MockProcess.start(key=KEY, **service) as mock:
        return run_suite(mock.base_url, name, *arguments, to_the_end=to_the_end)


def pool(workers: int) -> ProcessPoolExecutor:
    """Processes with the imports of every run, which fork to run it."""
    return ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), initializer=preload)
