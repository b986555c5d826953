"""Failures and refusals with a common reason in any field (see :mod:`contracts.kinds.bodies`), or a wrong status."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from contracts.findings import ACCEPTED
from contracts.kinds.bodies import ANYWHERE, is_of_request
from contracts.kinds.violations import NO_PROJECT
from contracts.root_causes.root_cause import FAILURES, RootCause, is_about_requests, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The minimum share of a cause's cases with a common reason, and the minimum number of causes that share it.
_MOST_CASES: Final = 0.95
_PLACES: Final = 2


def with_shared_reasons(
    root_causes: list[RootCause], accepted: Mapping[str, int]
) -> tuple[list[RootCause], list[RootCause]]:
    """Merge failures and refusals with a common kind that no accepted request has, and refusals with a 2xx.

    The kinds are chosen as in a set cover, the one that explains most root causes first.

    Args:
        root_causes: The new ones.
        accepted: How many requests of each kind were accepted.

    Returns:
        The merged root causes, and the others.
    """
    left = {id(cause): cause for cause in root_causes}
    reasons = {id(cause): _reasons(cause, accepted) for cause in root_causes}
    found: list[RootCause] = []
    while True:
        explains = {
            kind: [place for place in left if kind in reasons[place]]
            for kind in sorted(set().union(*(reasons[place] for place in left)))
        }
        kind = max(explains, key=lambda kind: (len(explains[kind]), _covered(left, explains[kind], kind)), default="")
        if len(explains.get(kind, ())) < _PLACES:
            return found, list(left.values())
        one = together([left.pop(place) for place in explains[kind]])
        # It is not caused by a field.
        one.cause, one.kind, one.label = one.cause.partition(" at ")[0], kind, kind
        found.append(one)


def _reasons(cause: RootCause, accepted: Mapping[str, int]) -> set[str]:
    """Reasons that other root causes may share: refusals with a 2xx, or a kind that no accepted request has."""
    if cause.cause == ACCEPTED:
        return {NO_PROJECT} if all(NO_PROJECT in cases.kinds for cases in cause.cases) else set()
    if not is_about_requests(cause) or cause.passed_again:
        return set()
    count: Counter[str] = Counter()
    for cases in cause.cases:
        # A failure that no field is blamed for may be that of a value that fails elsewhere, too.
        shared = (k for k in cases.kinds if k.startswith(ANYWHERE) or (cause.clause in FAILURES and is_of_request(k)))
        count.update(dict.fromkeys(shared, cases.count))
    return {kind for kind, cases in count.items() if not accepted.get(kind) and cases >= _MOST_CASES * cause.count}


def _covered(root_causes: Mapping[int, RootCause], places: Iterable[int], kind: str) -> int:
    return sum(cases.count for place in places for cases in root_causes[place].cases if kind in cases.kinds)
