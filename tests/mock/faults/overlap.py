"""Mistakes that occur only with concurrent requests."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from tests.mock import refusals
from tests.mock.identity import derived_id
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_OWN = "response.201.answers_own_request"
_OVERLAP = "state.overlap"
overlapping = partial(fault, overlap=True)
_WINDOW = 0.003  # seconds in which another request can come between


async def _meanwhile() -> None:
    await asyncio.sleep(_WINDOW)


async def _external_id_that_was_free(call: Call) -> str | None:
    """The externalId of a request, once another one could come between; None if a project has it already."""
    external_id: str | None = call.fields.get("externalId")
    if external_id is None or call.service.store.taken(external_id):
        return None
    await _meanwhile()
    return external_id


@overlapping("storing", breaks="response.201.answers_own_request")
async def answers_with_the_display_name_of_another_request(call: Call) -> None:
    """Keeps displayName in a variable that all requests share."""
    memory = call.service.memory
    memory["displayName"] = call.fields["displayName"]
    await _meanwhile()
    call.fields["displayName"] = memory["displayName"]


@overlapping("storing", breaks="response.201.metadata.echo")
async def answers_with_the_metadata_of_another_request(call: Call) -> None:
    """Keeps metadata in a variable that all requests share."""
    memory = call.service.memory
    if "metadata" in call.fields:
        memory["metadata"] = call.fields["metadata"]
        await _meanwhile()
        call.fields["metadata"] = memory["metadata"]


@overlapping("storing", breaks=_OWN)
async def answers_with_all_fields_of_another_request(call: Call) -> None:
    """Keeps the whole body in a variable that all requests share."""
    memory = call.service.memory
    call.service.unique_external_ids = False
    memory["fields"] = dict(call.fields)
    await _meanwhile()
    call.fields = memory["fields"]


@overlapping("answering", breaks=_OWN)
async def swaps_the_answers_of_two_requests(call: Call) -> None:
    """Gives each of two requests that are under way together the response of the other."""
    memory = call.service.memory
    waiting: Call | None = memory.get("waiting")
    if waiting is not None:
        memory["waiting"] = None
        waiting.answer, call.answer = call.answer, waiting.answer
        return
    memory["waiting"] = call
    await _meanwhile()
    if memory.get("waiting") is call:
        memory["waiting"] = None


@overlapping("storing", breaks=_OWN)
async def answers_with_the_external_id_of_another_request(call: Call) -> None:
    """Keeps externalId in a variable that all requests share."""
    memory = call.service.memory
    if call.fields.get("externalId") is not None:
        call.service.unique_external_ids = False
        memory["externalId"] = call.fields["externalId"]
        await _meanwhile()
        call.fields["externalId"] = memory["externalId"]


@overlapping("stored", breaks="response.201.id.unique")
async def counts_ids_without_a_lock(call: Call) -> None:
    """Makes ids from a counter that it reads before and writes after another step."""
    count = call.service.memory.get("count", 0)
    await _meanwhile()
    call.service.memory["count"] = count + 1
    projects = call.service.store.projects
    projects.pop(call.project["id"], None)
    project_id = derived_id("counted", call.service.key, str(count))
    call.project["id"] = call.project["plan"]["projectId"] = project_id
    projects[project_id] = call.project


@overlapping("storing", breaks="state.external_id_reuse")
async def fails_with_one_external_id_at_once(call: Call) -> None:
    """Answers 500 to the second of two requests with one externalId that come at once."""
    external_id = await _external_id_that_was_free(call)
    if call.service.store.taken(external_id):
        call.refusal = refusals.internal_error()


@overlapping("storing", breaks="state.external_id_reuse")
async def takes_one_external_id_twice_at_once(call: Call) -> None:
    """Looks for an externalId before it stores, without a lock: two that come at once are both created."""
    external_id = await _external_id_that_was_free(call)
    if external_id is not None:
        call.service.store.release(external_id)


@overlapping("storing", breaks="service.time")
async def hangs_with_one_external_id_at_once(call: Call) -> None:
    """Never answers the second of two requests with one externalId that come at once: a deadlock."""
    external_id = await _external_id_that_was_free(call)
    if call.service.store.taken(external_id):
        call.sent = True
        await call.connection.gone()


@overlapping("storing", breaks="service.no_5xx")
async def fails_with_five_requests_at_once(call: Call) -> None:
    """Answers 500 while five requests or more are under way: its pool has four connections."""
    await _meanwhile()
    if call.service.under_way >= 5:
        call.refusal = refusals.internal_error()


@overlapping("storing", breaks=_OVERLAP)
async def refuses_while_another_creation_is_under_way(call: Call) -> None:
    """Answers 409 while another creation is stored."""
    memory = call.service.memory
    if memory.get("busy"):
        call.refusal = refusals.Refusal(409, {"code": "CONFLICT", "params": {"message": "busy"}})
        return
    memory["busy"] = True
    await _meanwhile()
    memory["busy"] = False


@overlapping("validated", breaks=_OVERLAP)
async def shares_the_issues_of_validation(call: Call) -> None:
    """Refuses a good body where a wrong one is validated at the same time."""
    memory = call.service.memory
    if call.issues:
        memory["issues"] = list(call.issues)
        await _meanwhile()
        await _meanwhile()
        memory.pop("issues", None)
    else:
        await _meanwhile()
        call.issues = list(memory.get("issues", ()))


@overlapping("authorized", breaks="authorization.required")
async def shares_authorization_between_requests(call: Call) -> None:
    """Uses the authorization of another request that is under way."""
    memory = call.service.memory
    memory["allowed"] = memory.get("allowed", 0) + (call.refusal is None)
    await _meanwhile()
    if call.refusal is None:
        memory["allowed"] -= 1
    elif memory["allowed"] > 0:
        call.refusal = None


@overlapping("sending", breaks="service.answers")
async def closes_connections_while_another_request_is_under_way(call: Call) -> None:
    """Closes the connection without a response while four requests or more are under way."""
    await _meanwhile()
    if call.service.under_way >= 4:
        call.sent = True
        await call.connection.close()


@overlapping("storing", breaks="service.time")
async def hangs_with_three_requests_at_once(call: Call) -> None:
    """Never answers while three requests or more are under way: a deadlock."""
    await _meanwhile()
    if call.service.under_way >= 3:
        call.sent = True
        await call.connection.gone()


@overlapping("answering", breaks="response.201.platformId.constant")
async def loses_the_platform_while_another_request_is_under_way(call: Call) -> None:
    """Answers another platformId while another request is under way."""
    await _meanwhile()
    if call.service.under_way >= 2:
        call.answer["platformId"] = derived_id("another platform")
