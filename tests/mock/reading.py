"""Every route but the creation: list, read, update, delete, and unknown ones."""

from __future__ import annotations

import binascii
from typing import Any

from tests.mock import refusals
from tests.mock.call import Call, Hooks, run
from tests.mock.creation import authorize, parse, shown
from tests.mock.store import ExternalIdTakenError

_LIMIT = 10
_CHANGEABLE = ("displayName", "externalId", "maxConcurrentJobs", "metadata", "releasesEnabled")


async def serve(call: Call, hooks: Hooks) -> None:
    """Answers the call, or sets `refusal`."""
    if call.route == "outside":
        return
    if call.route == "unknown":
        call.refusal = refusals.unknown_route()
        return
    if call.route == "delete" and not call.body and _announces_json(call):
        call.refusal = refusals.empty_json()
        return
    if call.route == "update":
        _parse_change(call)
    call.refusal = call.refusal or authorize(call)
    if call.refusal is None:
        await {"list": _list, "read": _read, "update": _update, "delete": _delete}[call.route](call, hooks)


def _announces_json(call: Call) -> bool:
    return (call.header(b"content-type") or b"").lower().startswith(b"application/json")


async def _list(call: Call, hooks: Hooks) -> None:
    query = call.query
    try:
        limit = int(query.get("limit", _LIMIT))
    except ValueError:
        call.refusal = refusals.invalid_query("limit", "Invalid input: expected number, received NaN")
        return
    try:
        page, following = call.service.store.page(
            limit=max(limit, 0),
            cursor=query.get("cursor"),
            display_name=query.get("displayName"),
            external_id=query.get("externalId"),
        )
    except (ValueError, binascii.Error):
        call.refusal = refusals.invalid_query("cursor", "Invalid cursor")
        return
    call.answer = {"data": [shown(project) for project in page], "next": following, "previous": None}
    await run(hooks["listing"], call)


async def _read(call: Call, hooks: Hooks) -> None:
    project = call.service.store.projects.get(call.project_id)
    if project is None:
        call.refusal = refusals.unknown_project(call.project_id)
        return
    call.answer = {"deleted": None, **shown(project)}
    await run(hooks["reading"], call)


def _parse_change(call: Call) -> None:
    parse(call)
    if call.refusal is None:
        call.service.validate_change(call.value, (), call.issues)
        if call.issues:
            call.refusal = refusals.invalid_fields(call.issues)


async def _update(call: Call, _hooks: Hooks) -> None:
    members: dict[str, Any] = {name: call.value[name] for name in _CHANGEABLE if name in call.value}
    members["updated"] = call.service.clock.timestamp()
    try:
        call.answer = shown(call.service.store.change(call.project_id, members))
    except KeyError:
        call.refusal = refusals.unknown_project(call.project_id)
    except ExternalIdTakenError:
        call.refusal = refusals.external_id_taken(members["externalId"])


async def _delete(call: Call, hooks: Hooks) -> None:
    if call.project_id not in call.service.store.projects:
        call.refusal = refusals.unknown_project(call.project_id)
        return
    await run(hooks["deleting"], call)
    if call.refusal is None:
        call.service.store.remove(call.project_id)
        call.status = 204
