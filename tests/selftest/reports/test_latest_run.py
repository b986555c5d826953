"""``latest`` points to the newest run with a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reports.latest_run import latest_run, point_latest
from reports.reading import summarize
from reports.render import write_all
from tests.selftest import history_samples as samples

if TYPE_CHECKING:
    import pytest


def _ended(folder: Path, *, verdict: bool) -> Path:
    samples.write_history(folder, count=3, run=folder.name, ended=verdict)
    write_all(summarize([folder]), folder)
    return folder


def test_a_run_without_a_verdict_does_not_take_the_place_of_one_with_a_verdict(tmp_path: Path) -> None:
    runs = [tmp_path / f"2026010{day}T000000Z-live" for day in range(1, 7)]
    runs[0].mkdir()  # killed before it had a report
    seen = []
    for number, verdict in enumerate([None, False, True, None, False, True]):
        if verdict is None:
            runs[number].mkdir(exist_ok=True)
        point_latest(runs[number])  # as a run does when it begins
        begun = latest_run(tmp_path)
        if verdict is not None:
            _ended(runs[number], verdict=verdict)
            point_latest(runs[number])
        ended = latest_run(tmp_path)
        assert begun is not None
        assert ended is not None
        seen.append((runs.index(begun), runs.index(ended)))
    assert seen == [(0, 0), (1, 1), (2, 2), (2, 2), (2, 2), (2, 5)]


def test_without_links_a_file_names_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refused)
    first, second = (tmp_path / f"2026010{day}T000000Z-mock" for day in (1, 2))
    for folder, verdict, latest in ((first, True, first), (second, False, first)):
        _ended(folder, verdict=verdict)
        point_latest(folder)
        assert latest_run(tmp_path) == latest
    assert (tmp_path / "latest.txt").read_text() == f"{first.name}\n"


def test_a_run_that_is_gone_is_not_kept_as_the_latest(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to("20260101T000000Z-live")
    point_latest(_ended(tmp_path / "20260102T000000Z-live", verdict=False))
    assert (tmp_path / "latest" / "report.json").is_file()
