"""Triage of refused keys: tells whether the service refuses the key, or a firewall refuses a body."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.exchange import VALID_AUTHORIZATION
from contracts.kinds.error_messages import message_without_values
from strategies.cases.baseline_cases import minimal_case
from strategies.encoding import without_header

if TYPE_CHECKING:
    from contracts.document import Contract
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.triage.triage_requests import TriageRequests

#: How often a body with which the right key was refused is repeated.
_REPEATED: Final = 2
#: The maximum number of refusals that are analysed before a body is known to cause them.
_LOOKED_INTO: Final = 6
#: The wrong key for comparison.
_WRONG: Final = ((), (("Authorization", "Bearer x"),))


class KeyTriage:
    """Distinguishes a firewall that inspects bodies from a service that refuses its key."""

    def __init__(self, requests: TriageRequests, contract: Contract, names: UniqueNames) -> None:
        self._requests = requests
        self._contract = contract
        self._names = names
        #: Whether the right key is refused because of the body.
        self.looks_into_bodies = False
        self._looked_into = 0
        self._of_wrong_keys: set[tuple[int, str]] | None = None

    def is_caused_by_body(self, answer: Judged) -> bool:
        """Whether one body is refused repeatedly with the right key, and in another way than with a wrong key."""
        if answer.case.header("Authorization") != VALID_AUTHORIZATION:
            return False
        if not self.looks_into_bodies and self._looked_into < _LOOKED_INTO:
            self._looked_into += 1
            if _told(answer) in self._refusals_of_wrong_keys():
                return False
            replies = [self._requests.ask(self._names.renew(answer.case)) for _ in range(_REPEATED)]
            if not all(reply is not None and reply.status == answer.status for reply in replies):
                return False
            minimal = self._requests.ask(minimal_case(self._contract, self._names))
            self.looks_into_bodies = minimal is not None and not minimal.is_refused
        return self.looks_into_bodies

    def _refusals_of_wrong_keys(self) -> set[tuple[int, str]]:
        if self._of_wrong_keys is None:
            minimal = minimal_case(self._contract, self._names)
            kept = without_header(minimal, "Authorization").headers
            replies = [self._requests.ask(replace(minimal, headers=(*wrong, *kept))) for wrong in _WRONG]
            self._of_wrong_keys = {_told(reply) for reply in replies if reply is not None}
        return self._of_wrong_keys


def _told(answer: Judged) -> tuple[int, str]:
    """The status and the message of a refusal."""
    response = answer.exchange.response
    said = message_without_values(response, answer.judgement.expectation.body) if response is not None else ""
    return answer.status, said
