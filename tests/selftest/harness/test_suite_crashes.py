"""Errors of the suite itself are not attributed to the service: the run ends with 3, not with 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contracts.verdict import ExitStatus
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, live, suite, team_projects

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.end_to_end

_FAULT = "accepts_dot_in_display_name"
#: A plugin of pytest that makes one function of the suite fail.
_PLUGIN = """
import {module}


def fails(*arguments, **options):
    raise ZeroDivisionError("a mistake of the suite")


{module}.{function} = fails
"""


@pytest.mark.parametrize(
    ("module", "function", "fault", "words"),
    [
        ("tests.harness.pytest_plugin.reporting", "summarize", None, "No verdict: the reports failed"),
        ("tests.harness.pytest_plugin.reporting", "write_all", _FAULT, "No verdict: the reports failed"),
        (
            "tests.harness.state_checks.final_checks",
            "verify_inventory",
            None,
            "the final checks failed: ZeroDivisionError",
        ),
        ("tests.harness.run", "run_final_checks", _FAULT, "The contract is broken: 1 finding"),
        ("tests.harness.final_cleanup", "judge_untracked", None, "the cleanup failed"),
        ("tests.harness.final_cleanup", "judge_untracked", _FAULT, "The contract is broken: 1 finding"),
    ],
)
def test_a_crash_at_the_end_of_a_run_is_no_broken_promise(
    tmp_path: Path, module: str, function: str, fault: str | None, words: str
) -> None:
    (tmp_path / "one_mistake.py").write_text(_PLUGIN.format(module=module, function=function))
    with MockProcess.start(key=KEY, fault=fault) as mock:
        run = suite(tmp_path, *live(mock.base_url), "-p", "one_mistake", PYTHONPATH=str(tmp_path))
        left = team_projects(mock.base_url)
    found = fault is not None and module != "tests.harness.pytest_plugin.reporting"
    assert run.status == (ExitStatus.BROKEN if found else ExitStatus.NO_VERDICT), run.out + run.err
    said = " ".join((run.out + run.err).split())
    assert words in said
    assert left == 0, "what was created is still deleted"
    assert list(run.run.glob("history-*.ndjson")), "the history is there to look into"
