"""The command ``contract corpus``: add findings of a run to the corpus, so that later runs send their cases again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.corpus import DEFAULT_CORPUS, CorpusCase, add, anonymous
from contracts.history_records import RunRecord
from contracts.verdict import ExitStatus
from reports.cli import SavedRunCommand
from reports.history import history_files, read_history
from reports.reading import summarize
from reports.run_comparison import ReportError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.evidence import FindingReport
    from reports.summary import Summary


@click.command("corpus", cls=SavedRunCommand)
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("more", nargs=-1, metavar="[RUN | FINDING-ID]...")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=DEFAULT_CORPUS,
    help="The corpus (default: tests/contract/corpus).",
)
def add_to_corpus(run: Path, more: Sequence[str], into: Path) -> int:
    """Add smallest cases to the corpus.

    Takes those of the new findings of RUN and of further runs, or of the findings that are named.
    """
    runs = [run, *(Path(text) for text in more if Path(text).is_dir())]
    for finding in _chosen(summarize(runs), [text for text in more if not Path(text).is_dir()]):
        click.echo(_added(finding, _run_ids(runs), into))
    return ExitStatus.KEPT


def _chosen(summary: Summary, wanted: Sequence[str]) -> list[FindingReport]:
    """The new findings, or those with the given ids; raises ReportError for an unknown id."""
    if not wanted:
        return list(summary.findings)
    by_id = {finding.id: finding for finding in reversed(summary.all_findings)}
    missing = [name for name in wanted if name not in by_id]
    if missing:
        raise ReportError(f"no finding {missing[0]!r}; the run has: {', '.join(by_id) or 'none'}")
    return [by_id[name] for name in wanted]


def _run_ids(runs: Sequence[Path]) -> set[str]:
    """The run ids in the runs' unique names; a run that could not clean up before has two."""
    records = (record for run in runs for record in read_history(*history_files(run)))
    return {record.run_id for record in records if isinstance(record, RunRecord)}


def _added(finding: FindingReport, run_ids: set[str], folder: Path) -> str:
    """Add one finding and return the result as a line."""
    if finding.evidence is None:
        return f"{finding.id}: rests on several requests; no single case shows it"
    exchange = finding.evidence.exchange
    found = dt.datetime.fromtimestamp(exchange.started, tz=dt.UTC).date()
    entry = CorpusCase(finding.id, finding.expected, finding.received, found, anonymous(exchange.case, run_ids))
    path = add(entry, folder)
    return f"{finding.id}: added as {path}" if path else f"{finding.id}: is in {folder} already"
