"""Divides the findings of one clause into mistakes, by the kinds of their cases (see :mod:`contracts.kinds`)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.findings import ACCEPTED
from contracts.kinds.bodies import ANYWHERE, is_of_request
from contracts.kinds.changes import CHANGED, CUT_AFTER, LEFT_OUT, ONE_TARGET, describes_whole, is_vague
from contracts.kinds.violations import BEGINS_RIGHT, CONVERTED, ENDS_RIGHT, NOT_SHOWN
from contracts.root_causes.root_cause import FAILURES, is_about_requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.root_causes.root_cause import Cases, RootCause

#: The minimum share of failing cases of a kind that makes it the kind of a mistake.
_PURE: Final = 0.9
#: The minimum number of cases of a kind, if not all cases are of such kinds: fewer may be chance.
_FEWEST: Final = 3
#: With more parts than this it is one mistake that does not depend on kinds.
_MOST: Final = 3


def divide(cause: RootCause, refused: Mapping[str, Counter[str]], accepted: Counter[str]) -> list[RootCause]:
    """A root cause divided by the kinds of its cases; a known deviation that covers all of it is not divided.

    Args:
        cause: The findings with one clause and cause.
        refused: How many invalid cases of each kind were refused, by clause.
        accepted: How many requests of each kind were accepted.
    """
    if cause.clause in FAILURES and not is_about_requests(cause):
        return [cause]  # the service's message identifies the mistake
    if cause.cause == ACCEPTED:
        passing = refused.get(cause.clause, Counter())
    else:
        passing = accepted + refused.get(cause.cause.partition(" at ")[2], Counter())
    parts = parts_by_kind(cause, passing)
    return [cause] if cause.known and len(parts) > 1 else parts


def parts_by_kind(cause: RootCause, passing: Counter[str]) -> list[RootCause]:
    """The parts of a root cause, one for each kind of case that always fails; itself if there is only one.

    The kinds are chosen as in a set cover, the one with most cases first (Chvatal 1979). Cases of no kind form a part
    of their own; for changed values this part has several changes together.

    Args:
        cause: The findings with one clause and cause.
        passing: How many cases of each kind passed.
    """
    for fewest in (1, _FEWEST):
        parts, left = _covered(cause, passing, fewest)
        if left and (fewest == 1 or cause.cause != CHANGED or len(parts) < 2):
            parts.append(("", left))
        if all(kind for kind, _ in parts) or fewest > 1:
            break
    parts = _with_one_unclear(parts)
    if len(parts) == 1:
        return [replace(cause, label="" if is_of_request(parts[0][0]) else parts[0][0])]
    if not 1 < len(parts) <= _MOST or _is_one(cause, parts):
        return [cause]
    if cause.cause == CHANGED and all(kind for kind, _ in parts):
        parts[0][1].extend(left)
    return [replace(cause, cases=members, kind=kind, label=kind) for kind, members in parts]


def _is_unclear(kind: str, members: list[Cases]) -> bool:
    """Whether nothing identifies the mistake behind a part."""
    return not kind or all(is_vague(kind) for cases in members for kind in cases.kinds)


def _with_one_unclear(parts: list[tuple[str, list[Cases]]]) -> list[tuple[str, list[Cases]]]:
    unclear = [part for part in parts if _is_unclear(*part)]
    if len(unclear) < 2:
        return parts
    return [
        *(part for part in parts if part not in unclear),
        ("", [cases for _, members in unclear for cases in members]),
    ]


def _is_one(cause: RootCause, parts: list[tuple[str, list[Cases]]]) -> bool:
    """Whether all cases may belong to the mistake behind one part whose kind says nothing more."""
    shared = set.intersection(*(set(cases.kinds) for cases in cause.cases)) - {LEFT_OUT, CONVERTED, NOT_SHOWN}
    has_one_target = any(kind.startswith(ONE_TARGET) for kind in shared)
    return has_one_target or (bool(shared) and any(_is_unclear(*part) for part in parts))


def _telling(kind: str) -> tuple[bool, bool, bool]:
    """A sort key for kinds that cover equally many cases: the more informative one last."""
    # The service's message is better than what was sent; a kind that is not about one field may explain others too.
    return (not is_vague(kind), not is_of_request(kind), kind.startswith(ANYWHERE))


def _covered(cause: RootCause, passing: Counter[str], fewest: int) -> tuple[list[tuple[str, list[Cases]]], list[Cases]]:
    """The kinds that cover the cases, each with its cases; and the cases that no kind covers."""
    failing: Counter[str] = Counter()
    for cases in cause.cases:
        failing.update(dict.fromkeys(set(cases.kinds) - {CONVERTED, NOT_SHOWN}, cases.count))
    pure = {kind for kind, count in failing.items() if count >= _PURE * (count + passing[kind])}
    # A pattern without an anchor accepts every text of such a kind; otherwise most texts have the kind by chance.
    pure -= {kind for kind in (BEGINS_RIGHT, ENDS_RIGHT) if failing[kind] < cause.count}
    left = list(cause.cases)
    parts: list[tuple[str, list[Cases]]] = []
    # One text alone shows no limit: something else may have been removed from its end.
    pure -= {kind for kind in pure if kind.startswith(CUT_AFTER) and failing[kind] < min(2, cause.count)}
    # A kind that describes the whole change is better evidence than one that describes a part.
    whole = set(filter(describes_whole, pure))
    # But a part that nearly all cases share, such as a character that is missing, is the mistake; the whole change of
    # some of them (all beyond ASCII is missing) is what it looks like there.
    shared = {
        kind
        for kind in pure - whole
        if cause.cause == CHANGED and not is_vague(kind) and failing[kind] > _PURE * cause.count
    }
    for tier, least in ((shared, fewest), (whole, min(fewest, 2)), (pure - whole, fewest)):
        while left:
            covered = {kind: sum(cases.count for cases in left if kind in cases.kinds) for kind in sorted(tier)}
            kind = max(covered, key=lambda kind: (covered[kind], *_telling(kind)), default="")
            if covered.get(kind, 0) < least:
                break
            parts.append((kind, [cases for cases in left if kind in cases.kinds]))
            left = [cases for cases in left if kind not in cases.kinds]
    return parts, left
