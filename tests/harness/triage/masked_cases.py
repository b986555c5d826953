"""Invalid requests that a service refuses for a valid field: their refusal says nothing about the invalid part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.findings import REFUSED
from contracts.kinds.bodies import message_of
from contracts.kinds.error_messages import message_without_values
from strategies.shrinking import without
from tests.harness.triage.named_fields import named_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from contracts.document import Contract
    from contracts.exchange import Case
    from contracts.findings import Finding
    from contracts.judgement import Judge
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged

#: The maximum number of invalid requests that are sent again, and their maximum share of the budget of a run.
_PER_RUN: Final = 400
_SHARE: Final = 0.02


class MaskedCases:
    """Invalid requests to send again without the optional fields whose valid values are refused.

    ``budget`` is the budget of the run for requests of all kinds; None for no limit.
    """

    def __init__(self, contract: Contract, judge: Judge, names: UniqueNames, budget: int | None = None) -> None:
        self._judge = judge
        self._names = names
        self._left = _PER_RUN if budget is None else min(_PER_RUN, int(budget * _SHARE))
        #: The messages with which valid values of an optional field are refused.
        self._refused: dict[str, set[str]] = {}
        self._optional = {field.path for field in contract.fields if not field.required}

    def learn(self, found: Iterable[tuple[Judged, Finding]]) -> None:
        """Remember the fields of which valid values are refused."""
        for answer, finding in found:
            field, body = finding.where.removeprefix("/"), answer.judgement.expectation.body
            if finding.cause == REFUSED and field in self._optional and isinstance(body, dict) and field in body:
                self._refused.setdefault(field, set()).update(message_of(finding.kinds))

    def again(self, judged: Sequence[Judged]) -> Iterator[Case]:
        """The invalid requests that were refused for another field, without that field."""
        for answer in judged:
            if self._left > 0 and (masking := self._masking(answer)):
                case = answer.case
                for field in masking:
                    case = without(case, field, self._names)
                if self._broken_by(case) == _broken(answer):
                    self._left -= 1
                    yield case

    def _masking(self, answer: Judged) -> list[str]:
        """The fields for which an invalid request was refused, as far as the service says, other than invalid ones."""
        body, response = answer.judgement.expectation.body, answer.exchange.response
        if not answer.is_rejected or response is None or not isinstance(body, dict):
            return []
        said = f"{answer.status} {message_without_values(response, body)}".strip()
        named = named_fields(answer)
        wrong = {clause.split(".")[1] for clause in _broken(answer)}
        return [
            field
            for field, messages in self._refused.items()
            if field in body and field not in wrong and (field in named or said in messages)
        ]

    def _broken_by(self, case: Case) -> set[str]:
        return {violation.clause for violation in self._judge.expect(case).violations}


def _broken(answer: Judged) -> set[str]:
    """The clauses that a request breaks."""
    return {violation.clause for violation in answer.judgement.expectation.violations}
