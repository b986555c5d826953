"""Whether a hypothesis fits the requests of a run: it predicts those of a finding and contradicts no other."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.diagnosis.hypothesis import Hypothesis, OutcomeHypothesis, Predicted
from contracts.diagnosis.learnt_rules import Rule
from contracts.diagnosis.observation import ACCEPTED, FAILED, HEADERS, REUSE, Observation, part_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

AnyHypothesis = Hypothesis | OutcomeHypothesis | Rule

#: The share of a finding's requests that a hypothesis must predict; the others may show further mistakes.
_NEARLY_ALL: Final = 0.7
#: With fewer failing requests only hypotheses up to the rank ``_SIMPLE``, or about headers, are reported: too many fit.
_FEWEST: Final = 2
_SIMPLE: Final = 3
_FAILS, _REUSE = "service.no_5xx", "state.external_id_reuse"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the service probably does wrong.

    Attributes:
        sentence: The hypothesis in words.
        speaks: The number of requests for which it makes a prediction.
        agrees: Those that it predicts; the others fail in another way.
        failing: Those of ``agrees`` that show a finding.
        findings: The ids of the findings that it explains.
        model: The model, which also predicts further requests.
    """

    sentence: str
    speaks: int
    agrees: int
    failing: int
    findings: tuple[str, ...]
    model: AnyHypothesis = dataclasses.field(repr=False, compare=False)

    def __str__(self) -> str:
        share = "all" if self.agrees == self.speaks else f"{self.agrees:,} of the"
        requests = f"{share} {self.speaks:,} requests" if self.speaks > 1 else "the only request"
        # A finding of many requests together is not counted for each of them.
        failing = f"; {self.failing:,} of them {'fails' if self.failing == 1 else 'fail'}" if self.failing else ""
        return f"{self.sentence} (fits {requests} that it predicts{failing if self.speaks > 1 else ''})"


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding and the requests that show it."""

    name: str
    clauses: tuple[str, ...]
    cases: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A diagnosis that fits, and the rank of its hypothesis."""

    diagnosis: Diagnosis
    rank: int

    def order(self, left: set[str]) -> tuple[int, int, int, int]:
        """A sort key: the better candidate first."""
        found = self.diagnosis
        return (-len(left.intersection(found.findings)), -found.failing, found.speaks - found.agrees, self.rank)


class Evidence:
    """The findings of a run and its requests, by which hypotheses are judged."""

    def __init__(self, findings: Sequence[ShownFinding], observations: Sequence[Observation]) -> None:
        self._findings = findings
        self._passing = [seen for seen in observations if not seen.findings]
        self._failing = [seen for seen in observations if seen.findings]

    def fitting(self, hypotheses: Iterable[AnyHypothesis]) -> Iterator[Candidate]:
        """The hypotheses that explain a finding and that no request contradicts."""
        return filter(None, map(self._candidate, hypotheses))

    def _candidate(self, hypothesis: AnyHypothesis) -> Candidate | None:
        """A hypothesis with its support; None if it explains nothing, or if a passing request contradicts it."""
        explained = tuple(finding.name for finding in self._findings if _explains(hypothesis, finding))
        if not explained:
            return None
        agrees = 0
        for seen in self._passing:
            said = _said(hypothesis, seen)
            if said is not None:
                if not said.agrees:
                    return None
                agrees += 1
        shown = speaks = 0
        for seen in self._failing:
            said = _said(hypothesis, seen)
            # If it predicts documented behaviour, the request failed for another reason.
            if said is not None and said.deviates:
                if _contradicts(said, seen):
                    return None
                speaks += 1
                shown += said.agrees
        if (
            shown < _FEWEST
            and not isinstance(hypothesis, Rule)
            and hypothesis.rank > _SIMPLE
            and HEADERS.isdisjoint(hypothesis.parts)
        ):
            return None
        diagnosis = Diagnosis(hypothesis.sentence, agrees + speaks, agrees + shown, shown, explained, hypothesis)
        return Candidate(diagnosis, hypothesis.rank)


def _contradicts(said: Predicted, seen: Observation) -> bool:
    """Whether a failing request contradicts the prediction in a way that no further mistake can explain."""
    if said.agrees:
        return False
    if said.outcome != seen.outcome:
        return seen.outcome in {seen.usual, ACCEPTED}
    return not any(not said.deviates.isdisjoint((clause, part_of(clause))) for clause, _, _ in seen.findings)


def contradicted(hypothesis: AnyHypothesis, seen: Observation) -> bool:
    """Whether a request contradicts the hypothesis."""
    said = _said(hypothesis, seen)
    if said is None or said.agrees:
        return False
    return not seen.findings or (bool(said.deviates) and _contradicts(said, seen))


def predicts_failure(hypothesis: AnyHypothesis, seen: Observation) -> bool:
    """Whether the hypothesis predicts the failure of a request."""
    said = _said(hypothesis, seen)
    return said is not None and said.agrees and bool(said.deviates)


def _said(hypothesis: AnyHypothesis, seen: Observation) -> Predicted | None:
    """The prediction; None if the model cannot handle what was sent, such as numbers beyond the range of doubles."""
    try:
        return hypothesis.predict(seen)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
        return None


def _explains(hypothesis: AnyHypothesis, finding: ShownFinding) -> bool:
    """Whether it predicts nearly all failing requests of a finding and contradicts none of them."""
    if not any(clause in {_FAILS, _REUSE} or part_of(clause) in hypothesis.parts for clause in finding.clauses):
        return False
    cases = finding.cases
    if isinstance(hypothesis, OutcomeHypothesis) and hypothesis.of_echo:
        # The returned value is only known if the whole project was shown and the request is valid.
        cases = tuple(seen for seen in cases if seen.shown is not None and not seen.broken)
    may_miss = int((1 - _NEARLY_ALL) * len(cases))
    for seen in cases:
        said = _said(hypothesis, seen)
        if said is None or not said.deviates:
            may_miss -= 1
            if may_miss < 0:
                return False
        elif not said.agrees or not any(_breaks(said, clause) for clause in finding.clauses):
            return False
    return bool(cases)


def _breaks(said: Predicted, clause: str) -> bool:
    if clause in {_FAILS, _REUSE}:
        return said.outcome == FAILED or (clause == _REUSE and REUSE in said.deviates)
    return part_of(clause) in said.deviates
