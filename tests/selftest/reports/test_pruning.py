"""``contract report prune`` deletes old runs, and nothing that is needed or foreign."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from contracts.verdict import ExitStatus
from reports.reading import summarize
from reports.render import write_all
from tests.harness.command_line import main
from tests.selftest import history_samples as samples

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def _run(runs: Path, name: str, *, ended: bool = True, left: int = 0) -> Path:
    folder = runs / name
    target = name.split("-")[1]
    samples.write_history(folder, count=3, target=target, run=name, ended=ended)
    write_all(summarize([folder]), folder)
    path = folder / "report.json"
    report = json.loads(path.read_text())
    report["cleanup"].update(kept=[], kept_count=left, may_be_left=0)
    path.write_text(json.dumps(report))
    return folder


def test_old_runs_are_deleted_and_those_stay_that_are_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    gone = [
        _run(runs, "20260101T000000Z-live"),
        _run(runs, "20260102T000000Z-mock", left=1),
        _run(runs, "20260103T000000Z-mock-2", ended=False),
    ]
    needed = [
        _run(runs, "20260104T000000Z-live", left=1),
        _run(runs, "20260105T000000Z-live", ended=False),
        _run(runs, "20260106T000000Z-live"),  # latest points to it
        _run(runs, "20260107T000000Z-live"),  # it has no report
    ]
    (needed[3] / "report.json").unlink()
    newest = [_run(runs, "20260108T000000Z-mock"), _run(runs, "20260109T000000Z-live")]
    (runs / "latest").symlink_to(needed[2].name)
    strange = [runs / "notes", runs / "20250101T000000Z-live"]  # the second holds no history
    for folder in strange:
        folder.mkdir()
    elsewhere = _run(tmp_path / "other", "20250102T000000Z-live")
    (runs / "20250102T000000Z-live").symlink_to(elsewhere)
    stay = {*needed, *newest, *strange, runs / "latest", runs / "20250102T000000Z-live"}

    assert main(["report", "prune", str(runs), "--keep", "2", "--dry-run"]) == ExitStatus.KEPT
    assert {*runs.iterdir()} == {*stay, *gone}
    capsys.readouterr()
    assert main(["report", "prune", str(runs), "--keep", "2"]) == ExitStatus.KEPT
    assert {*runs.iterdir()} == stay
    assert (elsewhere / "report.json").is_file()
    said = capsys.readouterr().out
    assert all(f"deleted {folder}" in said for folder in gone)
    assert all(f"kept {folder}: " in said for folder in needed)


def test_wrong_usage_deletes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "prune", str(tmp_path / "missing")]) == ExitStatus.USAGE
    assert "is not a folder" in capsys.readouterr().err
