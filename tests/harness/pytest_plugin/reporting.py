"""The pytest plugin that derives the verdict, the reports and the exit status from the history of a run."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from contracts.findings import Level
from contracts.verdict import ExitStatus
from reports.latest_run import point_latest
from reports.reading import summarize
from reports.render import write_all
from reports.terminal import github_annotations, terminal_summary
from tests.harness.pytest_plugin.interruption import undisturbed

if TYPE_CHECKING:
    from collections.abc import Generator

    from contracts.deviations import Deviations
    from reports.summary import Summary
    from tests.harness.settings.run_options import RunOptions


def write_reports(folder: Path, deviations: Deviations, fail_on: Level = Level.IMPLIED) -> Summary:
    """Judge the history in ``folder``, write every format, and update ``latest``."""
    summary = summarize([folder], deviations=deviations, fail_on=fail_on)
    write_all(summary, folder)
    point_latest(folder)
    return summary


class Run(Protocol):
    """The part of a run that the plugin needs: its options, once it has begun."""

    @property
    def options(self) -> RunOptions:
        """The options, with the folder of the run."""


class Reporting:
    """The controller's plugin that writes the reports, sets the exit status and prints the verdict."""

    def __init__(self, run: Run, deviations: Deviations, fail_on: Level) -> None:
        self._run = run
        self._deviations = deviations
        self._fail_on = fail_on
        self._summary: Summary | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Disable pytest's tracebacks and lists of failed tests, unless requested: the summary has the findings."""
        if config.getoption("tbstyle", None) == "auto":  # missing without pytest's terminal plugin
            config.option.tbstyle = "no"
        if config.getoption("reportchars", None) == "fE":
            config.option.reportchars = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """After the cleanup: judge the history, write every format, and set the exit status."""
        result = yield
        self._report(session)
        return result

    def _report(self, session: pytest.Session) -> None:
        folder = self._run.options.directory
        if not folder:
            return
        try:
            with undisturbed("writing the reports"):
                summary = write_reports(Path(folder), self._deviations, self._fail_on)
        except Exception as problem:
            # Python would end with 1, which means a broken promise; without a verdict it is 3.
            message = f"No verdict: the reports failed ({problem!r}); the history is in {folder}"
            if isinstance(problem, OSError):
                message = f"No verdict: the reports cannot be written to {folder} ({problem.strerror})"
            raise pytest.exit.Exception(message, int(ExitStatus.NO_VERDICT)) from problem
        self._summary = summary
        if session.exitstatus != pytest.ExitCode.USAGE_ERROR:
            session.exitstatus = int(summary.status)

    @pytest.hookimpl(wrapper=True, tryfirst=True, specname="pytest_sessionfinish")
    def pytest_print_summary(self, session: pytest.Session) -> Generator[None, object, object]:
        """Print the summary after all output of pytest: the verdict and the report are the last lines."""
        result = yield
        reporter: pytest.TerminalReporter | None = session.config.pluginmanager.getplugin("terminalreporter")
        if self._summary is not None and reporter is not None:
            annotations = github_annotations(self._summary)
            width = shutil.get_terminal_size().columns
            text = terminal_summary(self._summary, colour=reporter.hasmarkup, width=width)
            report = f"report: {Path(self._run.options.directory) / 'index.html'}"
            # Line by line: of a text that the terminal's encoding does not hold, pytest escapes the line breaks too.
            for line in f"\n{annotations}\n{text}{report}".replace("\n\n", "\n").split("\n"):
                reporter.write_line(line)
            reporter.flush()
        return result
