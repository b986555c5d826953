"""Checks of the project in a 201 response: ids, instants, and the values that were sent."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.checks.check import covers
from contracts.checks.quoting import shown, shown_apart
from contracts.clauses import ID_MEMBERS
from contracts.expectation import VALUES_STAND, Expected
from contracts.findings import ACCEPTED, Finding
from contracts.implied_clauses import COUNTS, OWN
from contracts.instants import instant
from contracts.json_equality import first_difference
from contracts.kinds.changes import CHANGED, kinds_of_change
from contracts.kinds.violations import kinds_of_mismatch
from contracts.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from contracts.checks.check import Count
    from contracts.checks.context import Context
    from contracts.document import Field

ID_FORMAT: Final = re.compile(r"[0-9a-zA-Z]{21}")


def member(project: dict[str, Any], path: str) -> Any:
    """The value at a dotted path, or ``json_text.ABSENT``."""
    return json_text.value_at(project, path.split("."))


def _shown_members(aspect: str, paths: tuple[str, ...]) -> Count:
    """A function that counts the clause ``aspect`` for each member at ``paths`` that a project has."""

    def count(context: Context) -> Iterator[str]:
        if context.project is not None:
            for path in paths:
                if member(context.project, path) not in (None, json_text.ABSENT):
                    yield f"response.201.{path}.{aspect}"

    return count


@covers("response.201.*.idFormat", count=_shown_members("idFormat", ID_MEMBERS))
def id_format(context: Context) -> Iterator[Finding]:
    """response.201.*.idFormat: id, ownerId, plan.id and plan.projectId have the format of the service's ids."""
    if context.project is None:
        return
    own = context.project.get("id")
    for path in ID_MEMBERS:
        value = member(context.project, path)
        # A wrong id that occurs twice, or that was sent, is reported once.
        told = value in (context.sent.get("id"), context.sent.get(path)) or (path != "id" and value == own)
        if isinstance(value, str) and not ID_FORMAT.fullmatch(value) and not told:
            received = f"{shown(value)} ({len(value)} characters)"
            yield _at(path, "idFormat", "format", "21 letters and digits", received)


@covers("response.201.plan.projectId.equalsId", count=_shown_members("equalsId", ("plan.projectId",)))
def plan_belongs_to_project(context: Context) -> Iterator[Finding]:
    """response.201.plan.projectId.equalsId: the plan names its project."""
    if context.project is None:
        return
    own, other = context.project.get("id"), member(context.project, "plan.projectId")
    well_formed = isinstance(other, str) and isinstance(own, str) and ID_FORMAT.fullmatch(other)
    if well_formed and ID_FORMAT.fullmatch(str(own)) and own != other:
        yield _at("plan.projectId", "equalsId", "differs", f"the project's id {own}", shown(other))


_INSTANTS: Final = ("created", "updated", "plan.created", "plan.updated")
_count_instants = _shown_members("instant", _INSTANTS)
_count_orders = _shown_members("order", ("updated", "plan.updated"))


def _dated(context: Context) -> Iterator[str]:
    yield from _count_instants(context)
    yield from _count_orders(context)


@covers("response.201.*.instant", "response.201.*.order", count=_dated)
def instants(context: Context) -> Iterator[Finding]:
    """response.201.*.instant and .updated.order of the project and of its plan (RFC 3339, section 5.6)."""
    if context.project is None:
        return
    for prefix in ("", "plan."):
        read: dict[str, datetime] = {}
        unit = timedelta()
        for name in ("created", "updated"):
            value = member(context.project, prefix + name)
            if isinstance(value, str):
                unit = max(unit, _unit(value))
                moment = instant(value)
                if moment is None:
                    expected = "an instant such as 2026-01-31T12:00:00.000Z"
                    yield _at(f"{prefix}{name}", "instant", "format", expected, shown(value))
                else:
                    read[name] = moment
        # An instant with fewer digits may have been rounded.
        if len(read) == 2 and read["updated"] <= read["created"] - unit:
            expected = f"updated not before created ({read['created'].isoformat()})"
            received = read["updated"].isoformat()
            if read["updated"] == read["created"].replace(microsecond=0):
                received += ": created without its fraction of a second"
            yield _at(f"{prefix}updated", "order", "before", expected, received)


def _unit(text: str) -> timedelta:
    """The precision of an instant: the unit of its last digit, from a microsecond to a millisecond."""
    fraction = re.search(r"\.(\d{1,6})", text)
    return timedelta(microseconds=min(1_000, 10 ** (6 - len(fraction.group(1)) if fraction else 6)))


