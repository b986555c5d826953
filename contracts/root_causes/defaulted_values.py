"""Defaults that a service uses for a required field: one mistake, whatever they are used for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from contracts.json_equality import same
from contracts.json_text import ABSENT
from contracts.root_causes.root_cause import accepted_field, with_one

if TYPE_CHECKING:
    from contracts.root_causes.root_cause import RootCause


def with_defaults(root_causes: list[RootCause]) -> list[RootCause]:
    """The root causes, with those merged in which one value is shown for a field that was missing, null or empty."""
    groups: dict[tuple[str, str], list[RootCause]] = {}
    for cause in root_causes:
        name = accepted_field(cause)
        default = _default(cause, name) if name else None
        if default is not None:
            groups.setdefault((name, default), []).append(cause)
    found = list(root_causes)
    for members in groups.values():
        if len(members) > 1:
            found = with_one(found, members)
    return found


def _default(cause: RootCause, name: str) -> str | None:
    """The one value, as JSON, that all smallest cases show for a field instead of what was sent; None if there is none.

    A default of null says nothing: it may also be what is left of a value that is not stored.
    """
    shown = set()
    for cases in cause.cases:
        for _, exchange in cases.smallest:
            value = exchange.shown_members.get(name) if exchange is not None else None
            if exchange is None or value is None or same(exchange.sent_members.get(name, ABSENT), value):
                return None
            shown.add(json.dumps(value, sort_keys=True))
    return shown.pop() if len(shown) == 1 else None
