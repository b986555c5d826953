"""Strings that a service trims before it validates them: one mistake, in whichever promise it shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from contracts.findings import ACCEPTED, REFUSED
from contracts.kinds.bodies import blank_in
from contracts.kinds.changes import AT_THE_ENDS, CHANGED
from contracts.kinds.violations import RIGHT_WHEN_TRIMMED
from contracts.root_causes.root_cause import with_one

if TYPE_CHECKING:
    from contracts.root_causes.root_cause import RootCause

_ECHO, _PATTERN = ".echo", ".pattern"
_IS_ECHO: Final = re.compile(r"response\.201\..*\.echo")


def with_trimmed_values(root_causes: list[RootCause]) -> list[RootCause]:
    """The root causes, with those merged that follow from trimming.

    A field whose strings are returned without the white space at their ends may refuse blank ones, and accept some that
    do not match its pattern. If several fields are trimmed, fields that no response shows are probably trimmed, too.
    """
    found = list(root_causes)
    for trims in root_causes:
        if trims.cause == CHANGED and trims.clause.endswith(_ECHO) and _have(trims, AT_THE_ENDS):
            echoes = filter(_IS_ECHO.fullmatch, trims.clauses or (trims.clause,))
            fields = {clause.split(".")[2] for clause in echoes}
            follow = [cause for cause in found if _follows(cause, fields)]
            found = with_one(found, [trims, *follow], trims) if follow else found
    return found


def _follows(cause: RootCause, fields: set[str]) -> bool:
    """Whether a root cause follows if the strings of ``fields`` are trimmed."""
    if not (cause.clause.startswith("request.") and cause.clause.endswith(_PATTERN)):
        return False
    field = cause.clause.removeprefix("request.").removesuffix(_PATTERN)
    if cause.cause == REFUSED:
        return field in fields and _have(cause, blank_in(field))
    return cause.cause == ACCEPTED and (field in fields or len(fields) > 1) and _have(cause, RIGHT_WHEN_TRIMMED)


def _have(cause: RootCause, kind: str) -> bool:
    """Whether all cases have a kind."""
    return all(kind in cases.kinds for cases in cause.cases)
