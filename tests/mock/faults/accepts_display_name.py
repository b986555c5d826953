"""Accepted wrong values of displayName."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.mock.mistakes import accepts, forgive, when
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.json_codec import Json

_PATTERN = "request.displayName.pattern"
_TYPE = "request.displayName.type"
_MEMBERS = re.compile(r"[^./]+")


def _text(value: Json) -> str:
    """The value where it is a text that is not empty, otherwise an empty text."""
    return value if isinstance(value, str) else ""


accepts("displayName", breaks=_PATTERN).each(
    accepts_dot_in_display_name=lambda value: "." in _text(value) and "/" not in value,
    accepts_slash_in_display_name=lambda value: "/" in _text(value) and "." not in value,
    checks_only_64_characters_of_display_name=lambda value: _MEMBERS.fullmatch(_text(value)[:64]),
    checks_only_the_start_of_display_name=lambda value: _MEMBERS.match(_text(value)),
    checks_only_the_end_of_display_name=lambda value: _MEMBERS.fullmatch(_text(value)[-1:]),
    matches_any_line_of_display_name=lambda value: any(_MEMBERS.fullmatch(line) for line in _text(value).split("\n")),
    checks_only_the_first_line_of_display_name=lambda value: _MEMBERS.fullmatch(_text(value).split("\n")[0]),
    accepts_empty_display_name=lambda value: value == "",
    accepts_a_display_name_of_one_forbidden_character=lambda value: value in (".", "/"),
    # each check is undone by the other
    accepts_dot_and_slash_together=lambda value: "." in _text(value) and "/" in value,
    # as in a version
    accepts_dot_between_digits=lambda value: _MEMBERS.fullmatch(re.sub(r"(?<=\d)\.(?=\d)", "", _text(value))),
    accepts_slash_between_spaces=lambda value: _MEMBERS.fullmatch(_text(value).replace(" / ", " ")),
    accepts_dot_beside_other_scripts=lambda value: not _text(value).isascii(),
    accepts_an_ellipsis_of_dots=lambda value: ".." in _text(value) and "/" not in value,
    accepts_an_address_as_display_name=lambda value: re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", _text(value)),
)


@accepts("displayName", breaks=_PATTERN)
def accepts_dot_at_the_end_of_display_name(value: Json) -> bool:
    """Accepts a displayName that ends with a dot."""
    return _text(value).endswith(".") and bool(_MEMBERS.fullmatch(value[:-1]))


@accepts("displayName", breaks=_PATTERN)
def accepts_slash_at_the_start_of_display_name(value: Json) -> bool:
    """Accepts a displayName that starts with a slash."""
    return _text(value).startswith("/") and bool(_MEMBERS.fullmatch(value[1:]))


accepts("displayName", breaks=_PATTERN, intermittent=True).each(
    accepts_a_wrong_display_name_now_and_then=lambda value: _text(value) != "",
)


@fault("validated", breaks=_PATTERN)
def accepts_an_escaped_slash(call: Call) -> None:
    r"""Accepts a slash that the JSON text writes as \/."""
    if any(issue.path == ("displayName",) for issue in call.issues) and rb"\/" in call.body:
        name = call.value.get("displayName")
        if isinstance(name, str) and "/" in name and "." not in name:
            forgive(call, "displayName")


@fault("validated", breaks=_PATTERN)
def skips_the_pattern_where_metadata_is_sent(call: Call) -> None:
    """Checks displayName no further than its type where metadata is sent."""
    if not call.issues or not isinstance(call.value, dict):
        return
    if isinstance(call.value.get("metadata"), dict) and _text(call.value.get("displayName")):
        forgive(call, "displayName")


accepts("displayName", breaks="request.displayName.null").each(accepts_null_display_name=lambda value: value is None)

accepts("displayName", breaks=_TYPE).each(
    accepts_a_number_as_display_name=lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    accepts_a_boolean_as_display_name=lambda value: isinstance(value, bool),
    accepts_an_empty_list_as_display_name=lambda value: value == [],
    accepts_an_object_as_display_name=lambda value: isinstance(value, dict),
)


@accepts("displayName", breaks=_TYPE)
def accepts_a_list_of_one_display_name(value: Json) -> bool:
    """Accepts a list of one text as a displayName."""
    return isinstance(value, list) and len(value) == 1 and bool(_MEMBERS.fullmatch(_text(value[0])))


_REQUIRED = "request.displayName.required"


def _default_name(call: Call) -> None:
    announced = (call.header(b"content-type") or b"").lower().startswith(b"application/json")
    if announced and isinstance(call.value, dict) and "displayName" not in call.value:
        forgive(call, "displayName", "Untitled")


fault("validated", breaks=_REQUIRED).each(
    accepts_a_missing_display_name=_default_name,
    takes_external_id_for_a_missing_display_name=when(
        lambda call: isinstance(call.value, dict) and isinstance(call.value.get("externalId"), str), _default_name
    ),
    accepts_display_name_in_another_case=when(
        lambda call: isinstance(call.value, dict) and any(name.lower() == "displayname" for name in call.value),
        _default_name,
    ),
    accepts_an_empty_object=when(lambda call: call.value == {} and call.body.strip().startswith(b"{"), _default_name),
)


@fault("validated", breaks="request.displayName.required")
def names_a_project_after_its_address(call: Call) -> None:
    """Needs no displayName where alertReceiverEmail is all there is."""
    if isinstance(call.value, dict) and list(call.value) == ["alertReceiverEmail"] and call.value["alertReceiverEmail"]:
        call.issues = [issue for issue in call.issues if issue.path[:1] != ("displayName",)]
        call.value = {**call.value, "displayName": "Unnamed"}
