"""Determines whether a response is wrong because of how its request was sent, not because of the content."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.expectation import FRAMING, FRAMING_HEADERS

if TYPE_CHECKING:
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
        name = next((name for name in FRAMING_HEADERS if answer.case.header(name) is not None), "")
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
        kept = tuple(pair for pair in answer.case.headers if pair[0].lower() != name.lower())
        plainly = self._requests.ask(self._names.renew(replace(answer.case, headers=kept)))
        if plainly is None or plainly.project_id is None or _shows(plainly, finding):
            return False
        again = self._requests.ask(self._names.renew(answer.case))
        if again is None or not _shows(again, finding):
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


def _shows(reply: Judged, finding: Finding) -> bool:
    return any(found.key == finding.key for found in reply.findings)
