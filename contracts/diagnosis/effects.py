"""Effects: what the responses to the failing requests of a finding have in common."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts.diagnosis.member_facts import Holds, facts
from contracts.diagnosis.observation import (
    ACCEPTED,
    AUTHORIZATION,
    FAILED,
    MEDIA_TYPE,
    OPEN,
    REFUSED,
    Observation,
    part_of,
)
from contracts.json_text import ABSENT, value_at
from contracts.root_causes.root_cause import FAILURES

if TYPE_CHECKING:
    from contracts.root_causes.root_cause import RootCause

#: Whether an exchange shows an effect; None if that cannot be decided.
Shows = Callable[[Observation], bool | None]
_INVALID: Final = {
    AUTHORIZATION: "requests without valid credentials",
    MEDIA_TYPE: "requests with another media type",
    "request.body.json": "bodies that are not JSON",
    "request.body.type": "bodies that are not an object",
}


#: Promises that depend on neither the validity of a request nor its outcome.
_OF_ANY_OUTCOME: Final = ("service.answers", "service.time", *sorted(FAILURES))
_UNIQUE: Final = "response.201.id.unique"
_BROKEN: Final = {
    "response.201.json": "{all}responses are not valid JSON",
    "response.201.answers_own_request": "{all}responses show values of another request",
    "response.201.id.unique": "{all}responses have the id of an earlier project",
    "state.reads_back": "projects are lost or changed after {all}responses",
    "service.answers": "{all}requests get no complete answer",
    **dict.fromkeys(FAILURES, "{all}requests make the service fail in this way"),
    "service.time": "{all}requests are answered too late",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a service does.

    Attributes:
        words: The effect; ``{all}`` is replaced by "all" if every request shows it.
        shows: Whether an exchange shows it; None if that cannot be decided.
        cost: The lower, the more specific it is.
    """

    words: str
    shows: Shows
    cost: int = 0


def effects(cause: RootCause, clauses: Sequence[str], failing: Sequence[Observation]) -> Iterator[Effect]:
    """Effects that all failing requests of a finding show, the most specific first."""
    clause = clauses[0]
    if cause.cause == REFUSED:
        yield from _outcomes(clauses, failing)
        return
    if clause.startswith(("request.", "authorization.", "service.no_5xx", "state.external_id_reuse")):
        yield from _outcomes(clauses, failing)
    elif clause.startswith("response.201.") and not clause.endswith(".unique"):
        yield from _members(clause, failing)
    statuses = {seen.response.status for seen in failing}
    if clause == "response.201.status" and len(statuses) == 1:
        status = statuses.pop()
        yield Effect(f"{{all}}valid requests are answered with {status}", partial(_has_status, status))
    yield from _headers(clause, failing)
    if clause == _UNIQUE:  # a finding of the whole run, which no response has
        yield Effect(_BROKEN[clause], _is_repeat, 5)
    elif not clause.startswith(("request.", "authorization.")):
        yield Effect(
            _broken(clause, cause.cause), partial(_breaks, frozenset(clauses), cause.cause, _scope(clause, failing)), 6
        )


def _broken(clause: str, cause: str) -> str:
    """The effect of a finding about responses."""
    if clause.endswith(".echo"):
        return f"{part_of(clause)} comes back changed in {{all}}responses"
    return _BROKEN.get(clause, f"{{all}}responses break the promise {clause} ({cause})")


def _outcomes(clauses: Sequence[str], failing: Sequence[Observation]) -> Iterator[Effect]:
    outcomes = {seen.outcome for seen in failing}
    if len(outcomes) != 1:
        return
    outcome = outcomes.pop()
    statuses = {seen.response.status for seen in failing}
    if outcome == REFUSED and max(statuses) < 300:
        what = _invalid(clauses[0]) if len({_area(clause) for clause in clauses}) == 1 else "invalid requests"
        words = f"{{all}}{what} are answered with the status {' or '.join(map(str, sorted(statuses)))}, not with a 4xx"
        yield Effect(words, partial(_is_refusal_with_2xx, frozenset(clauses)))
        return
    status = f" ({statuses.pop()})" if len(statuses) == 1 else ""
    if outcome == ACCEPTED:
        areas = frozenset(_area(clause) for clause in clauses)
        yield Effect(f"{{all}}{_invalid(clauses[0])} are accepted", partial(_is_accepted, areas))
    elif outcome == REFUSED:
        yield Effect(f"{{all}}valid requests are refused{status}", _is_refused)
    else:
        wrong = frozenset(seen.wrong for seen in failing)
        yield Effect(f"{{all}}requests make the service fail{status}", partial(_fails, wrong))


