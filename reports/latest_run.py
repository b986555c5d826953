"""The link ``latest`` beside the folders of runs: the newest run with a verdict; without any, the newest run.

On file systems without links it is a file ``latest.txt`` with the folder's name.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from contracts.verdict import ExitStatus
from reports.run_comparison import ReportError, load_report

if TYPE_CHECKING:
    from pathlib import Path


def latest_run(runs: Path) -> Path | None:
    """The folder that ``latest`` in ``runs`` points to, which may have been deleted."""
    link, text = runs / "latest", runs / "latest.txt"
    if link.is_symlink():
        return runs / link.readlink().name
    return runs / text.read_text(encoding="utf-8").strip() if text.is_file() else None


def point_latest(folder: Path) -> None:
    """Make ``latest`` point to the folder of a run; a run without a verdict never replaces one with a verdict."""
    runs = folder.parent
    before = latest_run(runs)
    if before is not None and _has_verdict(before) and not _has_verdict(folder):
        return
    link = runs / f".latest-{os.getpid()}"
    try:
        link.symlink_to(folder.name)
        link.replace(runs / "latest")
    except OSError:
        (runs / "latest.txt").write_text(folder.name + "\n", encoding="utf-8")


def _has_verdict(folder: Path) -> bool:
    try:
        return bool(load_report(folder)["verdict"]["status"] != ExitStatus.NO_VERDICT)
    except ReportError:
        return False
