"""`POST /v1/projects`: from bytes to a project, in the order of the real service (validation before the key)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.mock import refusals
from tests.mock.call import Call, run
from tests.mock.identity import new_id
from tests.mock.json_codec import refuse_prototype_keys
from tests.mock.store import ExternalIdTakenError

if TYPE_CHECKING:
    from tests.mock.call import Hooks
    from tests.mock.installation import Installation

#: The share of projects that are in a pool and have a piece of their own.
SPECIAL = 0.15
COLORS = (
    "RED",
    "BLUE",
    "YELLOW",
    "PURPLE",
    "GREEN",
    "PINK",
    "VIOLET",
    "ORANGE",
    "DARK_GREEN",
    "CYAN",
    "LAVENDER",
    "DEEP_ORANGE",
)
_KEY_PREFIX = "sk-"
_PARSED_OTHERWISE = ("application/x-www-form-urlencoded", "multipart/form-data", "application/octet-stream")


async def create(call: Call, hooks: Hooks) -> None:
    """Processes the call through all stages; sets `answer` and status 201, or `refusal`."""
    await run(hooks["received"], call)
    if call.refusal is None and not call.sent:
        parse(call)
        await run(hooks["parsed"], call)
    if call.refusal is None and not call.sent:
        call.service.validate(call.value, (), call.issues)
        await run(hooks["validated"], call)
        if call.issues and call.refusal is None:
            call.refusal = refusals.invalid_fields(call.issues)
    if call.refusal is None and not call.sent:
        call.refusal = authorize(call)
        await run(hooks["authorized"], call)
    if call.refusal is None and not call.sent:
        call.fields = dict(call.value)
        await run(hooks["storing"], call)
    if call.refusal is None and not call.sent:
        call.project = record(call.service, call.fields)
        keep(call)
    if call.refusal is None and not call.sent:
        await run(hooks["stored"], call)
    if call.refusal is None and not call.sent:
        call.status = 201
        call.answer = shown(call.project)
        await run(hooks["answering"], call)


def parse(call: Call) -> None:
    """Sets `value` from the body according to its media type, or `refusal`."""
    content_type = call.header(b"content-type")
    if content_type is None and not call.body:
        call.value = None
        return
    media_type = (content_type or b"").split(b";")[0].strip().lower().decode("latin-1")
    if media_type == "application/json":
        parse_json(call)
    elif media_type == "text/plain":
        call.value = call.body.decode("utf-8", "replace")
    elif media_type in _PARSED_OTHERWISE:
        # The service parses these to objects; the page allows only JSON, so none of them has a name.
        call.value = {}
    else:
        call.refusal = refusals.unsupported_media_type()


def parse_json(call: Call) -> None:
    """Sets `value` from a JSON body, or `refusal`."""
    if not call.body:
        call.refusal = refusals.empty_json()
        return
    try:
        text = call.body.decode()
    except UnicodeDecodeError:
        call.refusal = refusals.wrong_length()
        return
    try:
        call.value = call.service.loads(text)
        refuse_prototype_keys(text, call.value)
    except ValueError:
        call.refusal = refusals.invalid_json()


def authorize(call: Call) -> refusals.Refusal | None:
    """`None` for the platform's key as a bearer token, otherwise the refusal."""
    scheme, _, token = call.authorization.partition(" ")
    if scheme != "Bearer" or not token:
        return refusals.not_allowed()
    if token == call.service.key:
        return None
    return refusals.unknown_key() if token.startswith(_KEY_PREFIX) else refusals.invalid_token()


def record(service: Installation, fields: dict[str, Any]) -> dict[str, Any]:
    """A new project with the members of the service, in its order.

    `metadata` is omitted if none was sent: the page says object, which excludes null. Members that both the request
    schema and the 201 schema describe are echoed.
    """
    project_id, now = new_id(), service.clock.timestamp()
    project: dict[str, Any] = {
        "id": project_id,
        "created": now,
        "updated": now,
        "ownerId": service.owner_id,
        "displayName": fields.get("displayName"),
        "platformId": service.platform_id,
        "maxConcurrentJobs": fields.get("maxConcurrentJobs"),
        "type": "TEAM",
        "icon": {"color": service.random.choice(COLORS)},
        "externalId": fields.get("externalId"),
        "releasesEnabled": False,
    }
    if fields.get("metadata") is not None:
        project["metadata"] = fields["metadata"]
    # As on a real platform, most projects have no pool and no piece of their own, but some do.
    special = service.random.random() < SPECIAL
    project["poolId"] = service.pool_id if special else None
    project["plan"] = _plan(project_id, now, ["@activepieces/piece-http"] if special else [])
    project["analytics"] = {"totalUsers": 0, "activeUsers": 0, "totalFlows": 0, "activeFlows": 0}
    for name, schema in service.further_members.items():
        if name in service.request_members and name in fields:
            project[name] = fields[name]
        elif name in service.required_members or "null" in schema.get("type", []):
            project[name] = blank(schema)
    # Members that must not be null are omitted without a value.
    return {name: value for name, value in project.items() if value is not None or name not in service.never_null}


def _plan(project_id: str, now: str, pieces: list[str]) -> dict[str, Any]:
    return {
        "id": new_id(),
        "created": now,
        "updated": now,
        "projectId": project_id,
        "locked": False,
        "name": "platform",
        "piecesFilterType": "NONE",
        "pieces": pieces,
    }


def blank(schema: dict[str, Any]) -> Any:
    """A valid value for a member that the mock does not know."""
    for keyword in ("default", "example", "const"):
        if keyword in schema:
            return schema[keyword]
    for keyword in ("enum", "examples"):
        if schema.get(keyword):
            return schema[keyword][0]
    types = schema.get("type", "null")
    first = "null" if "null" in types else types if isinstance(types, str) else types[0]
    if first == "object":
        members = schema.get("properties", {})
        return {name: blank(members.get(name, {})) for name in schema.get("required", [])}
    return {"null": None, "string": "", "number": 0, "integer": 0, "boolean": False, "array": []}[first]


def keep(call: Call) -> None:
    """Stores the project, or sets `refusal` where its externalId is taken."""
    try:
        call.service.store.add(call.project, unique=call.service.unique_external_ids)
    except ExternalIdTakenError:
        call.refusal = refusals.external_id_taken(call.project["externalId"])


def shown(project: dict[str, Any]) -> dict[str, Any]:
    """A copy whose members can be changed without changing the stored project; metadata is shared."""
    copy = dict(project)
    for name in ("icon", "plan", "analytics"):
        if isinstance(copy.get(name), dict):
            copy[name] = dict(copy[name])
    return copy


def found(service: Installation) -> None:
    """The personal project of the owner, which every platform has."""
    project = record(service, {"displayName": "Owner's Project"})
    project["type"] = "PERSONAL"
    project["plan"]["name"] = "free"
    service.store.add(project)
