"""Add findings of a run to the corpus, so that later runs send their cases again.

contract corpus RUN [FINDING-ID ...] [--into FOLDER]
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.corpus import DEFAULT_CORPUS, CorpusCase, CorpusError, add, anonymous
from contracts.deviations import DeviationError
from contracts.history_records import RunRecord
from contracts.verdict import ExitStatus
from reports.history import history_files, read_history
from reports.reading import summarize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.evidence import FindingReport
    from reports.summary import Summary


def main(arguments: Sequence[str] | None = None) -> int:
    """Add the smallest case of each new finding, or of those that are named: 0 done, 4 wrong usage."""
    parser = argparse.ArgumentParser(prog="contract corpus", description=main.__doc__, exit_on_error=False)
    parser.add_argument("run", type=Path, metavar="RUN", help="the folder of a run, such as reports/runs/latest")
    parser.add_argument("findings", nargs="*", metavar="FINDING-ID", help="ids of findings, or further runs")
    parser.add_argument("--into", type=Path, default=DEFAULT_CORPUS, help="the corpus (default: tests/contract/corpus)")
    try:
        options = parser.parse_args(arguments)
        runs = [options.run, *(Path(text) for text in options.findings if Path(text).is_dir())]
        wanted = [text for text in options.findings if not Path(text).is_dir()]
        for finding in _chosen(summarize(runs), wanted):
            print(_added(finding, _marks(runs), options.into))
    except (FileNotFoundError, DeviationError, CorpusError, LookupError, argparse.ArgumentError) as problem:
        print(f"contract corpus: {problem}", file=sys.stderr)
        return ExitStatus.USAGE
    return ExitStatus.KEPT


def _chosen(summary: Summary, wanted: Sequence[str]) -> list[FindingReport]:
    """The new findings, or those with the ids that are named; raises LookupError for an id that is not there."""
    if not wanted:
        return list(summary.findings)
    by_id = {finding.id: finding for finding in (*summary.known, *summary.advice, *summary.findings)}
    missing = [name for name in wanted if name not in by_id]
    if missing:
        raise LookupError(f"no finding {missing[0]!r}; the run has: {', '.join(by_id) or 'none'}")
    return [by_id[name] for name in wanted]


def _marks(runs: Sequence[Path]) -> set[str]:
    """The marks of the runs' unique names; a run that could not clean up before has two."""
    records = (record for run in runs for record in read_history(*history_files(run)))
    return {record.run_id for record in records if isinstance(record, RunRecord)}


def _added(finding: FindingReport, run_ids: set[str], folder: Path) -> str:
    """Add one finding and say what became of it."""
    if finding.evidence is None:
        return f"{finding.id}: rests on several requests; no single case shows it"
    exchange = finding.evidence.exchange
    found = dt.datetime.fromtimestamp(exchange.started, tz=dt.UTC).date()
    entry = CorpusCase(finding.id, finding.expected, finding.received, found, anonymous(exchange.case, run_ids))
    path = add(entry, folder)
    return f"{finding.id}: added as {path}" if path else f"{finding.id}: is in {folder} already"


if __name__ == "__main__":
    sys.exit(main())
