"""Triage of refusals because of the form, the size or the moment of a body, not its content."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from contracts.findings import REFUSED
from contracts.kinds.bodies import message_of
from strategies.cases.baseline_cases import minimal_case
from strategies.encoding import encode
from tests.harness.triage.connections import CONNECTIONS
from tests.harness.triage.named_fields import named_fields

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.exchange import Case
    from contracts.findings import Finding
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.triage.connections import ConnectionTriage
    from tests.harness.triage.triage_requests import TriageRequests

#: The maximum number of bodies that are padded with white space, to test whether their size is refused.
_PADDED: Final = 6
#: The size in bytes from which some services refuse bodies.
_LARGE: Final = 1_000
#: The clause of bodies that are refused for their size.
TOO_LARGE: Final = "response.201.status"
#: How often a request that passes when repeated is sent alone, to test whether it fails randomly.
_ALONE: Final = 16


class FormTriage:
    """Determines whether a body with the same content in another form, or at another time, is accepted."""

    def __init__(
        self, requests: TriageRequests, connection_triage: ConnectionTriage, contract: Contract, names: UniqueNames
    ) -> None:
        self._requests = requests
        self._connection_triage = connection_triage
        self._contract = contract
        self._names = names
        #: The clause of refusals that pass when repeated; None before the first one.
        self.passing: str | None = None
        #: The smallest size in bytes of bodies that were refused for it, by the status.
        self._too_large: dict[int, int] = {}
        self._padded = 0
        #: The result for the form of bodies, by the message of the refusal.
        self._forms: dict[tuple[str, ...], str] = {}

    def known(self, case: Case, refusal: Finding, body: object) -> str:
        """The clause that was found before for refusals with this message of bodies in an unusual form."""
        is_plain = not isinstance(body, dict) or case.body == self._plainly(body)
        return "" if is_plain else self._forms.get(message_of(refusal.kinds), "")

    def is_unusual(self, case: Case, body: dict[str, object]) -> bool:
        """Whether a body may be refused for its form or size."""
        return case.body != self._plainly(body) or _is_large(case)

    def blame(self, answer: Judged, refusal: Finding, body: dict[str, object]) -> str:
        """The clause of a refusal that does not depend on the content: time, concurrency or form."""
        if moment := self.of_the_moment(answer, refusal):
            return moment
        plainly = self._plainly(body)
        if plainly == answer.case.body:
            return ""
        reply = self._requests.ask(self._names.renew(answer.case.with_body(plainly)))
        if reply is None or not (reply.is_refused or reply.is_created):
            return ""
        if reply.is_refused:  # the plain body may have a reason of its own
            said = {message_of(found.kinds) for found in reply.findings if found.cause == REFUSED}
            if named_fields(answer) or message_of(refusal.kinds) in said:
                return ""
        elif _is_large(answer.case):  # the other form is smaller
            size = len(answer.case.body or b"")
            padded = self._requests.ask(self._names.renew(answer.case.with_body(_padded(plainly, size - len(plainly)))))
            if padded is not None and padded.is_refused:
                return TOO_LARGE
        self._forms[message_of(refusal.kinds)] = "request.body.json"
        return "request.body.json"

    def of_the_moment(self, answer: Judged, refusal: Finding) -> str:
        """The clause if the same request is accepted at another time; empty if it is refused again or unknown."""
        again = self._requests.ask(self._names.renew(answer.case))
        if again is None or not again.is_created:  # the second attempt of a request may be refused for the first
            return ""
        if self._connection_triage.depends_on_connection(answer, refusal):
            return CONNECTIONS
        if self.passing is None:
            alone = [self._requests.ask(self._names.renew(answer.case)) for _ in range(_ALONE)]
            at_times = any(reply is not None and reply.is_refused for reply in alone)
            if None in alone and not at_times:
                return ""
            self.passing = "response.201.status" if at_times else "state.overlap"
        return self.passing

    def is_too_large(self, answer: Judged, refusal: Finding) -> bool:
        """Whether the simplest request is refused, too, if white space makes it as large, and only then.

        The messages may differ, such as those of a parser that sees a part of the body, unless they name a field.
        """
        case, status = answer.case, answer.status
        size, names_none = len(case.body or b""), not named_fields(answer)
        is_known = names_none and size >= self._too_large.get(status, math.inf)
        if _is_large(case) and not is_known and not self._requests.are_spent and self._padded < _PADDED:
            self._padded += 1
            simplest = minimal_case(self._contract, self._names)
            reply = self._requests.ask(case.with_body(_padded(simplest.body or b"{}", size)))
            if reply is None or not reply.is_refused or reply.status != status:
                return False
            small = self._requests.ask(self._names.renew(simplest))
            if small is None or small.is_refused:  # for what it lacks
                return False
            said = {message_of(found.kinds) for found in reply.findings if found.cause == REFUSED}
            if names_none or said == {message_of(refusal.kinds)}:
                self._too_large[status] = min(size, self._too_large.get(status, size))
                return True
        return is_known

    def _plainly(self, body: dict[str, object]) -> bytes:
        """The body as most clients write it: compact, members in the order of the page."""
        order = [field.path for field in self._contract.fields]
        return encode({name: body[name] for name in sorted(body, key=order.index)})


def _padded(body: bytes, size: int) -> bytes:
    """A JSON object with white space of this size in it."""
    return body.replace(b"{", b"{" + b" " * size, 1)


def _is_large(case: Case) -> bool:
    return len(case.body or b"") >= _LARGE
