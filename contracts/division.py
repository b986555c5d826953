"""How many mistakes are behind the findings of one clause: the kinds of its cases tell (see :mod:`contracts.kinds`)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.findings import ACCEPTED
from contracts.kinds import BEGINS_RIGHT, CHANGED, CONVERTED, ENDS_RIGHT, LEFT_OUT, ONE_TARGET, is_vague, says_all
from contracts.request_kinds import ANYWHERE, is_of_request
from contracts.root_causes import FAILURES, is_about_requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.root_causes import Cases, RootCause

#: A kind is that of a mistake where so large a share of all its cases fails.
_PURE: Final = 0.9
#: Where not all cases are of such a kind, so many must be: fewer may be chance.
_FEWEST: Final = 3
#: More parts than these are rather one mistake that has nothing to do with kinds.
_MOST: Final = 3


def in_parts(cause: RootCause, refused: Mapping[str, Counter[str]], accepted: Counter[str]) -> list[RootCause]:
    """A root cause by the kinds of its cases; one that is a known deviation as a whole is not divided.

    Args:
        cause: The findings with one clause and cause.
        refused: How many invalid cases of each kind were refused, by clause.
        accepted: How many requests of each kind were accepted.
    """
    if cause.clause in FAILURES and not is_about_requests(cause):
        return [cause]  # what the service says tells the mistake
    if cause.cause == ACCEPTED:
        passing = refused.get(cause.clause, Counter())
    else:
        passing = accepted + refused.get(cause.cause.partition(" at ")[2], Counter())
    parts = divided(cause, passing)
    return [cause] if cause.known and len(parts) > 1 else parts


def divided(cause: RootCause, passing: Counter[str]) -> list[RootCause]:
    """The root cause in parts, one for each kind of case that fails as a whole; itself where it has but one.

    The kinds are chosen as in a set cover, the one with most cases first (Chvatal 1979). What no kind covers is a part
    too; of a changed value it is what several changes together made.

    Args:
        cause: The findings with one clause and cause.
        passing: How many cases of each kind were answered as they should be.
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
    """Whether nothing tells which mistake is behind a part."""
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
    """Whether all cases may be of the mistake behind one part, of which nothing more is known."""
    shared = set.intersection(*(set(cases.kinds) for cases in cause.cases)) - {LEFT_OUT, CONVERTED}
    has_one_target = any(kind.startswith(ONE_TARGET) for kind in shared)
    return has_one_target or (bool(shared) and any(_is_unclear(*part) for part in parts))


def _telling(kind: str) -> tuple[bool, bool, bool]:
    """What sorts the better one of two kinds last that cover as much."""
    # What a service says comes before what was sent; of that, what is not about one field may explain others too.
    return (not is_vague(kind), not is_of_request(kind), kind.startswith(ANYWHERE))


def _covered(cause: RootCause, passing: Counter[str], fewest: int) -> tuple[list[tuple[str, list[Cases]]], list[Cases]]:
    """The kinds that cover the cases, with those of each; and the cases that no kind covers."""
    failing: Counter[str] = Counter()
    for cases in cause.cases:
        failing.update(dict.fromkeys(set(cases.kinds) - {CONVERTED}, cases.count))
    pure = {kind for kind, count in failing.items() if count >= _PURE * (count + passing[kind])}
    # A pattern without an anchor accepts every text of such a kind; else most texts have one by chance.
    pure -= {kind for kind in (BEGINS_RIGHT, ENDS_RIGHT) if failing[kind] < cause.count}
    left = list(cause.cases)
    parts: list[tuple[str, list[Cases]]] = []
    # A kind that says all of a change is better evidence than one that says a part.
    whole = set(filter(says_all, pure))
    for tier, least in ((whole, min(fewest, 2)), (pure - whole, fewest)):
        while left:
            covered = {kind: sum(cases.count for cases in left if kind in cases.kinds) for kind in sorted(tier)}
            kind = max(covered, key=lambda kind: (covered[kind], *_telling(kind)), default="")
            if covered.get(kind, 0) < least:
                break
            parts.append((kind, [cases for cases in left if kind in cases.kinds]))
            left = [cases for cases in left if kind not in cases.kinds]
    return parts, left
