"""Requests that are refused, or fail, for one valid field: they say nothing about what else is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.findings import REFUSED
from contracts.kinds.bodies import message_of
from contracts.kinds.error_messages import message_without_values
from strategies.shrinking import without
from tests.harness.triage.named_fields import named_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contracts.document import Contract
    from contracts.exchange import Case
    from contracts.findings import Finding
    from contracts.judgement import Judge
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged

#: The maximum number of requests that are sent again, and their maximum share of the budget of a run.
_PER_RUN: Final = 300
_SHARE: Final = 0.015


class MaskedCases:
    """Requests to send again without the optional fields whose valid values are refused, or make the service fail.

    ``budget`` is the budget of the run for requests of all kinds; None for no limit.
    """

    def __init__(self, contract: Contract, judge: Judge, names: UniqueNames, budget: int | None = None) -> None:
        self._judge = judge
        self._names = names
        self._left = _PER_RUN if budget is None else min(_PER_RUN, int(budget * _SHARE))
        #: What the service says to valid values of an optional field.
        self._said: dict[str, set[str]] = {}
        #: What was sent again, without the unique names.
        self._sent: set[bytes] = set()
        self._optional = {field.path for field in contract.fields if not field.required}

    def learn(self, found: Iterable[tuple[Judged, Finding]]) -> None:
        """Remember the fields of which valid values are refused."""
        for answer, finding in found:
            field, body = finding.where.removeprefix("/"), answer.judgement.expectation.body
            if finding.cause == REFUSED and field in self._optional and isinstance(body, dict) and field in body:
                self._said.setdefault(field, set()).update(message_of(finding.kinds))

    def learn_smallest(self, answer: Judged) -> None:
        """Remember the only optional field of a smallest request that is refused, or makes the service fail."""
        fields, said = sorted(self._optional.intersection(_members(answer))), _said(answer)
        if len(fields) == 1 and said and not _broken(answer):
            self._said.setdefault(fields[0], set()).add(said)

    def again(self, judged: Sequence[Judged]) -> list[Case]:
        """The requests that were refused, or failed, for another field, without that field; each is given once."""
        found = []
        for answer in judged:
            case = answer.case
            for field in self._masking(answer):
                case = without(case, field, self._names)
            key = self._names.anonymous(case)
            if case is answer.case or key in self._sent or self._broken_by(case) != _broken(answer) or not self._left:
                continue
            self._left -= 1
            self._sent.add(key)
            found.append(case)
        return found

    def _masking(self, answer: Judged) -> list[str]:
        """The valid fields for which a request was refused or failed, as far as the service says."""
        said, members = _said(answer), _members(answer)
        if not said:
            return []
        named = named_fields(answer)
        wrong = {clause.split(".")[1] for clause in _broken(answer)}
        return [
            field
            for field, messages in self._said.items()
            if field in members and field not in wrong and (field in named or said in messages)
        ]

    def _broken_by(self, case: Case) -> set[str]:
        return {violation.clause for violation in self._judge.expect(case).violations}


def _members(answer: Judged) -> dict[str, object]:
    body = answer.judgement.expectation.body
    return body if isinstance(body, dict) else {}


def _said(answer: Judged) -> str:
    """The status and the message of a refusal or failure; empty for other responses."""
    response = answer.exchange.response
    if response is None or response.status < 400:
        return ""
    return f"{response.status} {message_without_values(response, _members(answer))}".strip()


def _broken(answer: Judged) -> set[str]:
    """The clauses that a request breaks."""
    return {violation.clause for violation in answer.judgement.expectation.violations}
