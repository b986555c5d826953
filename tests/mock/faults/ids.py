"""Ids in another format, repeated, or of other objects."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

from tests.mock.identity import ALPHABET, LENGTH, derived_id, new_id
from tests.mock.mistakes import Members, answers, becomes, its_turn, sent, sets
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_FORMAT = "response.201.id.idFormat"


def _rename(call: Call, project_id: str) -> None:
    """Gives a project another id, everywhere, as a service with another generator would have."""
    projects = call.service.store.projects
    projects.pop(call.project["id"], None)
    call.project["id"] = call.project["plan"]["projectId"] = project_id
    projects[project_id] = call.project


@fault("stored", breaks=_FORMAT)
def gives_ids_of_20_characters(call: Call) -> None:
    """Gives ids of 20 characters."""
    _rename(call, call.project["id"][:20])


@fault("stored", breaks=_FORMAT)
def gives_uuids(call: Call) -> None:
    """Gives UUIDs as ids."""
    _rename(call, str(uuid.uuid4()))


@fault("stored", breaks=_FORMAT, intermittent=True)
def gives_an_id_with_an_underscore_now_and_then(call: Call) -> None:
    """Gives some ids with an underscore, as the generator's usual alphabet would."""
    if its_turn(call):
        project_id = call.project["id"]
        _rename(call, project_id[:12] + "_" + project_id[13:])


@fault("stored", breaks=_FORMAT)
def gives_an_id_with_a_prefix_to_external_projects(call: Call) -> None:
    """Gives an id with a prefix where an externalId was sent."""
    if call.fields.get("externalId"):
        _rename(call, "ext_" + call.project["id"])


@fault("stored", breaks=_FORMAT)
def gives_ids_of_22_characters_after_a_hundred(call: Call) -> None:
    """Gives ids of 22 characters from the hundredth request on."""
    if call.number >= 100:
        _rename(call, call.project["id"] + "0")


answers(breaks="response.201.ownerId.idFormat").each(
    answers_the_owner_as_an_address=sets("ownerId", "owner@example.com"),
    answers_an_empty_owner_id=sets("ownerId", ""),
)

answers(breaks="response.201.ownerId.idFormat", when=sent("alertReceiverEmail")).each(
    answers_the_alert_receiver_as_owner=becomes("ownerId", lambda value: value[:8]),
)

answers(breaks="response.201.plan.id.idFormat").each(
    answers_plan_id_as_a_uuid=becomes("plan.id", lambda _value: str(uuid.uuid4())),
)

answers(breaks="response.201.plan.id.idFormat", intermittent=True).each(
    answers_plan_id_with_a_hyphen_now_and_then=becomes("plan.id", lambda value: "-" + value[1:]),
)


@answers(breaks="response.201.plan.projectId.idFormat")
def answers_plan_project_id_in_upper_case_with_hyphens(answer: Members) -> None:
    """Answers plan.projectId as a UUID in upper case."""
    answer["plan"]["projectId"] = str(uuid.uuid4()).upper()


answers(breaks="response.201.plan.projectId.equalsId").each(
    answers_plan_project_id_of_no_project=becomes("plan.projectId", lambda _value: new_id()),
    answers_plan_project_id_in_lower_case=becomes("plan.projectId", lambda value: value.lower()),
)


@answers(breaks="response.201.plan.projectId.equalsId")
def confuses_plan_project_id_with_plan_id(answer: Members) -> None:
    """Answers plan.id as plan.projectId."""
    answer["plan"]["projectId"] = answer["plan"]["id"]


@answers(breaks="response.201.plan.projectId.equalsId", when=lambda sent: bool(sent.get("metadata")))
def answers_a_template_as_plan_project_id_with_metadata(answer: Members) -> None:
    """Answers the owner's id as plan.projectId where metadata was sent."""
    answer["plan"]["projectId"] = answer["ownerId"]


