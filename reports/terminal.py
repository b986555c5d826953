"""The summary on the terminal: it fits a screen, and obeys ``NO_COLOR``."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from contracts.published_document import ADVICE
from reports.summary import STATES, Cleanup, Summary
from reports.wording import duration, milliseconds, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reports.evidence import FindingReport

#: Findings shown in full, lines of all, and the fewest lines of a list.
_FINDINGS: Final = 3
_SCREEN: Final = 40
_FEWEST: Final = 2
_INDENT: Final = " " * 8
_RED, _GREEN, _YELLOW, _BOLD, _DIM = "31", "32", "33", "1", "2"


def terminal_summary(summary: Summary, *, width: int = 0, colour: bool = False) -> str:
    """The outcome, the verdict last, in lines of at most ``width`` characters (0: as wide as the terminal), each ended.

    Lines to copy are whole, however long they are.
    """
    width = width or max(60, min(shutil.get_terminal_size((100, 24)).columns, 140))
    lines = [*_body(summary), *_facts(summary), *_verdict(summary)]
    if summary.outcome == "no verdict":
        lines = [*_no_verdict(summary), *_verdict(summary)]
    return "".join(f"{row}\n" for line in lines for row in line.fitted(width, colour=colour))


def wants_colour(stream: IO[str], environment: Mapping[str, str] = os.environ) -> bool:
    """Whether ``stream`` is a terminal and nobody objects (no-color.org)."""
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    return bool(environment.get("FORCE_COLOR")) or stream.isatty()


def github_annotations(summary: Summary, environment: Mapping[str, str] = os.environ) -> str:
    """Workflow commands that show each finding beside a pull request; empty outside GitHub Actions."""
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
    """One line in one colour, on at most ``rows`` rows: cut first, coloured after, so that no sequence is cut.

    A line with no rows is to be copied: it is never cut.
    """

    text: str
    codes: tuple[str, ...] = ()
    rows: int = 1

    def fitted(self, width: int, *, colour: bool) -> Iterator[str]:
        """The rows, each at most ``width`` characters; the rest of a longer text is left out."""
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
    if summary.outcome == "no verdict":
        yield _Line("It says nothing about the contract: remove the cause and run it again.", rows=2)


def _no_verdict(summary: Summary) -> Iterator[_Line]:
    """Why checks failed themselves, and what is left on the service: the rest of such a run proves nothing."""
    for row in summary.in_state("unknown"):
        yield _Line(f"? {row.clause.id}  unknown: {row.reason}", (_YELLOW,), rows=2)
    yield from (_Line(f"i {note.text}", rows=0) for note in summary.notes if note.kind == "cleanup")
    if summary.cleanup is not None and (summary.cleanup.kept_count or summary.cleanup.may_be_left):
        yield from _cleanup(summary.cleanup)


def _facts(summary: Summary) -> Iterator[_Line]:
    yield _Line("")
    where = summary.environment
    yield _Line(
        f"{numbers(summary.requests, 'request')} in {duration(where.seconds)} to {where.target} {where.base_url}"
        f" · profile {where.profile or '?'} · seed {where.seed or '?'}",
        (_DIM,),
        rows=2,
    )
    states = summary.states()
    yield _Line("clauses " + " · ".join(f"{states[state]} {state}" for state in STATES if states[state]), rows=2)
    answers = " · ".join(f"{status}: {count:,}" for status, count in summary.statuses)
    slowest = " · ".join(f"{row.kind} {milliseconds(row.p50)}/{milliseconds(row.p99)}" for row in summary.latencies[:2])
    yield _Line(f"answers {answers or 'none'}", (_DIM,), rows=2)
    if slowest:
        yield _Line(f"median/p99 {slowest}", (_DIM,))


def _body(summary: Summary) -> Iterator[_Line]:
    for finding in summary.findings[:_FINDINGS]:
        yield _Line("")
        yield _Line(f"✗ {finding.clause.id}  {finding.clause.promise}", (_BOLD, _RED), rows=2)
        if finding.likely:
            yield _Line(f"  {finding.likely}", (_YELLOW,), rows=3)
        if finding.advice:
            yield _Line(f"  {finding.advice}", (_YELLOW,), rows=2)
        if len(finding.clauses) > 1:
            yield _Line(f"  also breaks {', '.join(finding.clauses[1:])}", rows=2)
        yield _Line(f"  sent      {finding.sent}", rows=2)
        yield _Line(f"  expected  {finding.expected}", rows=2)
        yield _Line(f"  received  {finding.received}", rows=2)
        together = finding.evidence.together if finding.evidence else ()
        yield from (_Line(f"  {number}. {line}", rows=2) for number, line in enumerate(together, 1))
        yield _Line(f"  {finding.agreement} · {finding.id}", (_DIM,), rows=2)
        again = (command.text for command in finding.commands if command.text.startswith("contract replay"))
        yield from (_Line(f"  {text}", rows=0) for text in again)
    lists = [(name, colour, lines) for name, colour, lines in _lists(summary) if lines]
    used = 8 + 7 * min(len(summary.findings), _FINDINGS)
    room = max(_FEWEST, (_SCREEN - used) // max(1, len(lists)))
    if lists:
        yield _Line("")
    for name, colour, lines in lists:
        shown = lines if len(lines) <= room else lines[: room - 1]
        yield from (_Line(line, (colour,)) for line in shown)
        if len(shown) < len(lines):
            yield _Line(f"  and {len(lines) - len(shown)} more {name}: see the report", (colour,))
    if summary.cleanup is not None:
        yield from _cleanup(summary.cleanup)


def _cleanup(cleanup: Cleanup) -> Iterator[_Line]:
    left, doubtful = cleanup.kept_count, cleanup.may_be_left
    text = f"created {cleanup.created:,} projects, deleted {cleanup.deleted:,}"
    text += f", {left:,} left behind" if left else ""
    text += f", {doubtful:,} may be left" if doubtful else ""
    yield _Line(text, (_YELLOW if left or doubtful else _DIM,))


def _lists(summary: Summary) -> Iterator[tuple[str, str, list[str]]]:
    """What takes one line each: a name, a colour, and the lines."""
    rest = summary.findings[_FINDINGS:]
    for name, disputed in (("findings", False), ("findings that a published document allows", True)):
        shown = [finding for finding in rest if bool(finding.advice) is disputed]
        lead = f"{ADVICE}; " if disputed else ""
        yield (
            name,
            _RED,
            [f"✗ {f.clause.id}  {lead}sent {f.sent}; expected {f.expected}; received {f.received}" for f in shown],
        )
    yield "expired", _RED, [f"! {e.name}  was accepted until {e.expires}, owner {e.owner}" for e in summary.expired]
    yield "unknown", _YELLOW, [f"? {row.clause.id}  unknown: {row.reason}" for row in summary.in_state("unknown")]
    idle = summary.in_state("not exercised") if summary.requests else ()
    yield "not exercised", _DIM, [f"- {row.clause.id}  not exercised {row.reason}".rstrip() for row in idle]
    partial = summary.in_state("partial")
    yield "exercised in part", _DIM, [f"- {row.clause.id}  in part: {row.reason}" for row in partial]
    yield "known", _YELLOW, [f"~ {f.clause.id}  known: {f.known.name}, {f.agreement}" for f in summary.known if f.known]
    yield (
        "advice",
        _DIM,
        [f"i {f.clause.id}, expected {f.expected}; received {f.received} ({f.count:,} times)" for f in summary.advice],
    )
    yield "vanished", _DIM, [f"i {e.name}  this known deviation occurs no more: remove it" for e in summary.vanished]
    yield "notes", _DIM, [f"i {note.kind}: {note.text}" for note in summary.notes]


def print_summary(summary: Summary, stream: IO[str], report: Path | None = None) -> None:
    """Write the annotations of a workflow where it runs in one, the summary, and last where the report lies."""
    text = terminal_summary(summary, colour=wants_colour(stream))
    annotations = github_annotations(summary)
    parts = [*([f"{annotations}\n"] if annotations else []), text, *([f"report: {report}\n"] if report else [])]
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write("".join(parts).encode(encoding, "replace").decode(encoding))
