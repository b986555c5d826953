"""The summary for the terminal, which fits 24 rows and respects ``NO_COLOR``."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from contracts.published_document import ADVICE
from reports.summary import STATES
from reports.wording import duration, numbers, state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reports.evidence import FindingReport
    from reports.summary import Summary

#: The rows of a terminal of unknown size, which a summary fits, including the path of the report.
_ROWS: Final = 24
#: The minimum number of lines of a list.
_FEWEST: Final = 4
_INDENT: Final = " " * 8
#: The maximum length of *received* in the line of a finding that is not shown in full.
_RECEIVED: Final = 30
#: The maximum number of rows of a command to copy; a longer one is in the report.
_COMMAND: Final = 4
#: The maximum number of likely causes of several findings.
_CAUSES: Final = 2
_RED, _GREEN, _YELLOW, _BOLD, _DIM = "31", "32", "33", "1", "2"
#: The kinds of notes that are shown in full; others are counted.
_OF_THE_RUN: Final = ("cleanup", "retries", "budget", "history", "diagnosis")


def terminal_summary(summary: Summary, *, width: int = 0, rows: int = 0, colour: bool = False) -> str:
    """The verdict, the findings, notes, and what to do next, in the order of the page.

    Args:
        summary: The run.
        width: The maximum length of a line; 0 for the width of the terminal. Lines to copy are never truncated.
        rows: The rows of the terminal, filled with findings; 0 for those that it has.
        colour: Whether to use colours.
    """
    size = shutil.get_terminal_size((100, _ROWS))
    width, rows = width or max(60, min(size.columns, 140)), rows or max(_ROWS, size.lines)
    before = [*_verdict(summary), *_first(summary)]
    after = [*_remarks(summary), *_facts(summary), *_next(summary, width)]
    # One row each for the path of the report, which is printed next, and for the prompt.
    room = rows - 2 - sum(line.height(width) for line in (*before, *after))
    lines = [*before, *_others(summary, room), *after]
    return "".join(f"{row}\n" for line in lines for row in line.fitted(width, colour=colour))


def wants_colour(stream: IO[str], environment: Mapping[str, str] = os.environ) -> bool:
    """Whether ``stream`` is a terminal and colours are not disabled (no-color.org)."""
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    return bool(environment.get("FORCE_COLOR")) or stream.isatty()


def github_annotations(summary: Summary, environment: Mapping[str, str] = os.environ) -> str:
    """Workflow commands that show each finding in a pull request; empty outside GitHub Actions."""
    if not environment.get("GITHUB_ACTIONS"):
        return ""
    lines = [
        f"::error title={_property(finding.clause.id)}::{_data(_annotation(finding))}" for finding in summary.findings
    ]
    lines += [
        f"::notice title={_property(finding.clause.id)} (known)::{_data(_annotation(finding))}"
        for finding in summary.known
    ]
    if summary.outcome == "no verdict":
        lines.append(f"::error title=No verdict::{_data(summary.sentence)}")
    return "\n".join(lines)


def _annotation(finding: FindingReport) -> str:
    return (
        f"{finding.clause.promise} Sent {finding.sent}; expected {finding.expected};"
        f" received {finding.received}; {finding.agreement}"
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line in one colour, on at most ``rows`` rows: truncated before it is coloured, so that no sequence is broken.

    A line with no rows is to be copied and is never truncated.
    """

    text: str
    codes: tuple[str, ...] = ()
    rows: int = 1

    def height(self, width: int) -> int:
        """The number of terminal rows of the line; one that is to be copied is wrapped."""
        return sum(1 for _ in self.fitted(width, colour=False)) if self.rows else -(-len(self.text) // width)

    def fitted(self, width: int, *, colour: bool) -> Iterator[str]:
        """The rows, each at most ``width`` characters; the rest of a longer text is omitted."""
        rest, indent = self.text, ""
        width = width if self.rows else len(rest)
        for row in range(self.rows or 1):
            room = width - len(indent)
            if len(rest) <= room:
                shown, rest = rest, ""
            elif row == self.rows - 1:
                shown, rest = f"{rest[: room - 1]}…", ""
            else:
                at = rest.rfind(" ", room // 2, room)
                at = at if at > 0 else room
                shown, rest = rest[:at], rest[at:].removeprefix(" ")
            painted = colour and self.codes
            yield f"\x1b[{';'.join(self.codes)}m{indent}{shown}\x1b[0m" if painted else indent + shown
            if not rest:
                return
            indent = _INDENT


def _verdict(summary: Summary) -> Iterator[_Line]:
    colour = {"kept": _GREEN, "broken": _RED}.get(summary.outcome, _YELLOW)
    yield _Line(summary.sentence, (_BOLD, colour), rows=4)
    yield _Line(summary.release, rows=2)
    for cause in summary.shared_causes[:_CAUSES]:
        numbers_of = ", ".join(str(number) for number, _ in cause.explained)
        yield _Line(f"most likely cause of findings {numbers_of}: {cause.sentence}", (_YELLOW,))


def _first(summary: Summary) -> Iterator[_Line]:
    """The most severe finding in full, shorter if there are others."""
    most = 2 if len(summary.findings) == 1 else 1
    shared = {identifier for cause in summary.shared_causes for _, identifier in cause.explained}
    for finding in summary.findings[:1]:
        yield _Line(f"1. {_title(finding)}", (_BOLD, _RED), rows=2)
        if finding.likely and finding.id not in shared:
            yield _Line(f"  {finding.likely}", (_YELLOW,), rows=2)
        if finding.advice:
            yield _Line(f"  {finding.advice}", (_YELLOW,), rows=2)
        yield _Line(f"  sent      {finding.sent}", rows=most)
        yield _Line(f"  expected  {finding.expected}", rows=most)
        yield _Line(f"  received  {finding.received}", rows=most)
        together = finding.evidence.together if finding.evidence else ()
        yield from (_Line(f"  {number}. {line}") for number, line in enumerate(together, 1))
        yield _Line(f"  {finding.clause.id}: {finding.agreement}", (_DIM,))


def _title(finding: FindingReport) -> str:
    member, promise, _ = finding.title  # the rest is visible in *received*
    return f"{finding.outcome} {member}{promise}".strip()


def _others(summary: Summary, room: int) -> Iterator[_Line]:
    """The other findings, one per line, as many as fit."""
    rest = summary.findings[1:]
    shown = rest if len(rest) <= max(room, _FEWEST) else rest[: max(room, _FEWEST) - 1]
    for number, finding in enumerate(shown, 2):
        advice = " (the published document allows this)" if finding.advice else ""
        # If the status shows what is wrong, *sent* is more informative.
        if finding.outcome and finding.received.startswith(finding.outcome):
            what = f"sent {finding.sent}"
        else:
            what = f"received {finding.received[:_RECEIVED]}, expected {finding.expected}"
        yield _Line(f"{number}. {finding.outcome} {finding.clause.id}{advice}  {what}", (_RED,))
    if len(shown) < len(rest):
        allowed = sum(bool(finding.advice) for finding in rest[len(shown) :])
        advice = f" ({allowed}: {ADVICE})" if allowed else ""
        yield _Line(f"  and {len(rest) - len(shown)} more findings: see the report{advice}", (_RED,))


def _remarks(summary: Summary) -> Iterator[_Line]:
    """What else a reader must know, one line for each subject."""
    for entry in summary.expired:
        yield _Line(f"! the known deviation {entry.name} has expired on {entry.expires}, owner {entry.owner}", (_RED,))
    for entry in summary.vanished[:_FEWEST]:
        yield _Line(f"the known deviation {entry.name} no longer occurs: remove it", (_YELLOW,))
    unknown = summary.in_state("unknown")
    for row in unknown[:_FEWEST]:
        yield _Line(f"? {row.clause.id}  unknown: {row.reason}", (_YELLOW,), rows=2)
    if len(unknown) > _FEWEST:
        yield _Line(f"  and {len(unknown) - _FEWEST} more unknown clauses: see the report", (_YELLOW,))
    for kind in _OF_THE_RUN:
        texts = [note.text for note in summary.notes if note.kind == kind]
        if kind == "cleanup":  # may contain commands
            yield from (_Line(f"cleanup: {text}", (_YELLOW,), rows=0) for text in texts[:_FEWEST])
        elif texts:
            more = f"{len(texts) - 1} more of this kind, and " if len(texts) > 1 else ""
            yield _Line(f"{kind}: {more}{texts[-1]}", (_YELLOW,), rows=2)
    if summary.outcome != "no verdict":  # without a verdict nothing else is proved
        yield from _lists(summary)


def _lists(summary: Summary) -> Iterator[_Line]:
    """Clauses and deviations by state, and notes: one line for each kind."""
    idle = summary.in_state("not exercised") if summary.requests else ()
    lists: tuple[tuple[str, str, list[str]], ...] = (
        ("known deviations", _YELLOW, [f"{f.known.name} ({f.count:,})" for f in summary.known if f.known]),
        ("not exercised", _YELLOW, [row.clause.id for row in idle]),
        ("kept in part", _YELLOW, [f"{row.clause.id} ({row.reason})" for row in summary.in_state("partial")]),
        ("worth knowing", _DIM, [finding.clause.id for finding in summary.advice]),
    )
    for name, colour, items in lists:
        if items:
            yield _Line(f"{name} ({len(items)}): {', '.join(items)}", (colour,))
    observed = [note for note in summary.notes if note.kind not in _OF_THE_RUN]
    if observed:
        yield _Line(f"notes ({len(observed)}): {'; '.join(note.text for note in observed)}", (_DIM,))


def _facts(summary: Summary) -> Iterator[_Line]:
    where, states = summary.environment, summary.states()
    if summary.outcome != "no verdict":
        yield _Line("clauses: " + ", ".join(f"{states[name]} {state(name)}" for name in STATES if states[name]))
    target = where.target if where.target == "mock" else f"{where.target} {where.base_url}"
    yield _Line(
        f"{numbers(summary.requests, 'request')} in {duration(where.seconds)} to {target},"
        f" profile {where.profile or 'unknown'}, seed {where.seed or 'unknown'}",
        (_DIM,),
        rows=2,
    )
    if summary.cleanup is not None:
        cleanup = summary.cleanup
        left = [f"{cleanup.kept_count:,} left on the service"] if cleanup.kept_count else []
        left += [f"{cleanup.may_be_left:,} may be left on the service"] if cleanup.may_be_left else []
        counts = [f"{cleanup.created:,} projects created", f"{cleanup.deleted:,} deleted", *left]
        yield _Line(", ".join(counts), (_YELLOW if left else _DIM,))


def _next(summary: Summary, width: int) -> Iterator[_Line]:
    """The command that repeats the first finding."""
    for command in summary.findings[0].commands[:1] if summary.findings else ():
        line = _Line(f"next: {command.text}", rows=0)
        yield (
            line
            if line.height(width) <= _COMMAND
            else _Line("next: the report has the commands to repeat each finding")
        )


def print_summary(summary: Summary, stream: IO[str], report: Path | None = None) -> None:
    """Write the annotations (in a workflow), the summary, and finally the path of the report."""
    text = terminal_summary(summary, colour=wants_colour(stream))
    annotations = github_annotations(summary)
    parts = [*([f"{annotations}\n"] if annotations else []), text, *([f"report: {report}\n"] if report else [])]
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write("".join(parts).encode(encoding, "replace").decode(encoding))
