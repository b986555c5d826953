"""Rules learnt from the exchanges of a run: which requests cause which wrong behaviour.

For a finding that no other hypothesis explains: a condition that all failing requests meet, such that every request
which meets it shows the same effect. The simplest condition is chosen: one of the known conditions, two together, or a
few alternatives that cover the failing requests (a decision list; Rivest 1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, islice
from typing import TYPE_CHECKING, Final

from contracts.diagnosis.body_conditions import header_conditions
from contracts.diagnosis.condition import ALWAYS, Condition, both, either
from contracts.diagnosis.effects import Effect, effects
from contracts.diagnosis.hypothesis import Predicted
from contracts.diagnosis.observation import Observation, part_of
from contracts.diagnosis.size_conditions import measure_conditions
from contracts.diagnosis.value_conditions import ways_of_being_wrong
from contracts.findings import REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.document import Contract
    from contracts.root_causes.root_cause import RootCause

#: Minimum numbers of failing requests for one condition, for two conditions together, and for several alternatives.
_FOR_ONE: Final = 2
_FOR_TWO: Final = 4
_FOR_SEVERAL: Final = 3
#: Minimum number of requests that a condition must exclude; with fewer it may fit by accident.
_UNLIKE: Final = 3
#: With more failing requests than this for each passing one, a condition may fit by accident.
_RARE: Final = 50
#: The share of the failing requests that may have another cause.
_OTHERS: Final = 0.2
#: The number of conditions that are combined in pairs, and of alternatives in one rule.
_PAIRED: Final = 60
_SHARED: Final = 3
#: The number of failing requests from which conditions are learnt, and from which alternatives are.
_SAMPLE: Final = 60
_FEW: Final = 24
#: The number of effects for which rules are learnt.
_EFFECTS: Final = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """A hypothesis: requests that meet a condition show an effect, and no others do.

    Attributes:
        sentence: What the service does, for readers.
        condition: The requests that it is about.
        effect: The effect that they show.
        clauses: The clauses that it breaks.
        parts: The parts of a request, or members of the response, that these are about.
        rank: How complicated it is.
    """

    sentence: str
    condition: Condition
    effect: Effect
    clauses: tuple[str, ...]
    parts: tuple[str, ...]
    rank: int = 8

    def predict(self, seen: Observation) -> Predicted | None:
        """What the service does with a request; None if the rule makes no prediction."""
        shows = self.effect.shows(seen)
        if shows is None:
            return None
        met = self.condition.safely(seen)
        if met is None:
            return None
        if not met:
            return None if shows else Predicted(seen.outcome, agrees=True, deviates=frozenset())
        return Predicted(seen.outcome, agrees=shows, deviates=frozenset((*self.clauses, *self.parts)))


def learnt_rules(
    bank: Sequence[Condition],
    contract: Contract,
    cause: RootCause,
    failing: Sequence[Observation],
    observations: Sequence[Observation],
) -> Iterator[Rule]:
    """Rules that explain a finding, the simplest first.

    Args:
        bank: Conditions that do not depend on the finding. A refusal that was attributed to a field by its message or
            by smaller bodies is not explained by the value of another field.
        contract: The contract.
        cause: The finding.
        failing: The requests that show it.
        observations: All requests of the run.
    """
    clauses = cause.clauses or (cause.clause,)
    refused = {part_of(clause) for clause in clauses} if set(cause.causes) == {REFUSED} else set()
    if refused and refused <= {field.path for field in contract.fields}:
        bank = [condition for condition in bank if condition.about in {"", *refused}]
    for effect in islice(sorted(effects(cause, clauses, failing), key=lambda effect: effect.cost), _EFFECTS):
        showing = _sample([seen for seen in failing if effect.shows(seen)])
        passing = [seen for seen in observations if effect.shows(seen) is False]
        for condition in islice(_separating([*bank, *_of_finding(contract, showing, passing)], showing, passing), 2):
            parts = tuple(dict.fromkeys(map(part_of, clauses)))
            yield Rule(_sentence(effect, condition), condition, effect, clauses, parts, 8 + condition.cost)


def _sentence(effect: Effect, condition: Condition) -> str:
    if condition.words:
        return f"{effect.words.replace('{all}', '')} if {condition.words}"
    return effect.words.replace("{all}", "all ")


def _of_finding(
    contract: Contract, failing: Sequence[Observation], passing: Sequence[Observation]
) -> Iterator[Condition]:
    """Conditions with values, limits and kinds of the failing requests."""
    yield from header_conditions(failing)
    yield from ways_of_being_wrong(failing)
    yield from measure_conditions(contract, failing, passing)


def _separating(
    bank: list[Condition], failing: Sequence[Observation], passing: Sequence[Observation]
) -> Iterator[Condition]:
    """Conditions that failing requests meet and passing ones do not, the simplest first.

    Those that all failing requests meet come before those that nearly all meet: the others may have another cause.
    """
    if failing and not passing:
        yield ALWAYS
    if len(failing) < _FOR_ONE or len(passing) * _RARE < len(failing):
        return  # with so few passing requests a condition may fit by accident
    bank.sort(key=lambda condition: condition.cost)
    missed = {id(condition): _missed(condition, failing) for condition in bank}
    shared = [condition for condition in bank if missed[id(condition)] == 0]
    met = {id(condition): _mask(condition, passing) for condition in shared}
    yield from (condition for condition in shared if not met[id(condition)])
    if len(failing) >= _FOR_TWO:
        # Each of two conditions must exclude requests that the other admits; both must be about the same value.
        few = [condition for condition in shared if met[id(condition)].bit_count() >= _UNLIKE]
        few.sort(key=lambda condition: (met[id(condition)].bit_count(), condition.cost))
        pairs = [
            (one, other)
            for one, other in combinations(few[:_PAIRED], 2)
            if not met[id(one)] & met[id(other)] and (one.about == other.about or not (one.about and other.about))
        ]
        yield from sorted((both(*pair) for pair in pairs), key=lambda condition: condition.cost)
    if len(failing) >= _FOR_SEVERAL:
        yield from _several(bank, failing[:: len(failing) // _FEW + 1], passing)
        # Most requests that do not meet it must pass.
        most = _OTHERS * min(len(failing), len(passing))
        nearly = [condition for condition in bank if 0 < missed[id(condition)] <= most]
        yield from (condition for condition in nearly if not any(map(condition.holds_surely, passing)))


def _missed(condition: Condition, failing: Sequence[Observation]) -> int:
    """How many failing requests do not meet a condition; counting stops above the allowed number."""
    missed, most = 0, len(failing) * _OTHERS
    for seen in failing:
        missed += not condition.holds_surely(seen)
        if missed > most:
            break
    return missed


def _several(
    bank: Sequence[Condition], failing: Sequence[Observation], passing: Sequence[Observation]
) -> Iterator[Condition]:
    """A few conditions such that no passing request meets any, and each failing one meets one: a greedy cover."""
    covers = {id(condition): _mask(condition, failing) for condition in bank}
    fewest = max(_FOR_SEVERAL, len(failing) // 10)
    clean = [c for c in bank if covers[id(c)].bit_count() >= fewest and not any(map(c.holds_surely, passing))]
    chosen: list[Condition] = []
    left = (1 << len(failing)) - 1
    while left and clean and len(chosen) < _SHARED:
        best = max(clean, key=lambda condition: ((covers[id(condition)] & left).bit_count(), -condition.cost))
        if (covers[id(best)] & left).bit_count() < _FOR_ONE:
            return
        left &= ~covers[id(best)]
        chosen.append(best)
    if not left and len(chosen) > 1:
        yield either(chosen)


def _sample(failing: list[Observation]) -> list[Observation]:
    """A limited number of failing requests from the whole run; whether a rule covers all of them is tested later."""
    return failing[:: len(failing) // _SAMPLE + 1]


def _mask(condition: Condition, observations: Sequence[Observation]) -> int:
    """The requests that meet a condition, as a bit mask."""
    return sum(1 << number for number, seen in enumerate(observations) if condition.holds_surely(seen))
