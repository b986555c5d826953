"""The page with the results of the benchmarks: each command rewrites its own part of docs/benchmark.md."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tests.benchmark.outcomes import MARKS, percent
from tests.benchmark.served import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.benchmark.outcomes import FalseAlarms, Scores

PAGE: Final = ROOT / "docs" / "benchmark.md"
CURVE: Final = ROOT / "docs" / "detection-curve.svg"


def rewrite(part: str, text: str, page: Path = PAGE) -> None:
    """Replace the text between the marks of ``part``; raises ValueError if the page has no such part."""
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    before = page.read_text(encoding="utf-8")
    after, times = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{text}\n{end}", before, flags=re.DOTALL
    )
    if times != 1:
        raise ValueError(f"expected {begin} ... {end} once in {page}, found it {times} times")
    page.write_text(after, encoding="utf-8")


def made_by(command: str, now: datetime | None = None) -> str:
    """The line with the command and the date of a table."""
    return f"Made by `{command}` on {now or datetime.now(tz=UTC):%Y-%m-%d}."


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, the first column left-aligned, the others right-aligned."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def detection_table(scores: Sequence[Scores]) -> str:
    """A table with one row for each tool: what it found of the sample, and how early."""
    head = ["", "faults found", "share", *[f"within {bound:,}" for bound in MARKS]]
    head += ["requests: median", "90 %", "seconds: median", "90 %"]
    rows = []
    for score in scores:
        row = [score.tool, f"{len(score.found)} of {len(score.outcomes)}", percent(score.share)]
        row += [percent(score.within(bound)) for bound in MARKS]
        row += [_number(score.requests(0.5)), _number(score.requests(0.9))]
        row += [_number(score.seconds(0.5), 1), _number(score.seconds(0.9), 1)]
        rows.append(row)
    return table(head, rows)


def alarm_table(alarms: Sequence[FalseAlarms]) -> str:
    """A table with one row for each tool: false alarms on services that keep the contract."""
    rows = [
        [each.tool, f"{each.total}", f"{sum(count > 0 for count in each.alarms.values())} of {each.services}"]
        for each in alarms
    ]
    return table(["", "false alarms", "services with one"], rows)


def _number(value: float | None, places: int = 0) -> str:
    return "-" if value is None else f"{value:,.{places}f}"
