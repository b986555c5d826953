"""The status of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mock.mistakes import Reply, its_turn, replies
from tests.mock.refusals import Refusal
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_STATUS = "response.201.status"
_ALL = frozenset(
    ("displayName", "externalId", "metadata", "maxConcurrentJobs", "globalConnectionExternalIds", "alertReceiverEmail")
)


def _status(number: int) -> Reply:
    def change(call: Call) -> None:
        call.status = number

    return change


replies(breaks=_STATUS).each(
    answers_200=_status(200),
    # as if the project were created later
    answers_202=_status(202),
)
replies(breaks=_STATUS, intermittent=True).each(answers_200_now_and_then=_status(200))

replies(breaks=_STATUS, when=lambda sent: sent.get("externalId") is None).each(
    answers_200_without_external_id=_status(200),
)
replies(breaks=_STATUS, when=lambda sent: sent.get("metadata") == {}).each(answers_200_with_empty_metadata=_status(200))

replies(breaks=_STATUS, when=lambda sent: sent.get("maxConcurrentJobs", 0) is None).each(
    answers_202_with_null_max_concurrent_jobs=_status(202),
)
replies(breaks=_STATUS, when=lambda sent: sent.keys() >= _ALL).each(answers_202_with_every_field=_status(202))


@replies(breaks=_STATUS)
def answers_204_without_a_body(call: Call) -> None:
    """Answers 204 and no body."""
    call.status = 204
    call.payload = b""
    call.answer_header(b"content-length", None)
    call.answer_header(b"content-type", None)


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
