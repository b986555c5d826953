"""The result of a comparison: for the terminal, in Markdown, as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contracts.drift.difference import shown
from contracts.drift.differences import compare
from contracts.drift.openapi import read_contract
from contracts.drift.sources import read_source
from contracts.openapi.document_text import DocumentError, shown_source
from contracts.verdict import ExitStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.document import Contract
    from contracts.drift.difference import Difference
    from contracts.drift.published import Published


@dataclass(frozen=True, slots=True)
class Result:
    """One source compared with the contract.

    ``problem`` says why it could not be read, empty if it was; ``published`` is its content.
    """

    source: str
    form: str = ""
    differences: tuple[Difference, ...] = ()
    problem: str = ""
    published: Published | None = None

    def sentence(self) -> str:
        """The outcome in one line."""
        if self.problem:
            return f"not compared: {self.problem}"
        if not self.differences:
            return f"{self.source} ({self.form}): the same as the contract"
        count = len(self.differences)
        return f"{self.source} ({self.form}): {count} difference{'' if count == 1 else 's'} from the contract"

    def to_json(self) -> dict[str, Any]:
        """A JSON object; ``outcome`` is same, differs or unread."""
        outcome = "unread" if self.problem else "differs" if self.differences else "same"
        return {
            "source": self.source,
            "form": self.form,
            "outcome": outcome,
            "problem": self.problem,
            "differences": [difference.to_json() for difference in self.differences],
        }


def compare_source(contract: Contract, source: str) -> Result:
    """Compare ``source`` with ``contract``; a source that cannot be read also gives a result."""
    try:
        published = read_source(source)
        differences = compare(read_contract(contract), published)
    except DocumentError as problem:
        return Result(shown(shown_source(source)), problem=shown(str(problem)))
    return Result(shown(published.source), shown(published.form), differences, published=published)


def exit_status(results: Sequence[Result]) -> ExitStatus:
    """1 if anything differs, else 3 if anything could not be read, else 0."""
    if any(result.differences for result in results):
        return ExitStatus.BROKEN
    return ExitStatus.NO_VERDICT if any(result.problem for result in results) else ExitStatus.KEPT


def to_terminal(contract: Contract, results: Sequence[Result]) -> str:
    """Plain text, one block for each difference."""
    lines = [f"contract: {shown(contract.source)}"]
    for result in results:
        lines += ["", result.sentence()]
        for difference in result.differences:
            impact = difference.impact
            lines += [
                "",
                f"  {difference.members} - {difference.aspect}",
                f"    contract   {difference.held}",
                f"    published  {difference.published}",
                f"    effect     {'; '.join(effect.value for effect in difference.effects)}",
                f"    client     {impact.client}",
                f"    service    {impact.service}",
            ]
    return "\n".join(lines) + "\n"


def to_markdown(contract: Contract, results: Sequence[Result]) -> str:
    """A section for each source, a table row for each difference."""
    lines = ["# Documentation drift", "", f"Contract: {_cell(shown(contract.source))}"]
    for result in results:
        lines += ["", f"## {_cell(result.source)}", "", f"{_cell(result.sentence())}."]
        if result.differences:
            lines += ["", "| Member | What | Contract | Published | Effect | Client | Service |", "|" + "---|" * 7]
        for difference in result.differences:
            cells = (
                ", ".join(f"`{member}`" for member in (difference.member, *difference.also)),
                difference.aspect,
                difference.held,
                difference.published,
                "; ".join(effect.value for effect in difference.effects),
                difference.impact.client,
                difference.impact.service,
            )
            lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Text of a source in a table cell: only the bar is escaped inside code spans; outside them no markup is left."""
    parts = text.replace("|", "\\|").split("`")
    return "`".join(part if index % 2 else part.replace("<", "&lt;") for index, part in enumerate(parts))


def to_json(contract: Contract, results: Sequence[Result]) -> str:
    """``{"contract", "status", "sources": [...]}``."""
    content = {
        "contract": contract.source,
        "status": int(exit_status(results)),
        "sources": [result.to_json() for result in results],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


FORMATS: Final = {
    "terminal": to_terminal,
    "markdown": to_markdown,
    "json": to_json,
}
