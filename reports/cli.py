"""The commands that work with saved runs: ``report``, ``compare``, ``trend``, ``accept`` and ``body``."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contracts.corpus import CorpusError
from contracts.deviations import DeviationError, Deviations
from contracts.findings import Level
from contracts.verdict import ExitStatus
from reports.deviation_entries import Acceptance, proposed
from reports.pruning import prune
from reports.reading import summarize
from reports.render import write_all
from reports.run_comparison import RUNS, Report, ReportError, compare, find_reports, identity, load_report, trend
from reports.terminal import print_summary
from reports.wording import milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLACE = click.Path(path_type=Path)


class SavedRunCommand(click.Command):
    """A command that reads saved runs: unreadable paths are wrong usage, damaged runs are no verdict."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and return its exit status."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except (FileNotFoundError, DeviationError, CorpusError, ReportError) as problem:
            raise click.ClickException(str(problem)) from None
        except Exception as problem:  # noqa: BLE001  # a history can be damaged in any way; 1 is the service's
            click.echo(f"contract: this cannot be read ({type(problem).__name__}: {problem})"[:400], err=True)
            return ExitStatus.NO_VERDICT


class _ReportGroup(click.Group):
    """``report DIR`` is short for ``report make DIR``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *self.get_help_option_names(ctx)}:
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ReportGroup)
def report() -> None:
    """Regenerate the reports of saved runs.

    contract report DIR... is short for contract report make DIR...
    """


@report.command(cls=SavedRunCommand)
@click.argument("places", nargs=-1, required=True, type=_PLACE, metavar="DIR...")
@click.option("--output", type=_PLACE, help="The output folder (default: DIR; required with several).")
@click.option("--deviations", type=_PLACE, help="Another file of known deviations.")
@click.option("--fail-on", type=click.Choice([level.value for level in Level]), help="Default: that of the run.")
def make(places: Sequence[Path], output: Path | None, deviations: Path | None, fail_on: str | None) -> int:
    """Regenerate all reports of a run.

    Also after a crash. Several runs, such as shards, become one report. DIR may be a history file too.
    """
    if output is None and len(places) > 1:
        raise ReportError("several runs are merged into one report: name its folder with --output DIR")
    summary = summarize(
        places,
        deviations=Deviations.load(deviations) if deviations else None,
        fail_on=Level(fail_on) if fail_on else None,
    )
    written = write_all(summary, output or (places[0] if places[0].is_dir() else places[0].parent))
    print_summary(summary, sys.stdout, written[0])
    return summary.status


@report.command("prune", cls=SavedRunCommand)
@click.argument("place", default="reports/runs", type=_PLACE, metavar="[DIR]")
@click.option(
    "--keep", type=click.IntRange(min=1), default=RUNS, show_default=True, help="The number of newest runs to keep."
)
@click.option("--dry-run", is_flag=True, help="List the folders without deleting them.")
def prune_runs(place: Path, keep: int, *, dry_run: bool) -> int:
    """Delete the folders of old runs."""
    deleted, kept = prune(place, keep, dry_run=dry_run)
    for folder in deleted:
        click.echo(f"{'would delete' if dry_run else 'deleted'} {folder}")
    for folder, reason in kept.items():
        click.echo(f"kept {folder}: {reason}")
    if not deleted:
        click.echo("nothing to delete")
    return ExitStatus.KEPT


@click.command("compare", cls=SavedRunCommand)
@click.argument("before", type=_PLACE, metavar="A")
@click.argument("after", type=_PLACE, metavar="B")
def compare_runs(before: Path, after: Path) -> int:
    """Compare run A with a later run B.

    Prints what is new, fixed, no longer exercised or slower, and ends with 1 if something is new. A and B are
    folders of runs, or their report.json.
    """
    earlier, later = load_report(before), load_report(after)
    comparison = compare(earlier, later)
    click.echo(f"{comparison.before}: {comparison.before_sentence}")
    click.echo(f"{comparison.after}: {later['verdict']['sentence']}\n")
    for title, names in comparison.groups():
        click.echo("\n".join([f"{title}: {len(names) or 'none'}", *(f"  {name}" for name in names)]))
    return ExitStatus.BROKEN if comparison.new else ExitStatus.KEPT


@click.command("trend", cls=SavedRunCommand, help=f"Show the last {RUNS} runs of each target.")
@click.argument("place", default="reports/runs", type=_PLACE, metavar="[DIR]")
def show_trend(place: Path) -> int:
    """Print a line for each of the last runs of each target."""
    targets: dict[tuple[str, ...], list[Report]] = {}
    for saved in find_reports(place):
        targets.setdefault(identity(saved), []).append(saved)
    if not targets:
        raise ReportError(f"{place} contains no run with a report.json")
    for target, reports in targets.items():
        click.echo(" ".join(part for part in target if part))
        for point in trend(sorted(reports, key=lambda saved: str(saved["run"]["started"]))[-RUNS:]):
            median = milliseconds(point.median) if point.median is not None else "-"
            click.echo(
                f"  {point.started[:16]}  {point.outcome:10}  {point.profile:8} {point.findings:4} findings"
                f" {point.requests:8,} requests  median {median:>8}  {point.id}"
            )
    return ExitStatus.KEPT


@click.command("accept", cls=SavedRunCommand)
@click.argument("place", type=_PLACE, metavar="DIR")
@click.option("--reason", default="TODO: why this is accepted for now")
@click.option("--link", default="TODO: where it is tracked")
@click.option("--owner", default="TODO: who fixes it")
@click.option("--days", type=int, default=90, show_default=True, help="Days until the entries expire.")
def propose_deviations(place: Path, reason: str, link: str, owner: str, days: int) -> int:
    """Propose entries for the file of known deviations.

    Prints one for each finding of the run, in the format of contracts/deviations.toml.
    """
    summary = summarize([place])
    expires = dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=days)
    if not summary.findings:
        click.echo("no new findings: nothing to propose", err=True)
    click.echo(proposed(summary.findings, Acceptance(reason, link, owner, expires)), nl=False)
    return ExitStatus.KEPT


@click.command("body", cls=SavedRunCommand)
@click.argument("place", type=_PLACE, metavar="DIR")
@click.argument("finding_id", metavar="FINDING-ID")
def write_body(place: Path, finding_id: str) -> int:
    """Write the request body of a finding.

    Standard output receives the bytes that the finding's smallest case sends.
    """
    summary = summarize([place])
    for finding in summary.all_findings:
        if finding.id == finding_id and finding.evidence is not None:
            sys.stdout.buffer.write(finding.evidence.exchange.case.body or b"")
            return ExitStatus.KEPT
    names = ", ".join(finding.id for finding in summary.all_findings)
    raise ReportError(f"no finding {finding_id!r} with an exchange in {place}; it has: {names or 'none'}")
