"""A hypothesis, the test of one against a run, and the choice of the simplest that holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from contracts.diagnosis.echoes import changed_values
from contracts.diagnosis.observations import ACCEPTED, Observation
from contracts.diagnosis.patterns import other_patterns
from contracts.diagnosis.requests import lax_requests
from contracts.diagnosis.values import limits, lost_types

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.root_causes import RootCause

#: What a service does with a request, as a hypothesis has it: an outcome, or None where it has nothing to say.
Prediction = Callable[[Observation], str | None]
#: Hypotheses that are tried for one finding, and cases that must fail before one is worth a sentence.
_MOST: Final = 400
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A small model of a mistake: a sentence for a person, and what such a service does with a request."""

    sentence: str
    predicts: Prediction


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The simplest hypothesis that agrees with all that it speaks about: so many cases, of which so many failed."""

    sentence: str
    agrees: int
    failing: int

    def __str__(self) -> str:
        return f"{self.sentence}; this agrees with all {self.agrees:,} cases it speaks about, {self.failing:,} failing"


def diagnose(contract: Contract, cause: RootCause, observations: Sequence[Observation]) -> Diagnosis | None:
    """The likely mistake behind a finding; None where no hypothesis fits.

    Args:
        contract: The contract that the run verified.
        cause: The finding.
        observations: What the run saw.
    """
    clauses = set(cause.clauses or (cause.clause,))
    failing = [seen for seen in observations if _shows(seen, cause, clauses)]
    if len(failing) < _FEWEST:
        return None
    for sentence, predicts in islice(_candidates(contract, cause, failing), _MOST):
        tested = _tested(predicts, failing, observations)
        if tested is not None:
            return Diagnosis(sentence, *tested)
    return None


def _shows(seen: Observation, cause: RootCause, clauses: set[str]) -> bool:
    return any(
        clause in clauses and (len(clauses) > 1 or name == cause.cause) and (not cause.kind or cause.kind in kinds)
        for clause, name, kinds in seen.findings
    )


def _tested(
    predicts: Prediction, failing: Sequence[Observation], observations: Sequence[Observation]
) -> tuple[int, int] | None:
    """How many cases agree with a hypothesis and how many of these failed; None where one contradicts it."""
    # The failing cases are few, and most hypotheses do not survive them.
    if any(predicts(seen) != seen.outcome for seen in failing):
        return None
    agrees = 0
    for seen in observations:
        predicted = predicts(seen)
        if predicted is not None:
            if predicted != seen.outcome:
                return None
            agrees += 1
    return agrees, len(failing)


def _candidates(
    contract: Contract, cause: RootCause, failing: Sequence[Observation]
) -> Iterator[tuple[str, Prediction]]:
    """The hypotheses about a finding, the simplest first."""
    area, _, rest = cause.clause.partition(".")
    if area == "request" and rest.split(".")[0] in {field.path for field in contract.fields}:
        field = contract.field(rest.split(".")[0])
        yield from lost_types(field, failing)
        if field.pattern is not None:
            yield from other_patterns(field)
        yield from limits(field, failing)
    elif area in {"request", "authorization"}:
        yield from lax_requests(failing)
    elif cause.clause.endswith(".echo"):
        yield from changed_values(rest.removeprefix("201.").removesuffix(".echo"), failing)
    elif failing[0].outcome != ACCEPTED:
        for field in contract.fields:
            if all(field.path in seen.body for seen in failing):
                yield from limits(field, failing)
