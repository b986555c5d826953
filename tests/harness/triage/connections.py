"""Determines whether a response is wrong because of its own request or of an earlier one on its connection."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from strategies.cases.baseline_cases import minimal_case

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.exchange import Case
    from contracts.findings import Finding
    from reports.history import HistoryWriter
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.triage.triage_requests import TriageRequests

CONNECTIONS: Final = "service.connections"
#: The maximum number of findings with one clause, cause and kinds that are repeated on a new connection.
_TRIED: Final = 6
#: The kind of wrong credentials that are accepted because of the body.
OF_THE_BODY: Final = "with members beside the required ones"


class ConnectionTriage:
    """Attributes findings that occur only on a reused connection to ``service.connections``."""

    def __init__(
        self, requests: TriageRequests, contract: Contract, history: HistoryWriter, names: UniqueNames
    ) -> None:
        self._requests = requests
        self._contract = contract
        self._history = history
        self._names = names
        self._known: dict[tuple[str, str, tuple[str, ...]], bool] = {}
        self._of_the_body: dict[tuple[str, ...], bool] = {}

    def depends_on_connection(self, answer: Judged, finding: Finding, first: Case | None = None) -> bool:
        """Whether a request passes on a new connection, but not after another one.

        Args:
            answer: The exchange with the finding.
            finding: The finding.
            first: The request before it; None for the previous request on its own connection.
        """
        first = first or answer.before
        key = (*finding.key, finding.kinds)
        if answer.before is None or first is None or not first.creates:
            return False
        if key not in self._known and len(self._known) >= _TRIED:
            return all(self._known.values())
        if key not in self._known:
            alone = self._ask_on_new_connection(answer.case)
            well = alone is not None and not alone.shows(finding)
            after = self._ask_on_new_connection(first, answer.case) if well else None
            self._known[key] = after is not None and after.shows(finding)
        return self._known[key]

    def attribute_credentials(self, answer: Judged, finding: Finding) -> Finding:
        """Determine why wrong credentials are accepted: the connection, the body, or in general."""
        # Any earlier request may have supplied the key.
        if self.depends_on_connection(answer, finding, minimal_case(self._contract, self._names)):
            expected = f"as on a new connection: {finding.expected}"
            reattributed = replace(finding, clause=CONNECTIONS, expected=expected, kinds=())
        elif self._depends_on_body(answer, finding):
            reattributed = replace(finding, kinds=(OF_THE_BODY,))
        else:
            return finding
        self._history.reattributed(answer.exchange, finding, reattributed)
        return reattributed

    def attribute_triage_requests(self) -> None:
        """Attribute the further requests that were accepted without the key."""
        while self._requests.accepted:
            self.attribute_credentials(*self._requests.accepted.pop())

    def _depends_on_body(self, answer: Judged, finding: Finding) -> bool:
        if finding.kinds not in self._of_the_body and len(self._of_the_body) < _TRIED:
            minimal = minimal_case(self._contract, self._names)
            reply = self._requests.ask(answer.case.with_body(minimal.body or b""))
            self._of_the_body[finding.kinds] = reply is not None and not reply.shows(finding)
        return self._of_the_body.get(finding.kinds, any(self._of_the_body.values()))

    def _ask_on_new_connection(self, *cases: Case) -> Judged | None:
        """The response to the last of the cases, sent in order on a connection of their own."""
        self._requests.reconnect()
        reply = None
        for case in cases:
            reply = self._requests.ask(self._names.renew(case))
        return reply
