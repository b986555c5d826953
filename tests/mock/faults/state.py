"""Wrong state after a request: too much, too little, or something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.mock import refusals
from tests.mock.creation import record
from tests.mock.mistakes import its_turn, refuse_with, when
from tests.mock.registry import fault, fault_setup

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.json_codec import Json
    from tests.mock.service import Service

_NOTHING = "state.rejected_creates_nothing"
_FREE = "state.refused_external_id_stays_free"
_READS = "state.reads_back"
_REUSE = "state.external_id_reuse"
_PROTOTYPE = "state.prototype_untouched"


def _keep(call: Call) -> None:
    """Stores a project from what a refused body holds, with the types that projects have."""
    sent: dict[str, Any] = call.value if isinstance(call.value, dict) else {}
    fields = {name: sent[name] for name in ("displayName", "externalId") if isinstance(sent.get(name), str)}
    fields.setdefault("displayName", "Untitled")
    call.service.store.add(record(call.service, fields), unique=False)


@fault("refusing", breaks=_NOTHING)
def stores_before_it_checks_connections(call: Call) -> None:
    """Stores a project, then refuses its connections."""
    if call.route == "create" and any(issue.path[:1] == ("globalConnectionExternalIds",) for issue in call.issues):
        _keep(call)


@fault("refusing", breaks=_NOTHING)
def stores_before_it_checks_the_email(call: Call) -> None:
    """Stores a project, then refuses its alertReceiverEmail."""
    if call.route == "create" and any(issue.path == ("alertReceiverEmail",) for issue in call.issues):
        _keep(call)


fault("refusing", breaks=_NOTHING).each(
    stores_before_it_validates=when(lambda call: call.route == "create" and call.issues, _keep),
    stores_before_it_authorizes=when(
        lambda call: call.route == "create" and call.refusal is not None and call.refusal.status in (401, 403), _keep
    ),
    stores_an_untitled_project_for_malformed_json=when(
        lambda call: call.refusal is not None and "CTP_INVALID_JSON" in str(call.refusal.body.get("code")), _keep
    ),
)

fault("refusing", breaks=_NOTHING, intermittent=True).each(
    stores_what_it_refuses_now_and_then=when(
        lambda call: call.route == "create" and isinstance(call.value, dict) and its_turn(call), _keep
    ),
)


def _use_up(call: Call) -> None:
    external_id = call.value.get("externalId") if isinstance(call.value, dict) else None
    if call.route == "create" and isinstance(external_id, str):
        call.service.memory.setdefault("used", set()).add(external_id)


def _refuse_used(call: Call) -> None:
    if call.fields.get("externalId") in call.service.memory.get("used", ()):
        call.refusal = refusals.external_id_taken(call.fields["externalId"])


@fault_setup(breaks=_FREE)
def uses_up_the_external_id_of_a_refused_body(service: Service) -> None:
    """Answers 409 to an externalId that a refused body held before."""

    def remember(call: Call) -> None:
        if call.issues:
            _use_up(call)

    service.hooks["refusing"].append(remember)
    service.hooks["storing"].append(_refuse_used)


@fault_setup(breaks=_FREE)
def uses_up_the_external_id_of_an_unauthorized_request(service: Service) -> None:
    """Answers 409 to an externalId that a request without the right key held before."""

    def remember(call: Call) -> None:
        if call.refusal is not None and call.refusal.status in (401, 403):
            _use_up(call)

    service.hooks["refusing"].append(remember)
    service.hooks["storing"].append(_refuse_used)


@fault("reading", breaks=_READS)
def finds_no_project_that_it_created(call: Call) -> None:
    """Answers 404 to everyone who reads a project."""
    call.refusal = refusals.unknown_project(call.project_id)


@fault("reading", breaks=_READS, intermittent=True)
def finds_no_project_now_and_then(call: Call) -> None:
    """Answers 404 to some reads of a project, like a replica that lags behind."""
    memory = call.service.memory
    memory["reads"] = memory.get("reads", call.service.seed) + 1
    if memory["reads"] % 5 == 0:
        call.refusal = refusals.unknown_project(call.project_id)


@fault("reading", breaks=_READS)
def forgets_metadata(call: Call) -> None:
    """Leaves metadata out when a project is read."""
    call.answer.pop("metadata", None)


@fault("reading", breaks=_READS)
def forgets_nested_metadata(call: Call) -> None:
    """Answers {} for objects inside metadata when a project is read."""
    metadata: dict[str, Json] = call.answer.get("metadata") or {}
    if metadata:
        call.answer["metadata"] = {k: {} if isinstance(v, dict) else v for k, v in metadata.items()}


@fault("reading", breaks=_READS)
def forgets_external_id(call: Call) -> None:
    """Answers externalId null when a project is read."""
    call.answer["externalId"] = None


@fault("reading", breaks=_READS)
def forgets_max_concurrent_jobs(call: Call) -> None:
    """Answers maxConcurrentJobs null when a project is read."""
    call.answer["maxConcurrentJobs"] = None


@fault("reading", breaks=_READS)
def stores_a_trimmed_display_name(call: Call) -> None:
    """Answers a trimmed displayName when a project is read."""
    call.answer["displayName"] = call.answer["displayName"].strip() or call.answer["displayName"]


@fault("reading", breaks=_READS)
def stores_question_marks(call: Call) -> None:
    """Answers question marks for what is not ASCII in displayName when a project is read."""
    call.answer["displayName"] = call.answer["displayName"].encode("ascii", "replace").decode()


@fault("reading", breaks=_READS)
def stores_a_cut_display_name(call: Call) -> None:
    """Answers 50 characters of displayName when a project is read."""
    call.answer["displayName"] = call.answer["displayName"][:50]


@fault("reading", breaks=_READS)
def stores_whole_numbers(call: Call) -> None:
    """Answers maxConcurrentJobs without its fraction when a project is read."""
    number = call.answer["maxConcurrentJobs"]
    if isinstance(number, float) and abs(number) < 1e15:
        call.answer["maxConcurrentJobs"] = int(number)


@fault("reading", breaks=_READS)
def reads_the_newest_project(call: Call) -> None:
    """Answers displayName of the newest project whichever is read."""
    newest = next(reversed(call.service.store.projects.values()))
    call.answer["displayName"] = newest["displayName"]


@fault("reading", breaks=_READS)
def reads_another_created(call: Call) -> None:
    """Answers another created when a project is read."""
    call.answer["created"] = call.answer["updated"] = "2019-01-01T00:00:00.000Z"


fault("storing", breaks=_REUSE).each(
    fails_with_a_known_external_id=when(
        lambda call: call.service.store.taken(call.fields.get("externalId")), refuse_with(refusals.internal_error)
    ),
    fails_with_an_empty_external_id_twice=when(
        lambda call: call.fields.get("externalId") == "" and call.service.store.taken(""),
        refuse_with(refusals.internal_error),
    ),
)


@fault("storing", breaks=_REUSE)
def fails_with_an_external_id_in_another_case(call: Call) -> None:
    """Answers 500 where the externalId is in use in any case."""
    external_id = call.fields.get("externalId")
    known = call.service.memory.setdefault("lower", set())
    if external_id is not None:
        if external_id.lower() in known:
            call.refusal = refusals.internal_error()
        known.add(external_id.lower())


def _poison(value: Json) -> dict[str, Any]:
    """The members that a body puts into the prototype of every object."""
    pending, found = [value], {}
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            for key, inner in item.items():
                if key in ("__proto__", "prototype") and isinstance(inner, dict):
                    found.update(inner)
                pending.append(inner)
    return found


def _show_poison(call: Call) -> None:
    for name, value in call.service.memory.get("poison", {}).items():
        call.answer.setdefault(name, value)


def _absorb(call: Call) -> None:
    if b"__proto__" in call.body or b"prototype" in call.body:
        try:
            value = call.service.loads(call.body.decode())
        except ValueError:
            return
        call.service.memory.setdefault("poison", {}).update(_poison(value))


@fault_setup(breaks=_PROTOTYPE)
def lets_bodies_change_the_prototype(service: Service) -> None:
    """Shows the members of a __proto__ that it refused in every later answer."""
    service.hooks["parsed"].append(_absorb)
    service.hooks["answering"].append(_show_poison)


@fault_setup(breaks=_PROTOTYPE)
def takes_prototypes_and_keeps_them(service: Service) -> None:
    """Accepts a body with __proto__ inside metadata, and shows its members in every later answer."""

    def take(call: Call) -> None:
        if b"__proto__" not in call.body or call.refusal is None:
            return
        _absorb(call)
        value = call.service.loads(call.body.decode()) if call.service.memory.get("poison") else None
        if isinstance(value, dict) and isinstance(value.get("metadata"), dict):
            value["metadata"].pop("__proto__", None)
            call.value, call.refusal = value, None

    service.hooks["parsed"].append(take)
    service.hooks["answering"].append(_show_poison)


fault("received", breaks="service.no_5xx").each(
    # its connections are used up
    fails_after_150_requests=when(lambda call: call.number > 150, refuse_with(refusals.internal_error)),
)
