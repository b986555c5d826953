"""Error responses that are not JSON, or disclose too much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.mock.mistakes import its_turn
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_JSON = "service.error_is_json"
_LEAK = "service.error_leaks_nothing"
_TOKEN = "service.token_not_repeated"  # noqa: S105  # the id of a clause
_TRACE = """Error: expected a value
    at parseBody (/usr/src/app/dist/packages/server/api/main.js:182:17)
    at processTicksAndRejections (node:internal/process/task_queues:95:5)"""
_PYTHON = 'Traceback (most recent call last):\n  File "/srv/app/projects.py", line 41, in create\nKeyError'
_SQL = 'duplicate key value: INSERT INTO "project"("id", "displayName") VALUES ($1, $2) RETURNING "id"'


def _refused(call: Call, *statuses: int) -> bool:
    return call.route == "create" and call.status >= 400 and (not statuses or call.status in statuses)


@fault("serialised", breaks=_JSON)
def refuses_in_text_that_it_calls_json(call: Call) -> None:
    """Writes refusals as plain text and calls them application/json."""
    if _refused(call):
        call.replace_payload(b"Bad Request")


@fault("serialised", breaks=_JSON)
def cuts_the_json_of_a_refusal(call: Call) -> None:
    """Leaves out the end of the JSON of a refused field."""
    if _refused(call, 400) and b"FST_ERR_VALIDATION" in call.payload:
        call.replace_payload(call.payload[:-3])


def _add(call: Call, name: str, text: str) -> None:
    if call.refusal is not None and call.route == "create":
        call.refusal.body[name] = text


@fault("refusing", breaks=_LEAK)
def shows_a_stack_trace(call: Call) -> None:
    """Adds a stack trace to refusals."""
    _add(call, "stack", _TRACE)


@fault("refusing", breaks=_LEAK)
def shows_a_stack_trace_for_malformed_json(call: Call) -> None:
    """Adds a stack trace to the refusal of a body that is no JSON."""
    if call.refusal is not None and "JSON" in str(call.refusal.body.get("code")):
        _add(call, "trace", _TRACE)


@fault("refusing", breaks=_LEAK)
def shows_a_python_traceback_for_authorization(call: Call) -> None:
    """Adds a traceback of Python to 401 and 403."""
    if call.refusal is not None and call.refusal.status in (401, 403):
        _add(call, "detail", _PYTHON)


@fault("refusing", breaks=_LEAK)
def shows_sql_for_a_known_external_id(call: Call) -> None:
    """Shows the SQL statement where an externalId is in use."""
    if call.refusal is not None and call.refusal.status == 409:
        _add(call, "detail", _SQL)


@fault("refusing", breaks=_LEAK)
def shows_sql_for_a_wrong_field(call: Call) -> None:
    """Shows a SQL statement where a field is wrong."""
    if call.issues:
        _add(call, "query", 'SELECT "id" FROM "project" WHERE "platformId" = $1')


@fault("refusing", breaks=_LEAK)
def shows_a_path_for_media_types(call: Call) -> None:
    """Shows the path of a source file where a media type is refused."""
    if call.refusal is not None and call.refusal.status == 415:
        _add(call, "source", "/usr/src/app/node_modules/fastify/lib/contentTypeParser.js:174")


@fault("refusing", breaks=_LEAK)
def shows_a_stack_trace_for_a_wrong_item(call: Call) -> None:
    """Adds a stack trace where an item of the list is wrong."""
    if any(len(issue.path) > 1 for issue in call.issues):
        _add(call, "stack", _TRACE)


@fault("refusing", breaks=_LEAK, intermittent=True)
def shows_a_windows_path_now_and_then(call: Call) -> None:
    """Shows the path of a file in some refusals."""
    if call.refusal is not None and its_turn(call):
        _add(call, "file", r"C:\inetpub\activepieces\api\Projects\CreateController.cs:line 57")


def _token(call: Call) -> str:
    return re.sub(r"^[A-Za-z]+ +", "", call.authorization)


@fault("refusing", breaks=_TOKEN)
def repeats_the_key_in_a_refusal_of_a_field(call: Call) -> None:
    """Shows the headers of the request, key and all, where a field is wrong."""
    if call.issues and call.refusal is not None:
        call.refusal.body["request"] = {"authorization": call.authorization}


@fault("serialised", breaks=_TOKEN)
def repeats_the_key_in_a_header(call: Call) -> None:
    """Repeats the key in a header of a 201."""
    if call.created:
        call.answer_header(b"x-session", _token(call).encode("utf-8", "surrogateescape"))


@fault("answering", breaks=_TOKEN)
def repeats_the_key_in_an_answer_with_metadata(call: Call) -> None:
    """Repeats the key in the icon of a project with metadata."""
    if call.fields.get("metadata") is not None:
        call.answer["icon"]["createdWith"] = _token(call)
