"""Values that count as nothing in a common language and are therefore not validated, in any field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.json_text import ABSENT
from contracts.root_causes.root_cause import accepted_field, with_one

if TYPE_CHECKING:
    from contracts.root_causes.root_cause import Cases, RootCause

#: The minimum number of fields in which such values are accepted for one cause, and of such values in each: one value
#: in a field may be accepted for another reason, such as an empty text that is taken for null.
_FIELDS, _OF_A_FIELD = 3, 2


def with_skipped_values(root_causes: list[RootCause]) -> list[RootCause]:
    """The root causes, with those merged that accept only values that count as nothing, in several fields.

    A check such as ``if (body.name && ...)`` skips null, false, 0 and an empty text, and in Python also an empty list
    and an empty object.
    """
    fields: dict[str, list[RootCause]] = {}
    for cause in root_causes:
        name = accepted_field(cause)
        if name and all(map(_are_skipped, cause.cases)):
            fields.setdefault(name, []).append(cause)
    several = [causes for causes in fields.values() if len(_shown_in(causes)) >= _OF_A_FIELD]
    return with_one(root_causes, [c for causes in several for c in causes]) if len(several) >= _FIELDS else root_causes


def _shown_in(causes: list[RootCause]) -> set[str]:
    """The different values in the smallest cases of some root causes, as JSON distinguishes them."""
    return {repr(value) for cause in causes for cases in cause.cases for value in _values(cases)}


def _are_skipped(cases: Cases) -> bool:
    return all(value is not ABSENT and not value for value in _values(cases))


def _values(cases: Cases) -> list[object]:
    """The values of the field of a finding in its smallest cases; ABSENT if there is none."""
    return [
        exchange.sent_members.get(finding.where.removeprefix("/"), ABSENT) if exchange is not None else ABSENT
        for finding, exchange in cases.smallest
    ]
