"""Entries for ``contracts/deviations.toml``, proposed from the findings of a run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from reports.evidence import FindingReport


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepts a deviation, why, where it is tracked, and until when."""

    reason: str
    link: str
    owner: str
    expires: dt.date


def proposed(findings: Sequence[FindingReport], acceptance: Acceptance) -> str:
    """TOML text with one entry per finding, to be reviewed and narrowed before it is accepted."""
    names: list[str] = []
    entries = []
    for finding in findings:
        name = _name(finding, names)
        names.append(name)
        entries.append(_entry(finding, name, acceptance))
    return "\n".join(entries)


def _name(finding: FindingReport, taken: list[str]) -> str:
    name = re.sub(r"[^A-Za-z0-9]+", "-", finding.id).strip("-").lower()
    count = sum(other == name or re.fullmatch(rf"{name}-\d+", other) is not None for other in taken)
    return f"{name}-{count + 1}" if count else name


def _entry(finding: FindingReport, name: str, acceptance: Acceptance) -> str:
    lines = [
        f"# {finding.agreement}",
        f"# smallest case: {finding.sent}",
        f"# received: {finding.received}",
        "[[deviation]]",
        f"name = {_quoted(name)}",
        f"clause = {_quoted(finding.clause.id)}",
        *([f"also = {_list(finding.clauses[1:])}"] if len(finding.clauses) > 1 else []),
        f"cases = {_quoted(f'{finding.clause.promise} Expected {finding.expected}.')}",
        f"cause = {_quoted(finding.cause) if len(finding.causes) == 1 else _list(finding.causes)}",
        *([f"kinds = {_list(finding.kinds)}"] if finding.kinds else []),
    ]
    # A place with an escape is only shown: as a condition it would match nothing.
    if finding.where and finding.one_place and len(finding.clauses) == 1 and "\\" not in finding.where:
        lines.append(f"where = {_quoted(finding.where)}")
    lines += [
        "# sent = '...'  # to narrow it: a regular expression found in the bodies that this entry covers",
        f"reason = {_quoted(acceptance.reason)}",
        f"link = {_quoted(acceptance.link)}",
        f"owner = {_quoted(acceptance.owner)}",
        f"expires = {acceptance.expires.isoformat()}",
        "",
    ]
    return "\n".join(lines)


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    """A basic string of TOML, which has all escapes of JSON."""
    return json.dumps(text, ensure_ascii=False)
