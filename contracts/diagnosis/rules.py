"""Rules learnt from the exchanges of a run: which requests are treated in which other way.

For a finding that no other hypothesis explains: a condition on requests that all failing ones meet, such that every
request which meets it shows what the failing ones have in common. The simplest condition is taken: one of the bank,
two together, or a few that share the failing requests among them (a decision list; Rivest 1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, islice
from typing import TYPE_CHECKING, Final

from contracts.diagnosis.condition import ALWAYS, Condition, both, either
from contracts.diagnosis.conditions import conditions
from contracts.diagnosis.effects import Effect, effects
from contracts.diagnosis.measures import measure_conditions
from contracts.diagnosis.models import Predicted
from contracts.diagnosis.observations import Observation, part_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.document import Contract
    from contracts.root_causes import RootCause

#: Failing requests that a condition has to cover: from so many on two conditions together are tried, and several.
_FOR_ONE: Final = 2
_FOR_TWO: Final = 4
_FOR_SEVERAL: Final = 3
#: Conditions of which two are tried together, and that may share the failing requests among them.
_PAIRED: Final = 60
_SHARED: Final = 3
#: Failing requests of which conditions are learnt.
_SAMPLE: Final = 80
#: Effects of which rules are learnt.
_EFFECTS: Final = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """A hypothesis: requests that meet a condition show an effect, and no others do.

    Attributes:
        sentence: What the service does, for a person.
        condition: Which requests it is about.
        effect: What they show.
        clauses: The clauses that it breaks.
        parts: The parts of a request, or members of the response, that these are about.
        rank: How simple it is.
    """

    sentence: str
    condition: Condition
    effect: Effect
    clauses: tuple[str, ...]
    parts: tuple[str, ...]
    rank: int = 8

    def predict(self, seen: Observation) -> Predicted | None:
        """What the service does with a request; None where the rule has nothing to say about it."""
        shows = self.effect.shows(seen)
        if shows is None:
            return None
        if not self.condition.safely(seen):
            return None if shows else Predicted(seen.outcome, agrees=True, deviates=frozenset())
        return Predicted(seen.outcome, agrees=shows, deviates=frozenset((*self.clauses, *self.parts)))


def learnt_rules(
    contract: Contract, cause: RootCause, failing: Sequence[Observation], observations: Sequence[Observation]
) -> Iterator[Rule]:
    """Rules that explain a finding, the simplest first.

    Args:
        contract: The contract.
        cause: The finding.
        failing: The requests that show it.
        observations: All requests of the run.
    """
    clauses = cause.clauses or (cause.clause,)
    for effect in islice(sorted(effects(cause, clauses, failing), key=lambda effect: effect.cost), _EFFECTS):
        showing = _sample([seen for seen in failing if effect.shows(seen)])
        passing = [seen for seen in observations if effect.shows(seen) is False]
        for condition in islice(_separating(contract, showing, passing), 2):
            parts = tuple(dict.fromkeys(map(part_of, clauses)))
            yield Rule(_sentence(effect, condition, clauses), condition, effect, clauses, parts, 8 + condition.cost)


def _sentence(effect: Effect, condition: Condition, clauses: Sequence[str]) -> str:
    if condition.words and effect.of_invalid:
        return effect.words.replace("{}", f"a request that breaks {clauses[0]} and in which {condition.words}")
    if condition.words:
        return effect.words.replace("{}", f"a request in which {condition.words}")
    if clauses[0].startswith(("request.", "authorization.")):
        return effect.words.replace("{}", f"every request that breaks {clauses[0]}")
    return effect.words.replace("{}", "every request")


def _separating(
    contract: Contract, failing: Sequence[Observation], passing: Sequence[Observation]
) -> Iterator[Condition]:
    """Conditions that all failing requests meet and no passing one, the simplest first."""
    if failing and not passing:
        yield ALWAYS
    if len(failing) < _FOR_ONE:
        return
    bank = [*conditions(contract, failing), *measure_conditions(contract, failing, passing)]
    bank.sort(key=lambda condition: condition.cost)
    shared = [condition for condition in bank if all(map(condition.safely, failing))]
    met = {id(condition): _mask(condition, passing) for condition in shared}
    yield from (condition for condition in shared if not met[id(condition)])
    if len(failing) >= _FOR_TWO:
        few = sorted(shared, key=lambda condition: (met[id(condition)].bit_count(), condition.cost))[:_PAIRED]
        pairs = [pair for pair in combinations(few, 2) if not met[id(pair[0])] & met[id(pair[1])]]
        yield from sorted((both(*pair) for pair in pairs), key=lambda condition: condition.cost)
    if len(failing) >= _FOR_SEVERAL:
        yield from _several(bank, failing, passing)


def _several(
    bank: Sequence[Condition], failing: Sequence[Observation], passing: Sequence[Observation]
) -> Iterator[Condition]:
    """A few conditions that no passing request meets and each failing one meets one of: a greedy cover."""
    covers = {id(condition): _mask(condition, failing) for condition in bank}
    fewest = max(_FOR_SEVERAL, len(failing) // 10)
    clean = [c for c in bank if covers[id(c)].bit_count() >= fewest and not any(map(c.safely, passing))]
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
    """Failing requests from the whole run, not too many: that it covers all of them is seen afterwards."""
    return failing[:: len(failing) // _SAMPLE + 1]


def _mask(condition: Condition, observations: Sequence[Observation]) -> int:
    """The requests that meet a condition, as bits."""
    return sum(1 << number for number, seen in enumerate(observations) if condition.safely(seen))
