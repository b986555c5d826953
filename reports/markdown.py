"""The summary as Markdown for a pull request or a job summary, always below 60 KB."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reports.summary import STATES, Summary
from reports.visible import inert
from reports.wording import basis, duration, instant, kind, milliseconds, numbers, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.evidence import FindingReport
    from reports.run_comparison import Comparison

#: GitHub accepts 65,536 characters in a comment.
LIMIT: Final = 60_000
_LONGEST: Final = 600
_SIGNS: Final = {"kept": "✅", "broken": "❌", "no verdict": "⚠️"}


def markdown(summary: Summary, comparison: Comparison | None = None) -> str:
    """The report as GitHub-flavoured Markdown. Foreign texts are in code spans, where they have no effect."""
    sections = [
        _head(summary),
        *_findings(summary),
        _list("Expired deviations", [f"{code(e.name)}: accepted until {e.expires}" for e in summary.expired]),
        _list("Known deviations", [_line(f) + f" (`{f.known.name}`)" for f in summary.known if f.known]),
        _list("Deviations that no longer occur", [code(e.name) for e in summary.vanished]),
        _list("Worth knowing", [_line(finding) for finding in summary.advice]),
        _list("Notes", [f"{code(note.kind)} {code(note.text)}" for note in summary.notes]),
        _comparison(comparison),
        _list("Unknown", [f"{code(row.clause.id)} {code(row.reason)}" for row in summary.in_state("unknown")]),
        _list("Not exercised", [code(row.clause.id) for row in summary.in_state("not exercised")]),
        _list("Kept in part", [f"{code(row.clause.id)} {code(row.reason)}" for row in summary.in_state("partial")]),
        _clauses(summary),
        _numbers(summary),
        _environment(summary),
    ]
    return _bounded([section for section in sections if section])


def code(text: str, limit: int = _LONGEST) -> str:
    """``text`` as a code span that no backtick in it can end."""
    shown = text if len(text) <= limit else f"{text[: limit - 1]}…"
    if not shown.strip():
        return "(empty)"
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    padding = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def cell(text: str) -> str:
    """A code span in a table, where a bar would end the cell."""
    return code(text).replace("|", "\\|")


def _bounded(sections: list[str]) -> str:
    kept: list[str] = []
    size = 0
    for number, section in enumerate(sections):
        size += len(section.encode("utf-8", "replace")) + 2
        if size > LIMIT - 200:
            kept.append(f"*{len(sections) - number} more sections are in index.html.*")
            break
        kept.append(section)
    return "\n\n".join(kept) + "\n"


def _head(summary: Summary) -> str:
    where, states = summary.environment, summary.states()
    causes = "".join(
        f"- {_escaped(cause.sentence)} (findings {', '.join(str(number) for number, _ in cause.explained)})\n"
        for cause in summary.shared_causes
    )
    likely = f"**Most likely causes**\n\n{causes}\n" if causes else ""
    return (
        f"## {_SIGNS[summary.outcome]} {_escaped(summary.sentence)}\n\n"
        f"{_escaped(summary.release)}\n\n"
        f"Clauses: {', '.join(f'{states[name]} {state(name)}' for name in STATES if states[name])}. "
        f"{numbers(summary.requests, 'request')} in {duration(where.seconds)} to {code(where.target)}"
        f" {code(where.base_url)}, {instant(where.started)}, profile {code(where.profile)}, seed {code(where.seed)}."
        f"{_cleanup(summary)}\n\n{likely}{_index(summary)}"
    ).rstrip()


def _cleanup(summary: Summary) -> str:
    if summary.cleanup is None:
        return ""
    left = summary.cleanup.kept_count + summary.cleanup.may_be_left
    return f" {numbers(summary.cleanup.created, 'project')} created, {left:,} left on the service or in doubt."


def _index(summary: Summary) -> str:
    """One line for each finding, if there are several."""
    if len(summary.findings) < 2:
        return ""
    lead = "Promises that the service breaks, the most severe first, and what it does instead:\n\n"
    return lead + "".join(
        f"{number}. {_title(finding)} Instead: {_escaped(finding.instead)}\n"
        for number, finding in enumerate(summary.findings, 1)
    )


def _title(finding: FindingReport) -> str:
    member, promise, which = finding.title
    what = f"{code(member) if member else ''}{_escaped(promise)}{f' ({_escaped(which)})' if which else ''}"
    return f"{code(finding.outcome)} {what}" if finding.outcome else what


def _escaped(text: str) -> str:
    # Also a colon before // and the dot of www., because GitHub links bare addresses.
    return re.sub(r"([\\`*_{}\[\]<>#|&~!@]|:(?=//)|(?<=www)\.)", r"\\\1", text, flags=re.IGNORECASE)


def _findings(summary: Summary) -> Iterator[str]:
    allowed = False
    for number, finding in enumerate(summary.findings, 1):
        if finding.advice and not allowed:
            allowed = True
            yield "### The page or the service? A published document allows the following"
        yield _finding(number, finding)


def _finding(number: int, finding: FindingReport) -> str:
    case_sets = ", ".join(f"{name} ({count:,})" for name, count in finding.case_sets)
    intent = finding.evidence.exchange.case.intent if finding.evidence else ""
    purpose = f"| sent to test | {cell(inert(intent))} |\n" if intent else ""
    blocks = "\n\n".join(f"{command.label}:\n\n{_fenced(command.text)}" for command in finding.commands)
    together = finding.evidence.together if finding.evidence else ()
    requests = "".join(f"| request {number} | {cell(line)} |\n" for number, line in enumerate(together, 1))
    also = f"| also breaks | {', '.join(map(cell, finding.clauses[1:]))} |\n" if len(finding.clauses) > 1 else ""
    remarks = "".join(f"{_escaped(text)}\n\n" for text in (finding.likely, finding.advice) if text)
    lead, quote = basis(finding.clause)
    content = (
        f"{remarks}"
        f"| | |\n|---|---|\n"
        f"| sent | {cell(finding.sent)} |\n"
        f"| expected | {cell(finding.expected)} |\n"
        f"| received | {cell(finding.received)} |\n"
        f"{requests}"
        f"| why | {_escaped(lead)}{f' {cell(quote)}' if quote else ''} |\n"
        f"{also}{purpose}"
        f"| seen | {finding.agreement}{f'; {cell(case_sets)}' if case_sets else ''};"
        f" first {instant(finding.first_seen)} |\n\n"
        f"<details><summary>Repeat it</summary>\n\n{blocks}\n\n</details>"
    )
    if number > 1:
        content = f"<details><summary>Sent, expected, received</summary>\n\n{content}\n\n</details>"
    return f"### {number}. {code(finding.clause.id)}\n\n{_title(finding)}\n\n{content}"


def _fenced(text: str) -> str:
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    shown = text if len(text) <= 3_000 else "the command is long: see index.html"  # short enough to read
    return f"{fence}sh\n{shown}\n{fence}"


def _line(finding: FindingReport) -> str:
    return (
        f"{code(finding.clause.id)}: expected {code(finding.expected, 120)},"
        f" received {code(finding.received, 120)}; {finding.agreement}"
    )


def _list(title: str, lines: list[str], limit: int = 40) -> str:
    if not lines:
        return ""
    rest = [f"and {len(lines) - limit} more"] if len(lines) > limit else []
    return f"### {title} ({len(lines)})\n\n" + "\n".join(f"- {line}" for line in [*lines[:limit], *rest])


def _comparison(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    lines = [f"{title}: {', '.join(code(name) for name in names)}" for title, names in comparison.groups() if names]
    text = "\n".join(f"- {line}" for line in lines) or "Nothing changed."
    return f"### Since {code(comparison.before)}\n\n{text}"


def _numbers(summary: Summary) -> str:
    responses = ", ".join(f"{status}: {count:,}" for status, count in summary.statuses)
    rows = "\n".join(
        f"| {kind(row.kind)} | {row.count:,} |"
        f" {' | '.join(milliseconds(seconds) for seconds in (row.p50, row.p90, row.p99, row.longest))} |"
        for row in summary.latencies
    )
    return (
        f"### Responses\n\n{responses or 'none'}\n\n"
        f"| kind | requests | median | 90 % | 99 % | longest |\n|---|--:|--:|--:|--:|--:|\n{rows}"
    )


def _clauses(summary: Summary) -> str:
    rows = "\n".join(
        f"| {state(row.state)} | {cell(row.clause.id)} | {row.clause.level.value}"
        f" | {row.positive:,} | {row.negative:,} | {row.broken:,} |"
        for name in STATES
        for row in summary.in_state(name)
    )
    return (
        "<details><summary>All clauses</summary>\n\n"
        "| state | clause | level | valid cases | invalid cases | broken |\n|---|---|---|--:|--:|--:|\n"
        f"{rows}\n\n</details>"
    )


def _environment(summary: Summary) -> str:
    return "<details><summary>Environment</summary>\n\n" + "\n".join(_facts(summary)) + "\n\n</details>"


def _facts(summary: Summary) -> Iterator[str]:
    where = summary.environment
    dirty = " with local changes" if where.dirty else ""
    yield f"- run {code(', '.join(where.ids))}, commit {code(where.commit)}{dirty}"
    yield f"- versions {code(', '.join(f'{name} {version}' for name, version in where.versions))}"
    yield f"- options {code(', '.join(f'{name}={value}' for name, value in where.options))}"
    yield from (f"- {code(command)}" for command in where.commands)