@covers("response.201.analytics.*.count", count=_shown_members("count", COUNTS))
def counts(context: Context) -> Iterator[Finding]:
    """response.201.analytics.*.count: the counts are whole numbers, not negative."""
    for path in COUNTS:
        value = member(context.project or {}, path)
        if json_text.has_type(value, "number") and not (json_text.has_type(value, "integer") and value >= 0):
            yield _at(path, "count", "no count", "a whole number, not below zero", shown(value))


def _at(path: str, aspect: str, cause: str, expected: str, received: str) -> Finding:
    return Finding(f"response.201.{path}.{aspect}", cause, expected, received, "/" + path.replace(".", "/"))


def _sent_values(context: Context) -> Iterator[str]:
    if context.project is not None and context.expectation.expected is Expected.CREATED:
        yield "response.201.answers_own_request"
        for name in context.contract.echoed:
            if context.sent.get(name) is not None and not (context.is_lean and name not in context.project):
                yield f"response.201.{name}.echo"


@covers("response.201.*.echo", "response.201.answers_own_request", count=_sent_values)
def echo(context: Context) -> Iterator[Finding]:
    """response.201.*.echo: each value that was sent is returned as the same JSON value.

    A value with the number of another request of the run breaks response.201.answers_own_request instead.
    """
    project = context.project
    if project is None or not set(context.expectation.why) <= VALUES_STAND:
        return
    changed = []
    echoed = context.contract.echoed
    for field in context.contract.response_fields:
        name = field.path
        if name not in echoed:
            continue
        sent, received = context.sent.get(name), project.get(name, json_text.ABSENT)
        # Go and others omit optional members that are empty.
        may_be_absent = context.is_lean or sent == {}
        if (isinstance(sent, str) and sent == received) or (may_be_absent and received is json_text.ABSENT):
            continue
        if _is_of_another(context, received):
            expected = f"the project of this request ({name} {shown(sent)})"
            yield Finding(
                "response.201.answers_own_request", "another", expected, f"{name} {shown(received)}", f"/{name}"
            )
            return
        if sent is None:
            # A null may be returned as null or omitted; a member that was not sent may have a default.
            if (
                name in context.sent
                and received is not None
                and not _left_to_schema(field, received)
                and received is not json_text.ABSENT
            ):
                changed.append(_changed(name, sent, received, f"/{name}"))
        elif not _left_to_schema(field, received):
            difference = first_difference(sent, received, f"/{name}")
            if difference is not None:
                pointer, before, after = difference
                changed.append(_changed(name, before, after, pointer))
    yield from changed


@covers("request.*.pattern", count=lambda _: ())
def shown_texts_match(context: Context) -> Iterator[Finding]:
    """request.*.pattern: texts shown in the response to an UNSPECIFIED request match the pattern."""
    project = context.project
    # If the values must be those of the request, the echo check reports a difference.
    if project is None or set(context.expectation.why) <= VALUES_STAND:
        return
    sent = (context.exchange.case.body or b"").decode("utf-8", "replace")
    for field in context.contract.fields:
        text = project.get(field.path)
        # A text that was not sent was changed by the service: the echo check of other requests reports that.
        if field.pattern is None or not isinstance(text, str) or not text or text not in sent:
            continue
        if not Pattern.compile(field.pattern).matches(text):
            yield Finding(
                f"request.{field.path}.pattern",
                ACCEPTED,
                f"a 4xx, or a project whose {field.path} matches the pattern",
                f"{field.path} {shown(text)}",
                f"/{field.path}",
                kinds_of_mismatch(field.pattern, text),
            )


def _changed(name: str, before: Any, after: Any, pointer: str) -> Finding:
    expected, received = shown_apart(before, after)
    return Finding(f"response.201.{name}.echo", CHANGED, expected, received, pointer, kinds_of_change(before, after))


def _is_of_another(context: Context, received: Any) -> bool:
    """Whether ``received`` has the id of the run with a number that was not sent with this request."""
    return isinstance(received, str) and bool(context.foreign_name(received))


def _left_to_schema(field: Field, received: Any) -> bool:
    """Whether the schema check already reports the value."""
    if received is json_text.ABSENT:
        return field.required
    if received is None:
        return not field.nullable
    return bool(field.types) and not json_text.has_one_of(received, field.types)


def _unlisted(context: Context) -> Iterator[str]:
    if context.project is not None:
        yield from (f"response.201.{name}.own" for name in OWN if name in context.sent)


@covers("response.201.id.unique", "response.201.*.own", count=_unlisted)
def nothing_is_taken_over(context: Context) -> Iterator[Finding]:
    """response.201.id.unique and .own: unlisted members of the body do not set members of the project."""
    listed = {field.path for field in context.contract.fields}
    for name in ("id", *OWN):
        sent = context.sent.get(name)
        if name not in listed and sent is not None and (context.project or {}).get(name) == sent:
            aspect = "unique" if name == "id" else "own"
            yield _at(name, aspect, "taken from the body", f"{name} of the service's own", shown(sent))
