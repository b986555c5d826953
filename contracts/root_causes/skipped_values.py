"""Values that count as nothing in a common language and are therefore not validated, in any field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.json_text import ABSENT, is_number
from contracts.kinds.changes import CHANGED
from contracts.root_causes.root_cause import accepted_field, with_one

if TYPE_CHECKING:
    from contracts.root_causes.root_cause import Cases, RootCause

#: The minimum number of fields in which such values are accepted for one cause, and of such values in each: one value
#: in a field may be accepted for another reason, such as an empty text that is taken for null.
_FIELDS, _OF_A_FIELD = 3, 2


def with_skipped_values(root_causes: list[RootCause]) -> list[RootCause]:
    """The root causes, with those merged that accept only values that count as nothing, in several fields.

    A check such as ``if (body.name && ...)`` skips null, false, 0 and an empty text, and in Python also an empty list
    and an empty object. A service may also remove one such value, an empty text for example, from every body.
    """
    root_causes = _with_one_skipped_value(root_causes)
    fields: dict[str, list[RootCause]] = {}
    for cause in root_causes:
        name = accepted_field(cause)
        if name and all(map(_are_skipped, cause.cases)):
            fields.setdefault(name, []).append(cause)
    several = [causes for causes in fields.values() if len(_shown_in(causes)) >= _OF_A_FIELD]
    return with_one(root_causes, [c for causes in several for c in causes]) if len(several) >= _FIELDS else root_causes


def _with_one_skipped_value(root_causes: list[RootCause]) -> list[RootCause]:
    """The root causes, with those merged in which the same value is accepted, or comes back as null, in several fields.

    null alone says nothing: each field has a statement of its own about it.
    """
    groups: dict[str, list[RootCause]] = {}
    for cause in root_causes:
        shown = _shown_in([cause]) if accepted_field(cause) or _is_dropped(cause) else set()
        if len(shown) == 1 and all(map(_are_skipped, cause.cases)):
            groups.setdefault(shown.pop(), []).append(cause)
    for value, members in groups.items():
        fields = {accepted_field(cause) for cause in members} - {""}
        if value != repr(None) and len(fields) >= _FIELDS:
            accepts = next(cause for cause in members if accepted_field(cause))
            root_causes = with_one(root_causes, members, accepts)
    return root_causes


def _is_dropped(cause: RootCause) -> bool:
    """Whether values come back as null, or not at all."""
    is_echo = cause.cause == CHANGED and cause.clause.endswith(".echo")
    return is_echo and all(not {"to null", "left out"}.isdisjoint(cases.kinds) for cases in cause.cases)


def _shown_in(causes: list[RootCause]) -> set[str]:
    """The different values in the smallest cases of some root causes, as JSON distinguishes them."""
    shown = (value for cause in causes for cases in cause.cases for value in _values(cases))
    return {repr(0 if is_number(value) and value == 0 else value) for value in shown}


def _are_skipped(cases: Cases) -> bool:
    return all(value is not ABSENT and not value for value in _values(cases))


def _values(cases: Cases) -> list[object]:
    """The values of the field of a finding in its smallest cases; ABSENT if there is none."""
    return [
        exchange.sent_members.get(finding.where.removeprefix("/"), ABSENT) if exchange is not None else ABSENT
        for finding, exchange in cases.smallest
    ]