def _invalid(clause: str) -> str:
    """A phrase for invalid requests, in the plural."""
    part = part_of(clause)
    return _INVALID.get(clause) or _INVALID.get(part) or f"invalid values of {part}"


def _area(clause: str) -> str:
    part = part_of(clause)
    return clause if part in {"?", "body"} else part


def _is_accepted(areas: frozenset[str], seen: Observation) -> bool | None:
    if not seen.wrong or _area(seen.broken) not in areas or seen.outcome == FAILED:
        return None
    return seen.outcome == ACCEPTED


def _is_refused(seen: Observation) -> bool | None:
    return None if seen.broken or seen.outcome == FAILED else seen.outcome == REFUSED


def _is_refusal_with_2xx(clauses: frozenset[str], seen: Observation) -> bool | None:
    return seen.response.status < 300 if seen.broken in clauses and seen.outcome == REFUSED else None


def _fails(wrong: frozenset[str], seen: Observation) -> bool | None:
    if seen.outcome == REFUSED:
        # The refusal may precede the failure, unless the same part is invalid in all failing requests.
        return False if seen.wrong and wrong == {seen.wrong} else None
    return seen.outcome == FAILED


def _has_status(status: int, seen: Observation) -> bool | None:
    return seen.response.status == status if seen.outcome == ACCEPTED and not seen.wrong else None


def _is_repeat(seen: Observation) -> bool | None:
    """Whether a response shows an earlier project; a second use of an externalId may be answered so."""
    return None if seen.outcome != ACCEPTED or seen.shown is None or seen.is_reuse else seen.is_repeat


def _scope(clause: str, failing: Sequence[Observation]) -> tuple[bool, bool]:
    """Whether the finding may occur in successful responses, and in refusals or failures."""
    if clause in _OF_ANY_OUTCOME:
        return True, True
    return any(seen.outcome == ACCEPTED for seen in failing), any(seen.outcome != ACCEPTED for seen in failing)


def _breaks(clauses: frozenset[str], cause: str, scope: tuple[bool, bool], seen: Observation) -> bool | None:
    if not scope[seen.outcome != ACCEPTED] or (seen.wrong and seen.outcome == ACCEPTED):
        return None
    if any(clause in clauses and name == cause for clause, name, _ in seen.findings):
        return True
    # Responses to UNSPECIFIED requests and very long ones are not checked completely.
    return None if seen.broken == OPEN or seen.response.cut or seen.answer is ABSENT else False


def _headers(clause: str, failing: Sequence[Observation]) -> Iterator[Effect]:
    """The effect that responses have another Content-Type."""
    values = {seen.response.header("content-type") for seen in failing}
    of_responses = not clause.startswith("request.") and clause.endswith(("mediaType", "media_type", ".json"))
    if len(values) == 1 and of_responses:
        value = values.pop()
        words = "have no Content-Type" if value is None else f"have the Content-Type {json.dumps(value)}"
        if not clause.endswith("json") or "json" not in str(value):
            yield Effect(f"{{all}}responses {words}", partial(_has_type, value, _scope(clause, failing)), 1)


def _has_type(value: str | None, scope: tuple[bool, bool], seen: Observation) -> bool | None:
    if not scope[seen.outcome != ACCEPTED]:
        return None
    return seen.response.header("content-type") == value


def _members(clause: str, failing: Sequence[Observation]) -> Iterator[Effect]:
    path = clause.removeprefix("response.201.").split(".")[:-1]
    readable = [seen for seen in failing if isinstance(seen.answer, dict)]
    if not path or path[-1] == "items" or not readable:
        return
    if len(path) > 1 and all(value_at(seen.answer, path[:-1]) == {} for seen in readable):
        words = f"{'.'.join(path[:-1])} is an empty object in {{all}}responses"
        yield Effect(words, partial(_shows, path[:-1], _is_empty), 0)
    for words, holds, cost in facts(path, clause.rpartition(".")[2], readable):
        yield Effect(f"{'.'.join(path)} {words} in {{all}}responses", partial(_shows, path, holds), cost)


def _is_empty(_: Observation, value: Any) -> bool:
    return isinstance(value, dict) and not value


def _shows(path: Sequence[str], holds: Holds, seen: Observation) -> bool | None:
    if seen.outcome != ACCEPTED or not isinstance(seen.answer, dict):
        return None
    parent = value_at(seen.answer, path[:-1])
    return holds(seen, value_at(seen.answer, path)) if isinstance(parent, dict) else None
