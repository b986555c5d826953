"""``contract report``, ``compare``, ``trend``, ``accept``, ``body`` and ``report prune``: work with saved runs."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from contracts.deviations import DeviationError, Deviations
from contracts.findings import Level
from contracts.verdict import ExitStatus
from reports.deviation_entries import Acceptance, proposed
from reports.pruning import prune
from reports.reading import summarize
from reports.render import write_all
from reports.run_comparison import (
    RUNS,
    Comparison,
    Report,
    ReportError,
    compare,
    find_reports,
    identity,
    load_report,
    trend,
)
from reports.terminal import print_summary
from reports.wording import milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Exit status 2 is pytest's interrupted run: usage errors are 4 here as there."""
        self.print_usage(sys.stderr)
        self.exit(ExitStatus.USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: of render, the verdict's; 1 where compare finds new findings."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:2] == ["report", "prune"]:
        del words[0]
    options = _parser().parse_args(words)
    try:
        status: int = options.run(options)
    except (FileNotFoundError, DeviationError, ReportError) as problem:
        print(f"contract: {problem}", file=sys.stderr)
        return ExitStatus.USAGE
    except BrokenPipeError:
        raise
    except Exception as problem:  # noqa: BLE001  # a history can be damaged in any way; 1 is the service's
        print(f"contract: this cannot be read ({type(problem).__name__}: {problem})"[:400], file=sys.stderr)
        return ExitStatus.NO_VERDICT
    return status


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="contract", description="Reports of saved runs.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    render = commands.add_parser(
        "report", aliases=["render"], help="make all reports of a run again, also after a crash, or of several merged"
    )
    render.add_argument("places", nargs="+", type=Path, metavar="DIR", help="folder of a run, or a history file")
    render.add_argument("--output", type=Path, help="where to write (default: into DIR; needed with several)")
    render.add_argument("--deviations", type=Path, help="another file of known deviations")
    render.add_argument("--fail-on", choices=[level.value for level in Level], help="default: that of the run")
    render.set_defaults(run=_render)

    between = commands.add_parser("compare", help="what is new, fixed, no longer exercised or slower")
    between.add_argument("before", type=Path, metavar="A", help="folder of the earlier run, or its report.json")
    between.add_argument("after", type=Path, metavar="B", help="folder of the later run, or its report.json")
    between.set_defaults(run=_compare)

    row = commands.add_parser("trend", help=f"the last {RUNS} runs of each target")
    row.add_argument("place", nargs="?", type=Path, default=Path("reports/runs"), metavar="DIR")
    row.set_defaults(run=_trend)

    entries = commands.add_parser("accept", aliases=["deviations"], help="propose entries for the known deviations")
    entries.add_argument("place", type=Path, metavar="DIR", help="folder of a run")
    entries.add_argument("--reason", default="to be said: why this is accepted for now")
    entries.add_argument("--link", default="to be said: where it is tracked")
    entries.add_argument("--owner", default="to be said: who mends it")
    entries.add_argument("--days", type=int, default=90, help="days until the entries expire (default: 90)")
    entries.set_defaults(run=_deviations)

    old = commands.add_parser("prune", prog="contract report prune", help="delete the folders of old runs")
    old.add_argument("place", nargs="?", type=Path, default=Path("reports/runs"), metavar="DIR")
    old.add_argument("--keep", type=_count, default=RUNS, metavar="N", help=f"newest runs that stay (default: {RUNS})")
    old.add_argument("--dry-run", action="store_true", help="say what would be deleted, and delete nothing")
    old.set_defaults(run=_prune)

    body = commands.add_parser("body", help="write the body of a finding's smallest case to standard output")
    body.add_argument("place", type=Path, metavar="DIR", help="folder of a run")
    body.add_argument("finding", metavar="FINDING-ID")
    body.set_defaults(run=_body)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number of runs from 1 on, not {text!r}")
    return int(text)


def _render(options: argparse.Namespace) -> int:
    places: list[Path] = options.places
    if options.output is None and len(places) > 1:
        raise ReportError("several runs become one report: say where with --output DIR")
    output = options.output or (places[0] if places[0].is_dir() else places[0].parent)
    deviations = Deviations.load(options.deviations) if options.deviations else None
    fail_on = Level(options.fail_on) if options.fail_on else None
    summary = summarize(places, deviations=deviations, fail_on=fail_on)
    written = write_all(summary, output)
    print_summary(summary, sys.stdout, written[0])
    return summary.status


def _compare(options: argparse.Namespace) -> int:
    before, after = load_report(options.before), load_report(options.after)
    comparison = compare(before, after)
    print(f"{comparison.before}: {comparison.before_sentence}")
    print(f"{comparison.after}: {after['verdict']['sentence']}\n")
    _print_groups(comparison)
    return ExitStatus.BROKEN if comparison.new else ExitStatus.KEPT


def _print_groups(comparison: Comparison) -> None:
    for title, names in comparison.groups():
        print(f"{title}: {len(names) or 'none'}")
        for name in names:
            print(f"  {name}")


def _trend(options: argparse.Namespace) -> int:
    targets: dict[tuple[str, ...], list[Report]] = {}
    for report in find_reports(options.place):
        targets.setdefault(identity(report), []).append(report)
    if not targets:
        raise ReportError(f"{options.place} holds no run with a report.json")
    for target, reports in targets.items():
        print(" ".join(part for part in target if part))
        for point in trend(sorted(reports, key=lambda report: str(report["run"]["started"]))[-RUNS:]):
            median = milliseconds(point.median) if point.median is not None else "-"
            print(
                f"  {point.started[:16]}  {point.outcome:10}  {point.profile:8} {point.findings:4} findings"
                f" {point.requests:8,} requests  median {median:>8}  {point.id}"
            )
    return ExitStatus.KEPT


def _prune(options: argparse.Namespace) -> int:
    deleted, kept = prune(options.place, options.keep, dry_run=options.dry_run)
    for folder in deleted:
        print(f"{'would delete' if options.dry_run else 'deleted'} {folder}")
    for folder, reason in kept.items():
        print(f"kept {folder}: {reason}")
    if not deleted:
        print("nothing to delete")
    return ExitStatus.KEPT


def _deviations(options: argparse.Namespace) -> int:
    summary = summarize([options.place])
    expires = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=options.days)
    acceptance = Acceptance(options.reason, options.link, options.owner, expires)
    if not summary.findings:
        print("no new findings: nothing to propose", file=sys.stderr)
    sys.stdout.write(proposed(summary.findings, acceptance))
    return ExitStatus.KEPT


def _body(options: argparse.Namespace) -> int:
    summary = summarize([options.place])
    for finding in (*summary.findings, *summary.advice, *summary.known):
        if finding.id == options.finding and finding.evidence is not None:
            sys.stdout.buffer.write(finding.evidence.exchange.case.body or b"")
            return ExitStatus.KEPT
    names = ", ".join(finding.id for finding in (*summary.findings, *summary.advice, *summary.known))
    raise ReportError(f"no finding {options.finding!r} with an exchange in {options.place}; it has: {names or 'none'}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitStatus.NO_VERDICT)
