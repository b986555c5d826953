"""The progress of a run: in a terminal one line that is updated, elsewhere one line every ten seconds."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final

import pytest

from reports.wording import numbers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.harness.client.budget import RequestBudget

_EVERY_ON_TERMINAL: Final = 0.25
_EVERY_IN_LOGS: Final = 10.0
#: The width of a terminal that does not report it.
_COLUMNS: Final = 100
#: The minimum seconds of a pause that is shown.
_LONG_PAUSE: Final = 1.0


class FindingCounter:
    """Counts the root causes in the histories of the current run, reading only new lines."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._places: dict[Path, int] = {}
        self._found: dict[tuple[str, str], int] = {}

    def count(self) -> int:
        """The number of root causes so far."""
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
    """The controller's plugin that shows the progress of the run instead of pytest's dots."""

    def __init__(self, directory: Path, requests: RequestBudget, budget: int | None) -> None:
        self._counter = FindingCounter(directory)
        self._requests = requests
        self._budget = budget
        self._collected = 0
        self._finished: set[str] = set()
        self._doing = ""
        self._began = time.monotonic()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._out: IO[str] | None = None
        self._on_terminal = False
        self._instead = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Start the progress line, unless -q asks for less output; nothing is captured yet."""
        self._collected = len(getattr(session, "items", ()))
        reporter: pytest.TerminalReporter | None = session.config.pluginmanager.getplugin("terminalreporter")
        if reporter is None or session.config.option.verbose < 0:
            return
        self._out = _own(sys.stdout)
        self._on_terminal = bool(reporter.isatty) and session.config.option.verbose == 0
        self._instead = session.config.option.verbose == 0
        if self._instead:
            reporter.showfspath = False
        self._thread = threading.Thread(target=self._tell, name="progress", daemon=True)
        self._thread.start()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Take the number of tests from a worker: the controller collects none."""
        self._collected = len(ids)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Remember the current test."""
        self._doing = _as_words(nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Count a finished test."""
        self._finished.add(nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Print no dots beside the progress line."""
        if not self._instead or report.outcome not in {"passed", "failed", "skipped"}:
            return None
        return (report.outcome if report.when == "call" or not report.passed else "", "", "")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Show that the final checks and the cleanup have started: they may take a while."""
        self._doing = "final checks, deleting what was created"
        self._write(self.line())

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self) -> None:
        """Stop the progress line."""
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
        """Finished tests in percent, requests sent (including deletions), findings, seconds, current activity."""
        seconds = time.monotonic() - self._began
        share = f"{100 * len(self._finished) // self._collected}% · " if self._collected else ""
        of = f" of at most {self._budget:,}" if self._budget is not None else ""
        found = numbers(self._counter.count(), "finding")
        pause = self._requests.paused()
        doing = f"waiting {pause:.0f} s for the service" if pause >= _LONG_PAUSE else self._doing
        sent = f"{share}{numbers(self._requests.sent(), 'request')} sent{of} · {found} · {seconds:.0f} s"
        return f"{sent} · {doing}" if doing else sent

    def _tell(self) -> None:
        every = _EVERY_ON_TERMINAL if self._on_terminal else _EVERY_IN_LOGS
        while not self._stopped.wait(every):
            self._write(self.line())

    def _write(self, text: str) -> None:
        if self._out is None:
            return
        with suppress(OSError, ValueError):  # a lost terminal or pipe must not end the run
            self._out.write(f"\r\x1b[K{text[: _columns(self._out) - 1]}" if self._on_terminal else f"{text}\n")
            self._out.flush()


def _as_words(nodeid: str) -> str:
    """The name of a test as a phrase, without its file."""
    name, bracket, parameter = nodeid.rpartition("::")[2].removeprefix("test_").partition("[")
    return name.replace("_", " ") + (f" ({parameter.removesuffix(']')})" if bracket else "")


def _columns(terminal: IO[str]) -> int:
    try:
        return os.get_terminal_size(terminal.fileno()).columns or _COLUMNS
    except OSError:
        return _COLUMNS


def _own(stream: IO[str]) -> IO[str]:
    """A second stream to the destination of ``stream``, which pytest captures while a test runs."""
    return os.fdopen(os.dup(stream.fileno()), "w", encoding="utf-8", errors="replace")
