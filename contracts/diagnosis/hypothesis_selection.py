"""The smallest set of hypotheses that explains the most findings of a run.

A hypothesis explains a finding if it predicts the failing requests and contradicts no passing one. The set is chosen
greedily, by the number of findings explained (Chvatal 1979, set cover; Reiter 1987, diagnosis by hitting sets).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from contracts.diagnosis.coercion_hypotheses import conversions
from contracts.diagnosis.echo_hypotheses import changed_values, changed_values_of_several
from contracts.diagnosis.field_hypotheses import field_hypotheses
from contracts.diagnosis.header_hypotheses import request_hypotheses
from contracts.diagnosis.hypothesis import Hypothesis, OutcomeHypothesis
from contracts.diagnosis.hypothesis_fit import Candidate, Diagnosis, Evidence, ShownFinding
from contracts.diagnosis.learnt_rules import learnt_rules
from contracts.diagnosis.observation import Observation, part_of
from contracts.diagnosis.pattern_hypotheses import other_patterns
from contracts.diagnosis.value_conditions import conditions
from contracts.kinds.violations import NO_PROJECT
from contracts.root_causes.root_cause import FAILURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from contracts.diagnosis.condition import Condition
    from contracts.document import Contract
    from contracts.root_causes.root_cause import RootCause

#: The maximum number of hypotheses about a pattern that are tried for one finding.
_MOST: Final = 400
_ECHO: Final = ".echo"
_OWN: Final = "response.201.answers_own_request"


def diagnose(contract: Contract, causes: Sequence[RootCause], observations: Sequence[Observation]) -> list[Diagnosis]:
    """The likely mistakes behind findings, those that explain the most findings first; at most one for each finding.

    Args:
        contract: The contract that the run verified.
        causes: The findings.
        observations: The exchanges of the run.
    """
    of_clauses = Counter(clause for cause in causes for clause in _clauses(cause))
    shared = frozenset(clause for clause in of_clauses if of_clauses[clause] > 1)
    found = [ShownFinding(cause.identifier(), _clauses(cause), _cases(cause, observations, shared)) for cause in causes]
    cases = {finding.name: finding.cases for finding in found if finding.cases}
    if not cases:
        return []
    evidence = Evidence([finding for finding in found if finding.cases], observations)
    candidates = list(evidence.fitting(_general(contract)))
    explained = {name for candidate in candidates for name in candidate.diagnosis.findings}
    echoes = Counter(part_of(cause.clause) for cause in causes if cause.clause.endswith(_ECHO))
    search = _Search(contract, evidence, observations, frozenset(name for name in echoes if echoes[name] > 1))
    for cause in causes:
        if cause.identifier() in cases.keys() - explained:
            candidates += search.candidates(cause, cases[cause.identifier()])
    return _together(_chosen(candidates, set(cases)))


class _Search:
    """The search for a mistake that explains one finding.

    ``shared`` are the fields whose values several mistakes change.
    """

    def __init__(
        self, contract: Contract, evidence: Evidence, observations: Sequence[Observation], shared: frozenset[str]
    ) -> None:
        self._contract = contract
        self._evidence = evidence
        self._observations = observations
        self._shared = shared
        self._bank = list(conditions(contract))

    def candidates(self, cause: RootCause, cases: Sequence[Observation]) -> list[Candidate]:
        """The candidates for a finding, which is shown by the given requests."""
        if all(NO_PROJECT in group.kinds for group in cause.cases):  # whatever the values are
            return self._rules([], cause, cases)
        found = list(self._evidence.fitting(_of_finding(self._contract, cause, cases, self._shared)))
        # There are many expensive ones: the first that fits is sufficient.
        found += islice(self._evidence.fitting(islice(_of_pattern(self._contract, cause), _MOST)), 1)
        return found or self._rules(self._bank, cause, cases)

    def _rules(self, bank: list[Condition], cause: RootCause, cases: Sequence[Observation]) -> list[Candidate]:
        """The first rule that fits."""
        rules = learnt_rules(bank, self._contract, cause, cases, self._observations)
        return list(islice(self._evidence.fitting(rules), 1))


def _general(contract: Contract) -> Iterator[Hypothesis]:
    """The hypotheses that do not depend on a finding, the simplest families first."""
    return chain(field_hypotheses(contract), request_hypotheses(), conversions(contract))


def _clauses(cause: RootCause) -> tuple[str, ...]:
    return cause.clauses or (cause.clause,)


def _cases(cause: RootCause, observations: Sequence[Observation], shared: frozenset[str]) -> tuple[Observation, ...]:
    """The requests that show a finding; ``shared`` are the clauses that several findings break."""
    clauses = _clauses(cause)
    divided = shared - {cause.clause} if not cause.kind else shared | {cause.clause}
    found = [
        seen
        for seen in observations
        if any(
            clause in clauses
            # The causes of failures are messages: those of other mistakes have others.
            and (name in cause.causes or (len(clauses) > 1 and clause not in FAILURES))
            and (clause not in divided or any(cases.kinds == kinds for cases in cause.cases))
            for clause, name, kinds in seen.findings
        )
    ]
    # A finding of many responses together is recorded for some of them only.
    some = {record.place for cases in cause.cases for _, record in cases.smallest if record is not None}
    return tuple(found or (seen for seen in observations if seen.place in some))


def _of_finding(
    contract: Contract, cause: RootCause, cases: Sequence[Observation], shared: frozenset[str]
) -> Iterator[OutcomeHypothesis]:
    """The hypotheses derived from the cases of a finding, the simplest first."""
    echoed = {part_of(clause) for clause in _clauses(cause) if clause.endswith(_ECHO)}
    fields = [field for field in contract.fields if field.path in echoed]
    if len(fields) > 1:
        for sentence, predicts in changed_values_of_several(fields):
            yield OutcomeHypothesis(sentence, tuple(field.path for field in fields), predicts, of_echo=True)
    for clause in _clauses(cause):
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
    for clause in _clauses(cause):
        for field in contract.fields:
            if field.pattern is not None and clause == f"request.{field.path}.pattern":
                for sentence, predicts in other_patterns(field):
                    yield OutcomeHypothesis(sentence, (field.path,), predicts)


def _chosen(candidates: Sequence[Candidate], left: set[str]) -> Iterator[Diagnosis]:
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
