"""Triage of server errors: which field of a body causes them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.history_records import NotToBlameRecord
from contracts.kinds.bodies import kinds_of_failing
from strategies.cases.baseline_cases import minimal_case
from strategies.encoding import encode, without_header
from strategies.shrinking import without
from strategies.surrounding_fields import ordinary
from tests.harness.triage.framing import framing_header

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.findings import Finding
    from reports.history import HistoryWriter
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.triage.triage_requests import TriageRequests

#: The maximum number of failing requests, with different members, that are analysed.
_FAILURES: Final = 14
#: Ordinary values of a field that count as harmless before any value was accepted.
_ORDINARY: Final = 12
#: The maximum number of accepted values of a field that are remembered, and their maximum length.
_REMEMBERED: Final = 5_000
_LONGEST: Final = 200


class FailureTriage:
    """Attributes server errors without a specific message to the field that causes them."""

    def __init__(
        self, requests: TriageRequests, contract: Contract, history: HistoryWriter, names: UniqueNames
    ) -> None:
        self._requests = requests
        self._contract = contract
        self._history = history
        self._names = names
        self._fields = {field.path for field in contract.fields}
        self._taken_apart = 0
        self._failing: dict[str, Finding] = {}
        self._to_blame: dict[str, bool] = {}
        self._by_chance = False
        #: Framing headers, and whether they cause failures.
        self._framing: dict[str, bool] = {}
        #: Values of fields, as JSON, that were accepted in some body and cause no failure.
        self._harmless: dict[str, set[str]] = {field.path: set() for field in contract.fields}
        #: The same, of values that are taken for harmless before any is accepted.
        self._ordinary = {
            field.path: {_canonical(ordinary(field, number)) for number in range(_ORDINARY)}
            for field in contract.fields
        }

    def learn(self, answer: Judged) -> None:
        """Remember the values that were accepted."""
        body = answer.judgement.expectation.body
        if answer.status != 201 or not isinstance(body, dict):
            return
        for name in body.keys() & self._fields:
            value, known = _canonical(body[name]), self._harmless[name]
            if len(value) <= _LONGEST and len(known) < _REMEMBERED:
                known.add(value)

    def attribute(self, answer: Judged, finding: Finding) -> Finding:
        """Find the field that causes a server error, by removing members of the body as long as it fails.

        Further failures with this field are attributed to it, unless its value was accepted elsewhere.
        """
        if self._is_of_the_way(answer):
            return self._attributed(answer, finding)
        status, at, place = finding.cause.partition(" at ")
        if at:
            if finding.cause not in self._to_blame:
                self._to_blame[finding.cause] = self._is_to_blame(answer, place)
                if not self._to_blame[finding.cause]:
                    self._history.record(NotToBlameRecord(*finding.key, status))
            if self._to_blame[finding.cause]:
                return finding
        body = answer.judgement.expectation.body
        self._doubt_ordinary(body)
        if not isinstance(body, dict) or not status.isdigit() or self._by_chance:
            return replace(finding, cause=status) if at else finding
        suspects = [found.where.split("/")[1] for found in self._suspects(body)]
        if all(self._contract.field(name).required for name in suspects) and self._taken_apart < _FAILURES:
            self._taken_apart += 1
            self._find_culprit(answer, body)
        self.attribute_triage_requests()
        reattributed = self._attributed(answer, finding)
        return replace(finding, cause=status) if at and reattributed is finding else reattributed

    def attribute_reuse(self, answer: Judged, finding: Finding) -> Finding:
        """Attribute a failure at a used externalId to another field that is known to cause failures, if it has one."""
        suspects = self._suspects(answer.judgement.expectation.body)
        if not finding.cause.isdigit() or not suspects:
            return finding
        reattributed = replace(suspects[0], received=finding.received)
        self._history.reattributed(answer.exchange, finding, reattributed)
        return reattributed

    def attribute_triage_requests(self) -> None:
        """Attribute the failures among the further requests to the fields that are known to cause them."""
        for reply, finding in self._requests.failed:
            self._attributed(reply, finding)
        self._requests.failed.clear()

    def _is_of_the_way(self, answer: Judged) -> bool:
        """Whether the same body fails again with the framing header, and not without it."""
        name = framing_header(answer.case)
        if name and name not in self._framing:
            again = self._requests.ask(self._names.renew(answer.case))
            plainly = self._requests.ask(self._names.renew(without_header(answer.case, name)))
            fails = again is None or again.status == answer.status
            self._framing[name] = fails and plainly is not None and plainly.status != answer.status
        return self._framing.get(name, False)

    def _doubt_ordinary(self, body: object) -> None:
        """Take the value of the only field of a body that fails for harmless no longer, unless it was accepted."""
        if isinstance(body, dict) and len(body) == 1:
            ((name, value),) = body.items()
            self._ordinary.get(name, set()).discard(_canonical(value))

    def _attributed(self, answer: Judged, finding: Finding) -> Finding:
        name = framing_header(answer.case)
        if self._framing.get(name):
            reattributed = replace(finding, cause=f"{answer.status} at {name}", where=name)
            self._history.reattributed(answer.exchange, finding, reattributed)
            return reattributed
        body = answer.judgement.expectation.body
        known = self._suspects(body)
        is_open = finding.cause.isdigit() or self._to_blame.get(finding.cause) is False
        if not known or not is_open:
            return finding
        # A field that every body has is blamed only if no other one is known.
        blamed = min(known, key=lambda found: self._contract.field(found.where.split("/")[1]).required)
        kinds = kinds_of_failing(answer.case, body, blamed.where.split("/")[1])
        reattributed = replace(finding, cause=blamed.cause, where=blamed.where, kinds=kinds)
        self._history.reattributed(answer.exchange, finding, reattributed)
        return reattributed

    def _suspects(self, body: object) -> list[Finding]:
        """The known failing fields in a body, without those with a harmless value."""
        if not isinstance(body, dict):
            return []
        return [
            found
            for name, found in self._failing.items()
            if name in body and _canonical(body[name]) not in self._harmless[name] | self._ordinary[name]
        ]

    def _is_to_blame(self, answer: Judged, place: str) -> bool:
        """Whether a request fails again unchanged, and passes with an ordinary value of the suspected field."""
        again = self._requests.ask(self._names.renew(answer.case))
        if again is not None and again.status != answer.status:
            return False
        body, name = answer.judgement.expectation.body, place.removeprefix("/")
        case = minimal_case(self._contract, self._names)
        if name in self._fields:  # other mistakes of the request are kept
            case = answer.case.with_body(case.body or b"")
        if isinstance(body, dict) and name in self._fields and body.keys() - {name}:
            field = self._contract.field(name)
            plain = answer.case.with_body(encode({**body, name: ordinary(field)}))
            is_added = field.required or name not in body
            case = self._names.renew(plain) if is_added else without(answer.case, name, self._names)
        ordinarily = self._requests.ask(case)
        return ordinarily is None or ordinarily.status != answer.status

    def _find_culprit(self, answer: Judged, body: dict[str, object]) -> None:
        case, last = answer.case, answer
        again = self._requests.ask(self._names.renew(case))
        if again is None or again.status != answer.status:
            # No field causes it; with random failures, a failure without the field proves nothing.
            self._by_chance = again is not None
            return
        for field in self._contract.fields:
            if field.path in body:
                plain = case.with_body(encode({**body, field.path: ordinary(field)}))
                smaller = self._names.renew(plain) if field.required else without(case, field.path, self._names)
                reply = self._requests.ask(smaller)
                if reply is not None and reply.status == answer.status:
                    case, last = smaller, reply
                    if not isinstance(reply.judgement.expectation.body, dict):  # nothing is left to remove
                        break
                    body = reply.judgement.expectation.body
        self._doubt_ordinary(body)
        for found in last.findings:
            name = found.cause.partition(" at /")[2]
            if found.clause == "service.no_5xx" and name in self._fields:
                self._failing.setdefault(name, replace(found, where=found.where or f"/{name}"))


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True)
