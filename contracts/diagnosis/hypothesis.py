"""The model of a mistake: what a service with it does with each part of a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contracts.diagnosis.observation import ACCEPTED, FAILED, OPEN, REFUSED, Observation
from contracts.json_equality import same
from contracts.json_text import ABSENT, type_name

if TYPE_CHECKING:
    from collections.abc import Callable


class _Unsaid:
    def __repr__(self) -> str:
        return "UNSAID"


#: The last parts of clauses about returned values.
ECHOES: Final = (".echo", ".answers_own_request")
#: No prediction about the returned value.
UNSAID: Final = _Unsaid()


@dataclass(frozen=True, slots=True)
class Part:
    """What a service does with one part of a request; ``stored`` is the value that is returned if it is accepted."""

    outcome: str
    stored: Any = UNSAID


ACCEPTS: Final = Part(ACCEPTED)
REFUSES: Final = Part(REFUSED)
FAILS: Final = Part(FAILED)


@dataclass(frozen=True, slots=True)
class Predicted:
    """The predicted outcome of a request, whether the observation agrees, and the parts in which it is wrong."""

    outcome: str
    agrees: bool
    deviates: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A mistake that a service may make.

    Attributes:
        sentence: What the service does, for readers.
        parts: The parts of a request that it is about: names of fields or headers.
        model: What the service does with a part and its value; None if it behaves as documented.
        rank: How complicated it is; of two that explain the same the lower one is chosen.
        of_json: Whether it applies to requests with (or without) a JSON object as the body; may contain both.
    """

    sentence: str
    parts: tuple[str, ...]
    model: Callable[[str, Any], Part | None]
    rank: int = 5
    of_json: tuple[bool, ...] = (True,)

    def predict(self, seen: Observation) -> Predicted | None:
        """What the service does with a request; None if the hypothesis makes no prediction."""
        is_wrong_elsewhere = bool(seen.wrong) and seen.wrong not in self.parts
        # A failure shows that the service did not refuse the wrong part.
        if (is_wrong_elsewhere and seen.outcome != FAILED) or seen.is_readable not in self.of_json:
            return None
        outcomes: list[str] = []
        stored: dict[str, Any] = {}
        deviates: set[str] = set()
        for part in self.parts:
            value = seen.value(part)
            usual = REFUSED if part == seen.wrong else ACCEPTED
            predicted = self.model(part, value)
            if predicted is None:
                outcomes += [usual] if value is not ABSENT or usual == REFUSED else []
                continue
            outcomes.append(predicted.outcome)
            if predicted.stored is not UNSAID:
                stored[part] = predicted.stored
            if predicted.outcome != usual or (part in stored and not same(value, stored[part])):
                deviates.add(part)
        if not outcomes or (seen.broken == OPEN and not _says_more(seen, deviates, outcomes)):
            return None
        outcome = REFUSED if REFUSED in outcomes else FAILED if FAILED in outcomes else ACCEPTED
        if is_wrong_elsewhere and outcome != FAILED:
            return None
        if outcome == FAILED and seen.wrong and seen.outcome == REFUSED:
            return None  # the validation error came before the failure
        return Predicted(outcome, outcome == seen.outcome and _came_back(stored, seen), frozenset(deviates))


def _says_more(seen: Observation, deviates: set[str], outcomes: list[str]) -> bool:
    """Whether a prediction is possible for an UNSPECIFIED request, which may be refused for other reasons."""
    return bool(deviates) and (seen.outcome != REFUSED or REFUSED in outcomes)


def _came_back(stored: dict[str, Any], seen: Observation) -> bool:
    shown = seen.shown
    return shown is None or all(same(value, shown.get(part, ABSENT)) for part, value in stored.items())


@dataclass(frozen=True, slots=True)
class OutcomeHypothesis:
    """A mistake given by the outcome of each request; with ``of_echo``, by whether the value agrees."""

    sentence: str
    parts: tuple[str, ...]
    predicts: Callable[[Observation], str | None]
    rank: int = 6
    of_echo: bool = False

    def predict(self, seen: Observation) -> Predicted | None:
        """What the service does with a request; None if the hypothesis makes no prediction."""
        outcome = self.predicts(seen)
        if outcome is None:
            return None
        usual = REFUSED if seen.wrong else ACCEPTED
        differs = outcome != usual or (self.of_echo and any(clause.endswith(ECHOES) for clause, _, _ in seen.findings))
        return Predicted(outcome, outcome == seen.outcome, frozenset(self.parts if differs else ()))


def when(sentence: str, part: str, holds: Callable[[Any], bool], prediction: Part, rank: int = 5) -> Hypothesis:
    """The hypothesis that the service treats all values of ``part`` for which ``holds`` is true in the same way."""
    return Hypothesis(sentence, (part,), lambda _, value: prediction if holds(value) else None, rank)


def stores(
    sentence: str, part: str, holds: Callable[[Any], bool], change: Callable[[Any], Any], rank: int = 5
) -> Hypothesis:
    """The hypothesis that such a value of ``part`` is accepted and returned as ``change`` makes it."""

    def model(_: str, value: Any) -> Part | None:
        return Part(ACCEPTED, change(value)) if holds(value) else None

    return Hypothesis(sentence, (part,), model, rank)


def always(value: Any) -> Callable[[Any], Any]:
    """A change that replaces every value by the same one."""
    return lambda _: value


def is_absent(value: Any) -> bool:
    """Whether the part was not sent."""
    return value is ABSENT


def is_present(value: Any) -> bool:
    """Whether the part was sent, null included."""
    return value is not ABSENT


def is_null(value: Any) -> bool:
    """Whether null was sent."""
    return value is None


def is_kind(kind: str) -> Callable[[Any], bool]:
    """A predicate for one JSON type."""
    return lambda value: value is not ABSENT and type_name(value) == kind
