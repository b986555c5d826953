"""The page and the known deviations of the recorded releases are up to date."""

from __future__ import annotations

import pytest

from tests.benchmark.releases import COMMAND, pages

pytestmark = pytest.mark.end_to_end


def test_pages_generated_from_recorded_runs_are_up_to_date() -> None:
    stale = [path.name for path, text in pages().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], f"run {COMMAND}"
