"""Merges root causes that are one mistake: fields without validation, missing members, random failures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from contracts.findings import ACCEPTED, REFUSED
from contracts.json_equality import same
from contracts.json_text import ABSENT
from contracts.kinds.bodies import message_of
from contracts.kinds.error_messages import code_of
from contracts.root_causes.converted_types import with_conversions
from contracts.root_causes.defaulted_values import with_defaults
from contracts.root_causes.joined_messages import with_joined_messages
from contracts.root_causes.kept_members import with_kept_members
from contracts.root_causes.misspelt_members import takes_misspelt_members
from contracts.root_causes.root_cause import FAILURES, RootCause, has_message, together, with_one
from contracts.root_causes.same_changes import with_same_changes
from contracts.root_causes.shared_reasons import with_shared_reasons
from contracts.root_causes.skipped_values import with_skipped_values
from contracts.root_causes.taken_members import is_mass_assignment
from contracts.root_causes.trimmed_values import with_trimmed_values
from contracts.root_causes.type_and_null import with_type_and_null

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from contracts.exchange_record import Place

_FAILS, _COMBINATION = "service.no_5xx", "request.combination"
#: The minimum number of clauses that a field without validation breaks, and of members that are missing for one cause.
_VALUE_CLAUSES = ("type", "pattern", "enum", "null")
_MANY_MISSING = 4
#: The minimum share of accepted invalid values of a field without validation: other mistakes may refuse some.
_NEARLY_ALL = 0.85
#: The finding that shows mixed-up requests; the minimum of such findings, and of root causes, that are merged.
_MIXED: Final = ("response.201.answers_own_request", "another")
_MANY_MIXED: Final = 20
_MANY_CONSEQUENCES: Final = 4
#: The share of random failures that look like those of one field, because the request has no other.
_FEW: Final = 0.25
_RESPONSE: Final = "response.201."
_TYPES: Final = "types"
_MISSING, _NOW_AND_THEN = "missing members", "failures now and then"
_TAKEN = "members of the response are taken from the body"
_MISSPELT = "names of members in another case are taken for those of the page"
#: The end of the cause of a failure that did not occur again when the request was repeated.
_AT_TIMES: Final = " at times"
_LEAKS, _READS_BACK, _DIFFERS = "service.error_leaks_nothing", "state.reads_back", " differs"
_TIMES = "the times of the response"
_OF_TIMES: Final = {f"response.201.{name}" for name in ("created.clock", "updated.clock", "updated.order")}


def merged(
    root_causes: list[RootCause],
    counts: Mapping[str, tuple[int, int]],
    accepted: Mapping[str, int],
    own: frozenset[str] = frozenset(),
) -> list[RootCause]:
    """The root causes after merging those that are one mistake.

    Args:
        root_causes: The new ones, most severe first.
        counts: For each clause how many invalid cases exercised it and how many broke it.
        accepted: How many requests of each kind were accepted.
        own: The members of the response that are not fields of a request.
    """
    groups: dict[str, list[RootCause]] = {}
    of_fields = with_type_and_null(with_skipped_values(with_defaults(with_kept_members(root_causes))), counts)
    of_values = with_trimmed_values(with_same_changes(with_conversions(of_fields, counts)))
    merged_values = with_joined_messages(of_values)
    found, rest = with_shared_reasons(merged_values, accepted)
    for cause in rest:
        groups.setdefault(_of_responses(cause, own) or _one_mistake(cause, counts), []).append(cause)
    of_response = groups.get(_MISSING, [])
    if len(of_response) >= _MANY_MISSING:  # its objects may lack members for the same reason
        for name in [name for name in groups if name.startswith(f"{_MISSING} of ")]:
            of_response += groups.pop(name)
    chance = groups.pop(_NOW_AND_THEN, [])
    for name, members in groups.items():
        if members[0].clause in FAILURES and any(member.passed_again for member in members):
            chance += members
            continue
        is_one = bool(name) and len(members) >= (_MANY_MISSING if name.startswith((_MISSING, _TYPES)) else 2)
        found += [together(members, _clearest(members) if name == _TAKEN else None)] if is_one else members
    found = _by_repetition(found)
    found = _by_same_responses(_by_mixed_requests([*_by_code(_by_message(found)), *_by_chance(chance)], counts))
    order = {id(cause): place for place, cause in enumerate(root_causes)}
    return sorted(found, key=lambda cause: order[id(cause)])


def _clearest(taken: list[RootCause]) -> RootCause | None:
    """The root cause that shows best from where members of the response are taken."""
    return next((cause for aspect in (".own", ".echo") for cause in taken if cause.clause.endswith(aspect)), None)


def _by_repetition(root_causes: list[RootCause]) -> list[RootCause]:
    """Merge a few failures that did not occur again into those that did, if these are frequent."""
    rest = list(root_causes)
    for rare in (cause for cause in root_causes if cause.cause.endswith(_AT_TIMES)):
        wanted = (rare.clause, rare.cause.removesuffix(_AT_TIMES))
        firsts = [c for c in rest if (c.clause, c.cause) == wanted and rare.count <= _FEW * c.count]
        if len(firsts) == 1:
            rest = with_one(rest, [firsts[0], rare], firsts[0])
    return rest


def _by_message(root_causes: list[RootCause]) -> list[RootCause]:
    """Merge refusals of which the service names another field into those of that field with the same message.

    Refusals without a known field may be repeated because of the combination; then they are a finding of their own.
    """
    rest = list(root_causes)
    for vague in (cause for cause in root_causes if cause.cause == REFUSED and cause.clause.startswith("request.")):
        messages = _messages(vague)
        words = " ".join(*messages).split() if len(messages) == 1 else []
        is_repeated = vague.passed_again or (vague.failed_again and vague.clause == _COMBINATION)
        if is_repeated or not words or _field_of(vague) in words:
            continue
        named = [
            cause
            for cause in rest
            if cause.cause == REFUSED and messages <= _messages(cause) and _field_of(cause) in words
        ]
        if len(named) == 1:
            rest = with_one(rest, [*named, vague], named[0])
    return rest


def _field_of(cause: RootCause) -> str:
    """The part of a request that a clause about it is about, as messages have it."""
    return cause.clause.split(".")[1].lower()


def _messages(refused: RootCause) -> set[tuple[str, ...]]:
    return {message_of(cases.kinds) for cases in refused.cases}


def _by_code(root_causes: list[RootCause]) -> Iterator[RootCause]:
    """Merge server errors with one code in one place, whatever their message."""
    groups: dict[tuple[str, str], list[RootCause]] = {}
    for cause in root_causes:
        code = code_of(cause.cause) if cause.clause == _FAILS else ""
        place = cause.finding.where if code else ""
        groups.setdefault((code, place) if place else (str(id(cause)), ""), []).append(cause)
    for members in groups.values():
        yield together(members) if len(members) > 1 else members[0]


def by_deviation(known: Iterable[RootCause]) -> list[RootCause]:
    """Merge the root causes that are covered by the same accepted deviation."""
    groups: dict[str, list[RootCause]] = {}
    for cause in known:
        groups.setdefault(cause.known.name if cause.known else "", []).append(cause)
    return [together(members) if len(members) > 1 else members[0] for members in groups.values()]


def _by_chance(failures: list[RootCause]) -> list[RootCause]:
    """Merge intermittent failures, with other root causes that are as rare."""
    most = max((cause.count for cause in failures if cause.passed_again), default=0)
    few = [cause for cause in failures if cause.passed_again or cause.count <= most * _FEW]
    return with_one(failures, few) if few else failures


def _by_mixed_requests(root_causes: list[RootCause], counts: Mapping[str, tuple[int, int]]) -> list[RootCause]:
    """Merge responses that belong to other requests, with findings that follow from that.

    A service that mixes up concurrent requests accepts and refuses some of any kind. Another mistake fails again when
    its case is repeated alone, or breaks nearly every case of its clause.
    """
    mixed = next((cause for cause in root_causes if (cause.clause, cause.cause) == _MIXED and cause.kind == ""), None)
    if mixed is None or mixed.count < _MANY_MIXED:
        return root_causes
    members = [mixed]
    for cause in root_causes:
        cases, broken = counts.get(cause.clause, (0, 0))
        is_whole = cause.cause == ACCEPTED and broken >= max(2, _NEARLY_ALL * cases)
        may_follow = cause.clause == "state.overlap" or (cause.count <= mixed.count * _FEW and not is_whole)
        follows = cause.is_intermittent or (may_follow and not cause.failed_again)
        if cause is not mixed and follows and cause.clause != _FAILS:
            members.append(cause)
    if len(members) < _MANY_CONSEQUENCES:
        return root_causes
    return with_one(root_causes, members, mixed)


def _by_same_responses(root_causes: list[RootCause]) -> list[RootCause]:
    """Merge what one response breaks twice: a server error that shows internals, and a member that is shown wrong.

    A member that is neither what was sent nor what is read back was changed in the response.
    """
    rest = list(root_causes)
    for cause in root_causes:
        if cause.clause == _LEAKS:
            failures = [other for other in rest if other.clause in FAILURES]
            firsts = [c for c in failures if c.count == cause.count and _are_same(c, cause)]
        elif cause.clause == _READS_BACK and cause.cause.endswith(_DIFFERS):
            name = cause.cause.removesuffix(_DIFFERS)
            firsts = [other for other in rest if other.clause == f"response.201.{name}.echo"]
            if _was_right(cause, name):  # what changed it came later
                continue
        else:
            continue
        if len(firsts) == 1:
            rest = [other for other in rest if other not in (cause, *firsts)]
            rest.append(together([*firsts, cause], firsts[0]))
    return rest


def _was_right(cause: RootCause, name: str) -> bool:
    """Whether the response to a request, as far as it is known, showed a member as it was sent."""
    exchanges = [exchange for cases in cause.cases for _, exchange in cases.smallest if exchange is not None]
    return any(
        name in exchange.sent_members and same(exchange.shown_members.get(name, ABSENT), exchange.sent_members[name])
        for exchange in exchanges
    )


def _are_same(failures: RootCause, leaks: RootCause) -> bool:
    """Whether two root causes are of the same exchanges, as far as these are remembered."""
    ones, others = _places(failures), _places(leaks)
    return ones <= others or others <= ones


def _places(cause: RootCause) -> set[Place]:
    """The exchanges of its smallest cases."""
    return {exchange.place for cases in cause.cases for _, exchange in cases.smallest if exchange is not None}


def _of_responses(cause: RootCause, own: frozenset[str]) -> str:
    """The mistake of which a root cause shows one member of the response; empty if there is none."""
    if is_mass_assignment(cause, own):
        return _TAKEN
    if cause.clause.endswith(".instant"):  # one serialiser writes all instants
        return f"instants:{cause.cause}:{re.sub('[0-9]', '0', cause.finding.received)}:{cause.count}"
    if cause.clause.endswith(".idFormat"):  # one generator makes all ids
        return f"ids:{re.sub('[0-9A-Za-z]', 'x', cause.finding.received)}:{cause.count}"
    head, _, aspect = cause.clause.rpartition(".")
    if aspect == "type" and head.count(".") > 2:  # one serialiser writes all members of an object
        return f"{_TYPES} of {head.rpartition('.')[0]}:{cause.cause}:{cause.count}"
    return _TIMES if cause.clause in _OF_TIMES else ""


def _one_mistake(cause: RootCause, counts: Mapping[str, tuple[int, int]]) -> str:
    """A key of the mistake that a root cause may belong to; empty, or unique, if it is one of its own."""
    head, _, aspect = cause.clause.rpartition(".")
    left_out = aspect == "echo" and all("left out" in cases.kinds for cases in cause.cases)
    if cause.clause.startswith(_RESPONSE) and (aspect == "required" or left_out):
        # An object without its members is one mistake, and a response without some of its own another.
        holder = head.removeprefix(_RESPONSE).rpartition(".")[0]
        return f"{_MISSING} of {holder}" if holder else _MISSING
    if cause.clause in FAILURES and has_message(cause):
        return f"{_FAILS}:{cause.cause}"  # the same failure, with a new or a used externalId
    if cause.clause in FAILURES and (cause.passed_again or not cause.failed_again):
        return _NOW_AND_THEN  # the request may be irrelevant
    if takes_misspelt_members(cause):
        return _MISSPELT
    if cause.cause == ACCEPTED and head.startswith("request.") and aspect in _VALUE_CLAUSES:
        field = head.partition(".items")[0]
        if _accepts_all(cause.clause, counts):
            # A field of which other types are refused is validated, whatever its items may be.
            return field if _accepts_all(f"{field}.type", counts) else head
    return _blocked(cause) or f"{cause.clause}:{cause.cause}:{id(cause)}"


def _accepts_all(clause: str, counts: Mapping[str, tuple[int, int]]) -> bool:
    """Whether nearly all invalid cases of a clause were accepted."""
    cases, broken = counts.get(clause, (0, 0))
    return broken >= _NEARLY_ALL * cases


def _blocked(cause: RootCause) -> str:
    """The common message of refusals by a firewall; empty if there is none."""
    if cause.cause != REFUSED:
        return ""
    kinds = {next((kind for kind in cases.kinds if kind.startswith(("401", "403"))), "") for cases in cause.cases}
    return kinds.pop() if len(kinds) == 1 else ""
