"""The status of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mock.mistakes import Members, its_turn, replies
from tests.mock.refusals import Refusal
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_STATUS = "response.201.status"


@replies(breaks=_STATUS)
def answers_200(call: Call) -> None:
    """Answers 200 to a creation."""
    call.status = 200


@replies(breaks=_STATUS)
def answers_202(call: Call) -> None:
    """Answers 202, as if the project were created later."""
    call.status = 202


@replies(breaks=_STATUS)
def answers_204_without_a_body(call: Call) -> None:
    """Answers 204 and no body."""
    call.status = 204
    call.payload = b""
    call.answer_header(b"content-length", None)
    call.answer_header(b"content-type", None)


@replies(breaks=_STATUS, when=lambda sent: sent.get("externalId") is None)
def answers_200_without_external_id(call: Call) -> None:
    """Answers 200 where no externalId was sent."""
    call.status = 200


@replies(breaks=_STATUS, when=lambda sent: sent.get("metadata") == {})
def answers_200_with_empty_metadata(call: Call) -> None:
    """Answers 200 where metadata is {}."""
    call.status = 200


@replies(breaks=_STATUS, when=lambda sent: "maxConcurrentJobs" in sent and sent["maxConcurrentJobs"] is None)
def answers_202_with_null_max_concurrent_jobs(call: Call) -> None:
    """Answers 202 where maxConcurrentJobs is null."""
    call.status = 202


@replies(breaks=_STATUS, intermittent=True)
def answers_200_now_and_then(call: Call) -> None:
    """Answers 200 to some creations."""
    call.status = 200


@fault("answering", breaks=_STATUS)
def answers_200_for_a_known_display_name(call: Call) -> None:
    """Answers 200 where another project has the displayName."""
    name = call.project["displayName"]
    same = sum(project["displayName"] == name for project in call.service.store.projects.values())
    if same > 1:
        call.status = 200


@fault("serialised", breaks=_STATUS, intermittent=True)
def answers_200_with_an_error_now_and_then(call: Call) -> None:
    """Answers 200 with an error in the body to some creations."""
    if call.created and its_turn(call):
        call.status = 200
        call.replace_payload(b'{"success":false,"error":"temporarily unavailable"}')


@fault("refusing", breaks="request.displayName.pattern")
def answers_200_with_an_error_to_a_wrong_display_name(call: Call) -> None:
    """Answers 200 with an error in the body where displayName does not match."""
    value = call.value.get("displayName") if isinstance(call.value, dict) else None
    if isinstance(value, str) and any(issue.path == ("displayName",) for issue in call.issues):
        call.refusal = Refusal(200, {"success": False, "error": "invalid displayName"})


@fault("refusing", breaks="authorization.required")
def answers_200_with_an_error_without_authorization(call: Call) -> None:
    """Answers 200 with an error in the body where the key is missing or wrong."""
    if call.route == "create" and call.refusal is not None and call.refusal.status in (401, 403):
        call.refusal = Refusal(200, {"success": False, "error": "unauthorized"})


@fault("answering", breaks=_STATUS)
def answers_200_after_fifty_creations(call: Call) -> None:
    """Answers 200 from the fifty-first request on."""
    if call.number > 50:
        call.status = 200


@replies(breaks=_STATUS, when=lambda sent: len(sent.keys() & _ALL) == len(_ALL))
def answers_202_with_every_field(call: Call) -> None:
    """Answers 202 where every documented field is sent."""
    call.status = 202


_ALL: Members = dict.fromkeys(
    (
        "displayName",
        "externalId",
        "metadata",
        "maxConcurrentJobs",
        "globalConnectionExternalIds",
        "alertReceiverEmail",
    )
)
