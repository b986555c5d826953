"""Progress while a run works: a line that is rewritten in a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final

import pytest

from reports.wording import numbers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_EVERY_ON_TERMINAL: Final = 0.25
_EVERY_IN_LOGS: Final = 10.0


class FindingCounter:
    """Counts the causes that the histories of a running run tell of, reading only what was added."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._places: dict[Path, int] = {}
        self._found: dict[tuple[str, str], int] = {}

    def count(self) -> int:
        """Causes found so far."""
        for path in sorted(self._directory.glob("history-*.ndjson")):
            with path.open("rb") as lines:
                lines.seek(self._places.get(path, 0))
                for line in lines:
                    if not line.endswith(b"\n"):
                        break
                    self._places[path] = self._places.get(path, 0) + len(line)
                    if b'"finding' in line:
                        self._take(json.loads(line))
        return sum(count > 0 for count in self._found.values())

    def _take(self, record: dict[str, Any]) -> None:
        for finding in record.get("findings", ()):
            self._add(finding, 1)
        if "finding" in record:
            self._add(record["finding"], 1)
        if "was" in record:
            self._add(record["was"], -1)

    def _add(self, finding: dict[str, Any], by: int) -> None:
        if not finding["clause"].startswith("advisory."):
            key = (finding["clause"], finding["cause"])
            self._found[key] = self._found.get(key, 0) + by


class Progress:
    """The controller's plugin: says in the place of pytest's dots how many requests were sent and what was found."""

    def __init__(self, directory: Path, sent: Callable[[], int], budget: int | None) -> None:
        self._counter = FindingCounter(directory)
        self._sent = sent
        self._budget = budget
        self._began = time.monotonic()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._out: IO[str] | None = None
        self._on_terminal = False
        self._instead = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Begin to tell, unless fewer words are wanted (-q)."""
        reporter: Any = session.config.pluginmanager.getplugin("terminalreporter")
        if reporter is None or session.config.option.verbose < 0:
            return
        self._out = _own(reporter._tw._file)  # pytest has no public way to its stream
        self._on_terminal = reporter.isatty and session.config.option.verbose == 0
        self._instead = session.config.option.verbose == 0
        if self._instead:
            reporter.showfspath = False
            reporter._show_progress_info = False  # it would fill the line behind no dots
        self._thread = threading.Thread(target=self._tell, name="progress", daemon=True)
        self._thread.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """No dots where a progress line stands."""
        if not self._instead or report.outcome not in {"passed", "failed", "skipped"}:
            return None
        return (report.outcome if report.when == "call" or not report.passed else "", "", "")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Say that what was created is being deleted: that may take a while."""
        self._write(f"{self.line()} · looking back and deleting what was created")

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self) -> None:
        """Tell no more."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
        if self._on_terminal and self._out is not None:
            with suppress(OSError, ValueError):
                self._out.write("\r\x1b[K")
                self._out.flush()

    def pytest_unconfigure(self) -> None:
        """Close the stream."""
        if self._out is not None:
            with suppress(OSError, ValueError):
                self._out.close()

    def line(self) -> str:
        """Requests sent (deletions included), findings and seconds so far."""
        seconds = time.monotonic() - self._began
        of = f" of at most {self._budget:,}" if self._budget is not None else ""
        found = numbers(self._counter.count(), "finding")
        return f"{numbers(self._sent(), 'request')} sent{of}, deletions included · {found} · {seconds:.0f} s"

    def _tell(self) -> None:
        every = _EVERY_ON_TERMINAL if self._on_terminal else _EVERY_IN_LOGS
        while not self._stopped.wait(every):
            self._write(self.line())

    def _write(self, text: str) -> None:
        if self._out is None:
            return
        with suppress(OSError, ValueError):  # a terminal or pipe that is gone must not end the run
            self._out.write(f"\r\x1b[K{text[:100]}" if self._on_terminal else f"{text}\n")
            self._out.flush()


def _own(stream: IO[str]) -> IO[str]:
    """A stream of our own to where ``stream`` goes: pytest catches what is written to that while a test runs."""
    return os.fdopen(os.dup(stream.fileno()), "w", encoding="utf-8", errors="replace")
