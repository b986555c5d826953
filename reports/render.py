"""Writes a summary in every format."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from reports.ctrf import ctrf
from reports.har import har
from reports.html import html
from reports.json_report import json_report, report_object
from reports.junit import junit
from reports.markdown import markdown
from reports.run_comparison import compare, earlier_runs, previous, trend
from reports.sarif import sarif

if TYPE_CHECKING:
    from collections.abc import Callable

    from reports.summary import Summary


def write_all(summary: Summary, directory: Path) -> list[Path]:
    """Write every format into ``directory`` and return the paths, ``index.html`` first.

    The run is compared with earlier runs of the same target beside ``directory``. Files are replaced atomically.
    """
    directory.mkdir(parents=True, exist_ok=True)
    report = report_object(summary)
    earlier = earlier_runs(directory, report)
    before = previous(earlier, report)
    comparison = compare(before, report, earlier) if before else None
    points = trend([*earlier, report])
    formats: dict[str, Callable[[], str | bytes]] = {
        "report.json": lambda: json_report(report),
        "junit.xml": lambda: junit(summary),
        "report.sarif": lambda: sarif(summary, comparison),
        "ctrf.json": lambda: ctrf(summary),
        "findings.har": lambda: har(summary),
        "summary.md": lambda: markdown(summary, comparison),
        "index.html": lambda: html(summary, comparison, points),
    }
    written = [_write(directory / name, make()) for name, make in formats.items()]
    return written[::-1]


def _write(path: Path, content: str | bytes) -> Path:
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).replace(path)  # readable by its owner only, as created by mkstemp
    return path
