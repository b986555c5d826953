"""Triage of refused valid requests: the field that is the reason, found with smaller bodies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from contracts.checks.status import clause_of_body
from contracts.findings import REFUSED, Finding
from contracts.json_text import type_name
from contracts.kinds.bodies import message_of
from strategies.cases.baseline_cases import full_case, minimal_case
from strategies.shrinking import without
from tests.harness.triage.named_fields import named_fields

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.triage.forms import FormTriage
    from tests.harness.triage.triage_requests import TriageRequests

#: The maximum number of refused bodies that are analysed; further ones are attributed to the fields found in these,
#: unless they are refused without them too. The maximum numbers of further ones that are tested for this, and analysed.
_TAKEN_APART, _ASKED_ABOUT, _MORE_TAKEN_APART = 6, 40, 6
#: The kind of a missing field.
_ABSENT = "absent"
COMBINATION = "request.combination"
KEY = "authorization.accepted"


class FieldTriage:
    """Finds the clause and the field for which valid bodies are refused; remembers what it has found."""

    def __init__(self, requests: TriageRequests, contract: Contract, names: UniqueNames, form: FormTriage) -> None:
        self._requests = requests
        self._contract = contract
        self._names = names
        self._form = form
        self._taken_apart = self._asked_about = 0
        self._culprits: dict[str, tuple[str, str]] = {}
        #: The fields found for each message.
        self._messages: dict[tuple[str, ...], set[str]] = {}
        #: Fields that are refused only in combination, whatever the message says.
        self._combined: set[str] = set()
        self._required = {field.path for field in contract.fields if field.required}
        #: Whether a body with required members alone was accepted: then the service demands no other field.
        self.bare_passes = False

    @property
    def has_analysed(self) -> bool:
        """Whether the reason of any refusal was looked for."""
        return self._taken_apart > 0

    def learn(self, answer: Judged) -> None:
        """Remember whether a body with required members alone was accepted."""
        self.bare_passes = self.bare_passes or (answer.is_created and self.is_bare(answer.judgement.expectation.body))

    def is_bare(self, body: object) -> bool:
        """Whether a body has only required members."""
        return isinstance(body, dict) and self._required.issuperset(body)

    def blame(self, answer: Judged, refusal: Finding) -> tuple[str, str]:
        """The clause that the refusal of a valid body breaks, found with smaller bodies."""
        body = answer.judgement.expectation.body
        if not isinstance(body, dict):
            return COMBINATION, ""
        if self.is_told(answer):
            return self.known_culprit(body, named_fields(answer), refusal)
        if self._taken_apart >= _TAKEN_APART or self._requests.are_spent:
            reply = self._without_culprits(answer.case, body)
            if reply is None or not reply.is_refused:
                return self.known_culprit(body, named_fields(answer), refusal)
            answer = reply
        self._taken_apart += 1
        return self._smaller_tell(answer, refusal)

    def is_told(self, answer: Judged) -> bool:
        """Whether the service names one field as the reason, in a run that has no requests to spare to verify it."""
        return self._requests.are_few and len(named_fields(answer)) == 1

    def known_culprit(self, body: dict[str, object], named: set[str], refusal: Finding) -> tuple[str, str]:
        """The reason found before: a field that the message names or had, the same kind of value, or any known one."""
        if self._form.passing:
            return self._form.passing, ""
        known = self._culprits.keys() & named
        if not known and len(named) == 1 and not named <= self._combined:  # the service names the field
            return clause_of_body(self._contract, {name: body[name] for name in named})
        said = self._messages.get(message_of(refusal.kinds), set()) & self._culprits.keys() & body.keys()
        for field in (*known, *said):
            return self._culprits[field][0], f"/{field}"
        for field, (clause, kind) in self._culprits.items():
            if (type_name(body[field]) if field in body else _ABSENT) == kind:
                return clause, f"/{field}"
        for field, (clause, kind) in self._culprits.items():
            if kind != _ABSENT and field in body:
                return clause, f"/{field}"
        return COMBINATION, ""

    def is_like_another(self, finding: Finding, body: dict[str, object]) -> bool:
        """Whether a body has a field for which another one was refused with the same message."""
        fields = self._messages.get(message_of(finding.kinds), set()) - {finding.clause.split(".")[1]}
        return not fields.isdisjoint(body)

    def _smaller_tell(self, answer: Judged, refusal: Finding) -> tuple[str, str]:
        body = answer.judgement.expectation.body
        if not isinstance(body, dict):
            return COMBINATION, ""
        if form := self._form.blame(answer, refusal, body):
            return form, ""
        clause, where = self._missing()
        demanded = where.removeprefix("/")
        if clause and demanded not in body:
            return clause, where
        case, current = answer.case, answer
        for name in [n for n in body if n != demanded and n not in self._required]:
            smaller = without(case, name, self._names)
            reply = self._requests.ask(smaller)
            if reply is not None and reply.is_refused:
                case, current = smaller, reply
        clause = self._clause_of(current)
        left = current.judgement.expectation.body
        if clause == COMBINATION and isinstance(left, dict):
            clause = self._of_two(left, case, demanded)
        field = clause.split(".")[1]
        if isinstance(left, dict):
            self._remember(clause, field, left)
            if field in left:
                self._messages.setdefault(message_of(refusal.kinds), set()).add(field)
        return clause, f"/{field}" if field in self._contract_names() else ""

    def _without_culprits(self, case: Case, body: dict[str, object]) -> Judged | None:
        """The exchange of a refused body without the fields that are known to be the reason; None if it is not sent."""
        known = [
            name
            for name in body
            if self._culprits.get(name, ("", _ABSENT))[1] != _ABSENT and name not in self._required
        ]
        enough = self._asked_about >= _ASKED_ABOUT or self._taken_apart >= _TAKEN_APART + _MORE_TAKEN_APART
        if enough or self._requests.are_spent or self._form.passing or not known:
            return None
        self._asked_about += 1
        for name in known:
            case = without(case, name, self._names)
        return self._requests.ask(case)

    def _remember(self, clause: str, field: str, left: dict[str, object]) -> None:
        if clause == COMBINATION:
            self._combined |= left.keys()
        elif field in left:
            self._culprits[field] = (clause, type_name(left[field]))

    def _of_two(self, left: dict[str, object], case: Case, demanded: str) -> str:
        """For one optional field and an unusual name: whether the name alone is refused.

        A field that the service demands is in every body.
        """
        optional = [name for name in left if name != demanded and name not in self._required]
        if len(optional) != 1:
            return COMBINATION
        bare = self._requests.ask(without(case, optional[0], self._names))
        if bare is None or bare.is_refused:
            return COMBINATION
        plain = json.loads(minimal_case(self._contract, self._names).body or b"{}")
        plain[optional[0]] = left[optional[0]]
        kept = {demanded: left[demanded]} if demanded in left else {}
        body = json.dumps({**plain, **kept}, ensure_ascii=True).encode()
        reply = self._requests.ask(self._names.renew(case.with_body(body)))
        if reply is None or not reply.is_refused:
            return COMBINATION
        return clause_of_body(self._contract, plain)[0]

    def _clause_of(self, refused: Judged) -> str:
        """The clause of a refusal; ``request.combination`` only if no field is the reason."""
        clause = next((f.clause for f in refused.findings if f.cause == REFUSED), COMBINATION)
        body = refused.judgement.expectation.body
        return clause_of_body(self._contract, body)[0] if clause == KEY and isinstance(body, dict) else clause

    def _missing(self) -> tuple[str, str]:
        """The clause for which the simplest body is refused, such as an optional field; empty if it is not refused."""
        minimal = self._requests.ask(minimal_case(self._contract, self._names))
        if minimal is None or not minimal.is_refused:
            self.bare_passes = self.bare_passes or (minimal is not None and minimal.is_created)
            return "", ""
        full = full_case(self._contract, self._names)
        whole = self._requests.ask(full)
        if whole is None or whole.is_refused:
            return "response.201.status", ""
        for field in self._contract.fields:
            if not field.required:
                reply = self._requests.ask(without(full, field.path, self._names))
                if reply is not None and reply.is_refused:
                    clause = f"request.{field.path}.optional"
                    self._culprits[field.path] = (clause, _ABSENT)
                    return clause, f"/{field.path}"
        return COMBINATION, ""

    def _contract_names(self) -> set[str]:
        return {field.path for field in self._contract.fields}


def is_demand(refusal: Finding) -> bool:
    """Whether a valid body is refused because it leaves out an optional field."""
    return refusal.cause == REFUSED and refusal.clause.endswith(".optional")
