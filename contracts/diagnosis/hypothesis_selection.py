"""The smallest set of hypotheses that explains the most findings of a run.

A hypothesis explains a finding if it predicts the failing requests and contradicts no passing one. The set is chosen
greedily, by the number of findings explained (Chvatal 1979, set cover; Reiter 1987, diagnosis by hitting sets).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from contracts.diagnosis.coercion_hypotheses import conversions
from contracts.diagnosis.echo_hypotheses import changed_values
from contracts.diagnosis.field_hypotheses import field_hypotheses
from contracts.diagnosis.header_hypotheses import request_hypotheses
from contracts.diagnosis.hypothesis import Hypothesis, OutcomeHypothesis, Predicted
from contracts.diagnosis.learnt_rules import Rule, learnt_rules
from contracts.diagnosis.observation import ACCEPTED, FAILED, HEADERS, REUSE, Observation, part_of
from contracts.diagnosis.pattern_hypotheses import other_patterns
from contracts.diagnosis.value_conditions import conditions
from contracts.kinds.violations import NO_PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from contracts.document import Contract
    from contracts.root_causes.root_cause import RootCause

#: The maximum number of hypotheses about a pattern that are tried for one finding.
_MOST: Final = 400
#: The share of a finding's requests that a hypothesis must predict; the others may show further mistakes.
_NEARLY_ALL: Final = 0.7
#: With fewer failing requests only hypotheses up to the rank ``_SIMPLE``, or about headers, are reported: too many fit.
_FEWEST: Final = 2
_SIMPLE: Final = 3
_ECHO: Final = ".echo"
_FAILS, _REUSE, _OWN = "service.no_5xx", "state.external_id_reuse", "response.201.answers_own_request"


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
    model: Hypothesis | OutcomeHypothesis | Rule = dataclasses.field(repr=False, compare=False)

    def __str__(self) -> str:
        share = "all" if self.agrees == self.speaks else f"{self.agrees:,} of the"
        requests = f"{share} {self.speaks:,} requests" if self.speaks > 1 else "the only request"
        # A finding of many requests together is not counted for each of them.
        failing = f"; {self.failing:,} of them {'fails' if self.failing == 1 else 'fail'}" if self.failing else ""
        return f"{self.sentence} (fits {requests} that it predicts{failing if self.speaks > 1 else ''})"


@dataclass(frozen=True, slots=True)
class _Broken:
    """A finding and the requests that show it."""

    name: str
    clauses: tuple[str, ...]
    cases: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    diagnosis: Diagnosis
    rank: int

    def order(self, left: set[str]) -> tuple[int, int, int, int]:
        """A sort key: the better candidate first."""
        found = self.diagnosis
        return (-len(left.intersection(found.findings)), -found.failing, found.speaks - found.agrees, self.rank)


def diagnose(contract: Contract, causes: Sequence[RootCause], observations: Sequence[Observation]) -> list[Diagnosis]:
    """The likely mistakes behind findings, those that explain the most findings first; at most one for each finding.

    Args:
        contract: The contract that the run verified.
        causes: The findings.
        observations: The exchanges of the run.
    """
    broken = [(cause, _Broken(cause.identifier(), cause.clauses or (cause.clause,), ())) for cause in causes]
    found = [_Broken(b.name, b.clauses, tuple(_cases(cause, b.clauses, observations))) for cause, b in broken]
    found = [finding for finding in found if finding.cases]
    if not found:
        return []
    cases = {finding.name: finding.cases for finding in found}
    passing = [seen for seen in observations if not seen.findings]
    failing = [seen for seen in observations if seen.findings]

    def fitting(hypotheses: Iterable[Hypothesis | OutcomeHypothesis | Rule]) -> Iterator[_Candidate]:
        return filter(None, (_candidate(hypothesis, found, passing, failing) for hypothesis in hypotheses))

    bank = list(conditions(contract))
    candidates = list(fitting(_general(contract)))
    #: Fields whose values several mistakes change.
    echoes = Counter(part_of(cause.clause) for cause in causes if cause.clause.endswith(_ECHO))
    shared = {name for name, count in echoes.items() if count > 1}
    explained = {name for candidate in candidates for name in candidate.diagnosis.findings}
    for cause in causes:
        if cases.get(cause.identifier()) and cause.identifier() not in explained:
            before = len(candidates)
            if all(NO_PROJECT in group.kinds for group in cause.cases):  # whatever the values are
                candidates += islice(
                    fitting(learnt_rules([], contract, cause, cases[cause.identifier()], observations)), 1
                )
                continue
            candidates += fitting(_of_finding(contract, cause, cases[cause.identifier()], shared))
            # There are many expensive ones: the first that fits is sufficient.
            candidates += islice(fitting(islice(_of_pattern(contract, cause), _MOST)), 1)
            if len(candidates) == before:
                rules = learnt_rules(bank, contract, cause, cases[cause.identifier()], observations)
                candidates += islice(fitting(rules), 1)
    return _together(_chosen(candidates, set(cases)))


def _general(contract: Contract) -> Iterator[Hypothesis]:
    """The hypotheses that do not depend on a finding, the simplest families first."""
    return chain(field_hypotheses(contract), request_hypotheses(), conversions(contract))


def _cases(cause: RootCause, clauses: Sequence[str], observations: Sequence[Observation]) -> list[Observation]:
    found = [
        seen
        for seen in observations
        if any(
            clause in clauses
            and (len(clauses) > 1 or name in cause.causes)
            and (not cause.kind or clause != cause.clause or any(cases.kinds == kinds for cases in cause.cases))
            for clause, name, kinds in seen.findings
        )
    ]
    # A finding of many responses together is recorded for some of them only.
    some = {record.place for cases in cause.cases for _, record in cases.smallest if record is not None}
    return found or [seen for seen in observations if seen.place in some]


def _of_finding(
    contract: Contract, cause: RootCause, cases: Sequence[Observation], shared: set[str]
) -> Iterator[OutcomeHypothesis]:
    """The hypotheses derived from the cases of a finding, the simplest first."""
    for clause in cause.clauses or (cause.clause,):
        # The project of another request is recognised by its displayName.
        name = "displayName" if clause == _OWN else part_of(clause) if clause.endswith(_ECHO) else ""
        if clause == _OWN and any(seen.shown and seen.shown.get(name) == seen.body.get(name) for seen in cases):
            continue  # another member is that of another request
        for field in contract.fields:
            if field.path == name:
                parts = tuple(dict.fromkeys((name, part_of(clause))))
                for sentence, predicts in changed_values(field, cases, is_shared=name in shared):
                    yield OutcomeHypothesis(sentence, parts, predicts, of_echo=True)


def _of_pattern(contract: Contract, cause: RootCause) -> Iterator[OutcomeHypothesis]:
    """The hypotheses about the pattern of the field whose pattern a finding breaks."""
    for clause in cause.clauses or (cause.clause,):
        for field in contract.fields:
            if field.pattern is not None and clause == f"request.{field.path}.pattern":
                for sentence, predicts in other_patterns(field):
                    yield OutcomeHypothesis(sentence, (field.path,), predicts)


def _candidate(
    hypothesis: Hypothesis | OutcomeHypothesis | Rule,
    found: Sequence[_Broken],
    passing: Sequence[Observation],
    failing: Sequence[Observation],
) -> _Candidate | None:
    """A hypothesis with its support; None if it explains nothing, or if a passing request contradicts it."""
    explained = tuple(finding.name for finding in found if _explains(hypothesis, finding))
    if not explained:
        return None
    agrees = 0
    for seen in passing:
        said = _said(hypothesis, seen)
        if said is not None:
            if not said.agrees:
                return None
            agrees += 1
    shown = speaks = 0
    for seen in failing:
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
    return _Candidate(diagnosis, hypothesis.rank)


def _contradicts(said: Predicted, seen: Observation) -> bool:
    """Whether a failing request contradicts the prediction in a way that no further mistake can explain."""
    if said.agrees:
        return False
    if said.outcome != seen.outcome:
        return seen.outcome in {seen.usual, ACCEPTED}
    return not any(not said.deviates.isdisjoint((clause, part_of(clause))) for clause, _, _ in seen.findings)


def contradicted(hypothesis: Hypothesis | OutcomeHypothesis | Rule, seen: Observation) -> bool:
    """Whether a request contradicts the hypothesis."""
    said = _said(hypothesis, seen)
    if said is None or said.agrees:
        return False
    return not seen.findings or (bool(said.deviates) and _contradicts(said, seen))


def predicts_failure(hypothesis: Hypothesis | OutcomeHypothesis | Rule, seen: Observation) -> bool:
    """Whether the hypothesis predicts the failure of a request."""
    said = _said(hypothesis, seen)
    return said is not None and said.agrees and bool(said.deviates)


def _said(hypothesis: Hypothesis | OutcomeHypothesis | Rule, seen: Observation) -> Predicted | None:
    """The prediction; None if the model cannot handle what was sent, such as numbers beyond the range of doubles."""
    try:
        return hypothesis.predict(seen)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
        return None


def _explains(hypothesis: Hypothesis | OutcomeHypothesis | Rule, finding: _Broken) -> bool:
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


def _chosen(candidates: Sequence[_Candidate], left: set[str]) -> Iterator[Diagnosis]:
    while left and candidates:
        best = min(candidates, key=lambda candidate: candidate.order(left)).diagnosis
        explained = tuple(name for name in best.findings if name in left)
        if not explained:
            return
        yield replace(best, findings=explained)
        left -= set(explained)


def _together(diagnoses: Iterable[Diagnosis]) -> list[Diagnosis]:
    """The diagnoses, those with the same sentence merged."""
    found: dict[str, Diagnosis] = {}
    for diagnosis in diagnoses:
        first = found.setdefault(diagnosis.sentence, diagnosis)
        if first is not diagnosis:
            found[diagnosis.sentence] = replace(first, findings=first.findings + diagnosis.findings)
    return list(found.values())
