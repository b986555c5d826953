"""Created projects that look different and keep every promise."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Self

from tests.mock.identity import ALPHABET, LENGTH
from tests.mock.json_codec import Json, dumps
from tests.mock.refusals import unknown_project
from tests.mock.registry import variant, variant_setup

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.service import Service

_words = random.Random()  # noqa: S311  # seeded by the system: ids must not repeat


def _every_answer(service: Service, change: Any) -> None:
    """Changes each project that is shown: created, read or listed."""

    def one(call: Call) -> None:
        change(call.answer)

    def each(call: Call) -> None:
        for project in call.answer["data"]:
            change(project)

    service.hooks["answering"].append(one)
    service.hooks["reading"].append(one)
    service.hooks["listing"].append(each)


@variant_setup
def additional_members(service: Service) -> None:
    """Answers with members that the page does not list."""

    def change(project: dict[str, Any]) -> None:
        project["notifyStatus"] = "ALWAYS"
        project["plan"]["tasks"] = 1000
        project["analytics"]["failedFlows"] = 0
        project["deleted"] = None
        project["usage"] = {"nextLimitResetDate": 1790000000000, "tasks": 0}

    _every_answer(service, change)


@variant_setup
def empty_metadata_omitted(service: Service) -> None:
    """Answers without metadata where it is {}, as Go does with omitempty."""

    def change(project: dict[str, Any]) -> None:
        if not project.get("metadata"):
            project.pop("metadata", None)

    _every_answer(service, change)


@variant_setup
def other_icon_colours(service: Service) -> None:
    """Answers with icons of other colours and members."""

    def change(project: dict[str, Any]) -> None:
        project["icon"] = {"color": "TEAL", "emoji": "🚀"}

    _every_answer(service, change)


@variant("answering")
def creations_show_what_the_page_requires(call: Call) -> None:
    """Answers creations with the members that the page requires; the others are shown when the project is read."""
    optional = ("maxConcurrentJobs", "externalId", "metadata", "poolId")
    call.answer = {name: value for name, value in call.answer.items() if name not in optional}


@variant_setup
def metadata_absent(service: Service) -> None:
    """Leaves metadata out if it is empty or was not sent, when projects are listed."""

    def drop(call: Call) -> None:
        for project in call.answer["data"]:
            if not project.get("metadata"):
                project.pop("metadata", None)

    service.hooks["listing"].append(drop)


@variant_setup
def metadata_empty_object(service: Service) -> None:
    """Answers metadata {} where none was sent."""
    _every_answer(service, lambda project: project.setdefault("metadata", {}))


def _floats(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_floats(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
        return float(value)
    return value


@variant_setup
def numbers_as_floats(service: Service) -> None:
    """Writes whole numbers as 5.0."""

    def rewrite(call: Call) -> None:
        if call.refusal is None and call.payload.startswith(b"{"):
            call.replace_payload(dumps(_floats(json.loads(call.payload))))

    service.hooks["serialised"].append(rewrite)


@variant_setup
def other_id_generator(service: Service) -> None:
    """Makes ids of hexadecimal digits and letters that sort by time, in the same alphabet and length."""

    def rename(call: Call) -> None:
        projects = service.store.projects
        projects.pop(call.project["id"], None)
        moment = f"{call.number:06x}"
        project_id = moment + "".join(_words.choices(ALPHABET, k=LENGTH - len(moment)))
        call.project["id"] = call.project["plan"]["projectId"] = project_id
        projects[project_id] = call.project

    service.hooks["stored"].append(rename)


@variant_setup
def bigint_decimals(service: Service) -> None:
    """Echoes every digit of a number."""
    service.loads = _exact


class _Exact(float):
    """A number that is written as it was read."""

    text: str

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __repr__(self) -> str:
        return self.text


def _refuse(text: str) -> Json:
    raise ValueError(f"{text} is no JSON")


def _exact(text: str) -> Json:
    try:
        return json.loads(text, parse_float=_Exact, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("the document is nested too deep") from None


@variant("answering")
def key_order_changed(call: Call) -> None:
    """Answers the members in another order, metadata's too."""
    call.answer = _turned(call.answer)


def _turned(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _turned(item) for key, item in reversed(value.items())}
    if isinstance(value, list):
        return [_turned(item) for item in value]
    return value


def _dates(service: Service, write: Any) -> None:
    def change(project: dict[str, Any]) -> None:
        for holder in (project, project["plan"]):
            for name in ("created", "updated"):
                holder[name] = write(datetime.fromisoformat(holder[name]))

    _every_answer(service, change)


@variant_setup
def created_with_offset(service: Service) -> None:
    """Writes dates with an offset of two hours."""
    zone = timezone(timedelta(hours=2))
    _dates(service, lambda moment: moment.astimezone(zone).isoformat(timespec="milliseconds"))


@variant_setup
def created_with_micros(service: Service) -> None:
    """Writes dates with microseconds."""
    _dates(
        service,
        lambda moment: moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    )


@variant_setup
def created_in_whole_seconds(service: Service) -> None:
    """Writes dates without fractions of a second."""
    _dates(service, lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


@variant_setup
def reads_lag_behind(service: Service) -> None:
    """Answers 404 to reads of a project within 200 ms of its creation, like a replica that lags behind."""
    created: dict[str, float] = {}

    def remember(call: Call) -> None:
        created[call.project["id"]] = time.monotonic()

    def lag(call: Call) -> None:
        if time.monotonic() - created.get(call.project_id, 0) < 0.2:
            call.refusal = unknown_project(call.project_id)

    service.hooks["stored"].append(remember)
    service.hooks["reading"].append(lag)


@variant("listing")
def list_ignores_filters(call: Call) -> None:
    """Lists the first projects, whatever the query is."""
    page, following = call.service.store.page(limit=10, cursor=None, display_name=None, external_id=None)
    call.answer["data"], call.answer["next"] = page, following


@variant("listing")
def lists_under_another_name(call: Call) -> None:
    """Lists the projects in items, and names what follows nextCursor."""
    call.answer = {"items": call.answer["data"], "nextCursor": call.answer["next"]}
