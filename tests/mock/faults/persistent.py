"""The state after a creation: two projects, none, or one that is changed later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mock.creation import shown
from tests.mock.identity import derived_id, new_id
from tests.mock.json_codec import dumps
from tests.mock.mistakes import when
from tests.mock.registry import fault

if TYPE_CHECKING:
    from typing import Any

    from tests.mock.call import Call

_ONE = "state.creates_one"
_READS = "state.reads_back"


def _store_again(call: Call) -> None:
    """Stores the project a second time, with another id and another plan."""
    copy = shown(call.project)
    copy["id"] = copy["plan"]["projectId"] = new_id()
    copy["plan"]["id"] = new_id()
    call.service.store.add(copy, unique=False)


fault("stored", breaks=_ONE, intermittent=True).each(
    # as a retry does that was not needed
    stores_every_twentieth_project_twice=when(lambda call: call.number % 20 == 0, _store_again),
)

fault("stored", breaks=_ONE).each(
    stores_every_project_twice=_store_again,
    # as a join without a limit does
    stores_a_project_twice_with_connections=when(
        lambda call: len(call.fields.get("globalConnectionExternalIds") or []) > 1, _store_again
    ),
)


def _forget(call: Call, project_id: str) -> None:
    if project_id in call.service.store.projects:
        call.service.store.remove(project_id)


def _created(call: Call) -> list[str]:
    """The ids of the projects that were created so far, the newest last."""
    ids: list[str] = call.service.memory.setdefault("created", [])
    ids.append(call.project["id"])
    return ids


@fault("stored", breaks=_READS)
def keeps_the_newest_100_projects(call: Call) -> None:
    """Forgets the oldest project where there are more than a hundred, as a cache does."""
    ids = _created(call)
    if len(ids) > 100:
        _forget(call, ids.pop(0))


@fault("stored", breaks=_READS)
def renames_the_project_created_30_before(call: Call) -> None:
    """Gives the project that was created thirty before the displayName of the new one."""
    before = call.service.store.projects.get(_created(call)[-31:][0])
    if before is not None and len(call.service.memory["created"]) > 30:
        before["displayName"] = call.project["displayName"]


@fault("stored", breaks=_READS, intermittent=True)
def does_not_store_every_hundredth_project(call: Call) -> None:
    """Answers 201 to every hundredth creation and stores nothing, as after a commit that failed."""
    if call.number % 100 == 0:
        _forget(call, call.project["id"])


@fault("stored", breaks=_READS)
def does_not_store_large_metadata(call: Call) -> None:
    """Answers 201 and stores nothing where metadata has more than 8 KiB, as a queue does that drops it."""
    if len(dumps(call.project.get("metadata"))) > 8192:
        _forget(call, call.project["id"])


@fault("reading", breaks=_READS)
def reads_another_platform(call: Call) -> None:
    """Answers another platformId when a project is read."""
    call.answer["platformId"] = derived_id("another platform")


@fault("reading", breaks=_READS)
def reads_a_personal_project(call: Call) -> None:
    """Answers the type PERSONAL when a project is read."""
    call.answer["type"] = "PERSONAL"


@fault("reading", breaks=_READS)
def reads_another_plan(call: Call) -> None:
    """Answers another plan.id when a project is read."""
    call.answer["plan"]["id"] = derived_id("plan", call.answer["id"])


def _first_with_the_same_external_id(call: Call) -> dict[str, Any] | None:
    """The project whose externalId the refused creation wanted; `None` where it was refused for another reason."""
    if call.route != "create" or call.refusal is None or call.refusal.status != 409:
        return None
    external_id = call.fields["externalId"]
    projects = call.service.store.projects.values()
    return next((project for project in projects if project.get("externalId") == external_id), None)


@fault("refusing", breaks=_READS)
def deletes_the_project_whose_external_id_is_refused(call: Call) -> None:
    """Refuses an externalId that is in use, and deletes the project that has it."""
    first = _first_with_the_same_external_id(call)
    if first is not None:
        call.service.store.remove(first["id"])


@fault("refusing", breaks=_READS)
def renames_the_project_whose_external_id_is_refused(call: Call) -> None:
    """Refuses an externalId that is in use, and gives the project that has it the new displayName."""
    first = _first_with_the_same_external_id(call)
    if first is not None:
        first["displayName"] = call.fields["displayName"]