@fault("answering", breaks="response.201.plan.projectId.equalsId")
def answers_plan_project_id_of_the_project_before(call: Call) -> None:
    """Answers as plan.projectId the id of the project that was created before."""
    answer = call.answer
    before = _remembered(call, "before", answer["id"])
    answer["plan"]["projectId"] = before


_UNIQUE = "response.201.id.unique"


def _remembered(call: Call, name: str, value: str) -> str:
    """The value that was given the last time, or this one the first time."""
    memory: dict[str, Any] = call.service.memory
    before = memory.get(name, value)
    memory[name] = value
    return str(before)


@fault("stored", breaks=_UNIQUE, intermittent=True)
def gives_an_id_twice_now_and_then(call: Call) -> None:
    """Gives some projects the id of the project before."""
    memory = call.service.memory
    if "last" in memory and its_turn(call):
        _rename(call, memory["last"])
    memory["last"] = call.project["id"]


@fault("stored", breaks=_UNIQUE)
def makes_ids_from_display_names(call: Call) -> None:
    """Gives projects of one name one id."""
    _rename(call, derived_id("project", call.project["displayName"]))


@fault("stored", breaks=_UNIQUE)
def makes_ids_from_the_time(call: Call) -> None:
    """Gives projects that are created within a fifth of a second one id."""
    _rename(call, derived_id("moment", str(time.time_ns() // 200_000_000)))


@fault("stored", breaks=_UNIQUE)
def makes_ids_of_few_bits(call: Call) -> None:
    """Gives one of 64 ids only."""
    _rename(call, derived_id("bucket", str(ord(call.project["id"][0]) % 64)))


@fault("stored", breaks="response.201.plan.id.unique")
def gives_every_plan_one_id(call: Call) -> None:
    """Gives every plan the same id."""
    call.project["plan"]["id"] = derived_id("plan")


@fault("stored", breaks="response.201.plan.id.unique")
def shares_a_plan_without_metadata(call: Call) -> None:
    """Gives the plans of projects without metadata the same id."""
    if "metadata" not in call.project:
        call.project["plan"]["id"] = derived_id("plan")


@fault("stored", breaks="response.201.plan.id.unique", intermittent=True)
def gives_a_plan_id_twice_now_and_then(call: Call) -> None:
    """Gives some plans the id of the plan before."""
    plan = call.project["plan"]
    before = _remembered(call, "plan", plan["id"])
    if its_turn(call):
        plan["id"] = call.service.memory["plan"] = before


_CONSTANT = "response.201.platformId.constant"


answers(breaks=_CONSTANT).each(answers_a_new_platform_each_time=becomes("platformId", lambda _value: new_id()))

answers(breaks=_CONSTANT, intermittent=True).each(
    answers_another_platform_now_and_then=becomes("platformId", lambda _value: derived_id("another platform")),
)

answers(breaks=_CONSTANT, when=lambda sent: bool(sent.get("externalId"))).each(
    answers_another_platform_with_external_id=becomes("platformId", lambda _value: derived_id("another platform")),
)


@fault("answering", breaks=_CONSTANT)
def takes_platform_id_from_the_body(call: Call) -> None:
    """Takes platformId from the body where it has the form of an id."""
    wanted = call.value.get("platformId")
    if isinstance(wanted, str) and len(wanted) == LENGTH and set(wanted) <= set(ALPHABET):
        call.answer["platformId"] = wanted


@fault("stored", breaks="response.201.id.unique")
def takes_id_from_the_body(call: Call) -> None:
    """Takes id from the body where it is a text."""
    if isinstance(call.value.get("id"), str):
        _rename(call, call.value["id"])


@fault("answering", breaks="response.201.ownerId.own")
def takes_owner_id_from_the_body(call: Call) -> None:
    """Takes ownerId from the body where it is a text."""
    if isinstance(call.value.get("ownerId"), str):
        call.answer["ownerId"] = call.value["ownerId"]
