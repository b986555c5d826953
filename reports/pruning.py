"""The command ``contract report prune``: deletes the folders of old runs that are not needed any more."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final

from reports.latest_run import latest_run
from reports.run_comparison import REPORT, ReportError, load_report

if TYPE_CHECKING:
    from pathlib import Path

#: The form of a run's folder name: its time and its target.
_NAME: Final = re.compile(r"\d{8}T\d{6}Z-[a-z]+(-\d+)?")


def prune(runs: Path, keep: int, *, dry_run: bool = False) -> tuple[list[Path], dict[Path, str]]:
    """Delete all but the newest runs.

    Args:
        runs: The folder of the runs. Other folders, and links, are ignored.
        keep: The number of newest runs to keep.
        dry_run: Delete nothing.

    Returns:
        The deleted folders, and the older ones that were kept, each with the reason.

    Raises:
        ReportError: There is no such folder.
    """
    if not runs.is_dir():
        raise ReportError(f"{runs} is not a folder; expected the one that holds the runs")
    folders = sorted((place for place in runs.iterdir() if _is_run(place)), reverse=True)
    deleted: list[Path] = []
    kept: dict[Path, str] = {}
    for folder in folders[keep:]:
        reason = "latest points to it" if folder == latest_run(runs) else _still_needed(folder)
        if reason:
            kept[folder] = reason
            continue
        if not dry_run:
            shutil.rmtree(folder)
        deleted.append(folder)
    return deleted, kept


def _is_run(place: Path) -> bool:
    is_folder = place.is_dir() and not place.is_symlink()
    return is_folder and _NAME.fullmatch(place.name) is not None and any(place.glob("history-*.ndjson"))


def _still_needed(folder: Path) -> str | None:
    """Why the ledger or the history of the run may be needed, or None."""
    if not (folder / REPORT).is_file():
        return "it has no report: it runs or was interrupted (contract report FOLDER makes one)"
    try:
        report = load_report(folder)
    except ReportError:
        return "its report cannot be read"
    if report["run"]["target"]["name"] != "live":
        return None  # the mock and its projects are gone
    cleanup = report["cleanup"]
    if not report["verdict"]["complete"] or cleanup is None:
        return "it did not finish: contract cleanup may need its ledger"
    is_doubtful = any(note["kind"] == "cleanup" for note in report["notes"])
    if is_doubtful or cleanup["kept_count"] or cleanup["may_be_left"]:
        return "it may have left projects on the service: contract cleanup needs its ledger"
    return None
