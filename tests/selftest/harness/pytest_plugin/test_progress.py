"""The progress line: share of tests, current activity, and pauses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.harness.client.budget import RequestBudget
from tests.harness.pytest_plugin.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path


def test_the_line_names_the_share_the_test_and_a_pause(tmp_path: Path) -> None:
    requests = RequestBudget(500)
    progress = Progress(tmp_path, requests, 500)
    progress.pytest_xdist_node_collection_finished(["a.py::test_one", "a.py::test_two", "a.py::test_three[x]"])
    progress.pytest_runtest_logstart("a.py::test_one")
    progress.pytest_runtest_logfinish("a.py::test_one")
    progress.pytest_runtest_logstart("a.py::test_three[x_y]")
    requests.take()
    assert progress.line() == "33% · 1 request sent of at most 500 · 0 findings · 0 s · three (x_y)"
    requests.pause(0.4)
    assert progress.line().endswith("three (x_y)"), "a short pause is part of the pace"
    requests.pause(3600)
    assert progress.line().endswith("waiting 3600 s for the service")
