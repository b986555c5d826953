"""Determines whether a response is wrong because of how its request was sent, not because of the content."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.expectation import FRAMING, FRAMING_HEADERS
from strategies.encoding import without_header

if TYPE_CHECKING:
    from contracts.exchange import Case
    from contracts.findings import Finding
    from reports.history import HistoryWriter
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.triage.triage_requests import TriageRequests

#: The maximum number of findings with one clause and header whose requests are repeated without the header.
_TRIED: Final = 4


class FramingTriage:
    """Attributes changed values that are right without a framing header to ``service.framing``."""

    def __init__(self, requests: TriageRequests, history: HistoryWriter, names: UniqueNames) -> None:
        self._requests = requests
        self._history = history
        self._names = names
        self._results: dict[tuple[str, str], list[bool]] = {}

    def attribute(self, answer: Judged, finding: Finding) -> Finding:
        """The finding, reattributed if the same body gives no such finding without its framing header."""
        name = framing_header(answer.case)
        if not name or not finding.clause.endswith(".echo"):
            return finding
        results = self._results.setdefault((finding.clause, name), [])
        if len(results) < _TRIED:
            results.append(self._is_of_the_header(answer, finding, name))
            of_the_header = results[-1]
        else:
            of_the_header = all(results)
        if not of_the_header:
            return finding
        return self._reattribute(answer, finding, name)

    def _is_of_the_header(self, answer: Judged, finding: Finding, name: str) -> bool:
        """Whether the request gives the finding again with the header, and none without it."""
        plainly = self._requests.ask(self._names.renew(without_header(answer.case, name)))
        if plainly is None or plainly.project_id is None or plainly.shows(finding):
            return False
        again = self._requests.ask(self._names.renew(answer.case))
        if again is None or not again.shows(finding):
            return False
        for found in again.findings:
            if found.clause.endswith(".echo"):
                self._reattribute(again, found, name)
        return True

    def _reattribute(self, answer: Judged, finding: Finding, name: str) -> Finding:
        expected = f"as without {name}: {finding.expected}"
        reattributed = replace(finding, clause=FRAMING, expected=expected, where=name, kinds=())
        self._history.reattributed(answer.exchange, finding, reattributed)
        return reattributed


def framing_header(case: Case) -> str:
    """The framing header of a request; empty if it has none."""
    return next((name for name in FRAMING_HEADERS if case.header(name) is not None), "")
