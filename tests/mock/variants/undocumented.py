"""What the page does not decide: all refused, all accepted, or limited as by common servers."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from tests.mock import refusals
from tests.mock.creation import parse_json
from tests.mock.registry import variant, variant_setup
from tests.mock.schema import Issue

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.json_codec import Json
    from tests.mock.service import Service


def _parts(value: Json) -> list[Json]:
    """The value and everything inside it, keys too."""
    found, pending = [], [value]
    while pending:
        part = pending.pop()
        found.append(part)
        if isinstance(part, list):
            pending.extend(part)
        elif isinstance(part, dict):
            pending.extend(part)
            pending.extend(part.values())
    return found


def _no_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is repeated")
    return members


def _doubtful(part: Json) -> bool:
    """Whether the page does not decide about a part: no scalar text, beyond every double."""
    if isinstance(part, str):
        return any("\ud800" <= letter <= "\udfff" for letter in part)
    if isinstance(part, (int, float)) and not isinstance(part, bool):
        return not math.isfinite(float(part))
    return False


#: Media types with which Flask, FastAPI and Django REST framework parse JSON, including none.
_FOR_JSON = re.compile(rb"application/[^;]*\+json|application/\*|\*/\*|")


@variant("parsed")
def reads_json_under_other_media_types(call: Call) -> None:
    """Reads JSON under media types with the suffix +json, under media ranges, and under none or an empty one."""
    essence = (call.header(b"content-type") or b"").partition(b";")[0].strip().lower()
    if call.body and _FOR_JSON.fullmatch(essence):
        call.refusal = None
        parse_json(call)


@variant("parsed")
def compares_the_media_type_as_a_text(call: Call) -> None:
    """Refuses application/json in upper case, with a space after it, or with parameters other than charset=utf-8."""
    value = call.header(b"content-type") or b""
    if call.refusal is None and not re.fullmatch(rb"application/json(; ?charset=(utf-8|UTF-8))?", value):
        call.refusal = refusals.unsupported_media_type()


@variant("parsed")
def refuses_everything_undocumented(call: Call) -> None:
    """Refuses unknown and repeated members, lone surrogates, byte order marks, huge numbers."""
    if call.refusal is not None or not isinstance(call.value, dict):
        return
    try:
        value = json.loads(call.body.decode().removeprefix("\ufeff"), object_pairs_hook=_no_repeats)
    except (ValueError, RecursionError):
        call.refusal = refusals.invalid_json()
        return
    unknown = value.keys() - call.service.request_members
    try:
        doubtful = any(map(_doubtful, _parts(value)))
    except OverflowError:
        doubtful = True
    if unknown or doubtful or call.body.startswith(b"\xef\xbb\xbf"):
        call.refusal = refusals.invalid_fields([Issue((), "Invalid input")])


@variant_setup
def accepts_everything_undocumented(service: Service) -> None:
    """Takes unknown and repeated members, __proto__, and every spelling of the scheme and the charset."""

    def take_prototypes(call: Call) -> None:
        if call.refusal is not None and call.refusal.status == 400 and b"proto" in call.body:
            try:
                value: dict[str, Any] = call.service.loads(call.body.decode())
            except ValueError:
                return
            call.value, call.refusal = value, None

    def take_schemes(call: Call) -> None:
        scheme, _, token = call.authorization.partition(" ")
        if scheme.lower() == "bearer" and token.strip(" \t") == call.service.key:
            call.refusal = None

    service.unique_external_ids = False
    service.hooks["parsed"].append(take_prototypes)
    service.hooks["authorized"].append(take_schemes)


@variant("validated")
def leaves_out_members_named_constructor(call: Call) -> None:
    """Leaves out every member named constructor, as class-transformer does."""
    call.value = _without_constructors(call.value)


def _without_constructors(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _without_constructors(inner) for name, inner in value.items() if name != "constructor"}
    return [_without_constructors(inner) for inner in value] if isinstance(value, list) else value


@variant("validated")
def refuses_addresses_that_mail_does_not_know(call: Call) -> None:
    """Takes format: email at its word: refuses long local parts and labels that end with a hyphen (RFC 5321)."""
    address = call.value.get("alertReceiverEmail") if isinstance(call.value, dict) else None
    if not isinstance(address, str):
        return
    local, _, domain = address.rpartition("@")
    labels = domain.split(".")
    if len(local) > 64 or len(address) > 254 or any(len(label) > 63 or label.endswith("-") for label in labels):
        call.issues.append(Issue(("alertReceiverEmail",), "Invalid email address"))


def _nesting(text: bytes) -> int:
    depth = deepest = 0
    for byte in re.sub(rb'"(?:[^"\\]|\\.)*"', b"", text):
        depth += (byte in b"[{") - (byte in b"]}")
        deepest = max(deepest, depth)
    return deepest


def _bounded(name: str, levels: int) -> None:
    def bound(call: Call) -> None:
        if call.refusal is None and _nesting(call.body) > levels:
            call.refusal = refusals.invalid_json()

    bound.__name__ = name
    bound.__doc__ = f"Refuses JSON of more than {levels} levels."
    variant("parsed")(bound)


_bounded("refuses_more_than_32_levels", 32)
_bounded("refuses_more_than_64_levels", 64)
_bounded("refuses_more_than_128_levels", 128)


@variant("received")
def refuses_more_than_100_kilobytes(call: Call) -> None:
    """Answers 413 to a body of more than 100 kB."""
    if len(call.body) > 100 * 1024:
        call.refusal = refusals.body_too_large()


@variant("received")
def needs_a_length(call: Call) -> None:
    """Answers 411 to a chunked body."""
    if call.header(b"transfer-encoding") is not None:
        call.refusal = refusals.Refusal(411, {"message": "a length is needed"})


@variant("received")
def meets_no_expectation(call: Call) -> None:
    """Answers 417 to a request with the header Expect."""
    if call.header(b"expect") is not None:
        call.refusal = refusals.Refusal(417, {"message": "no expectation is met"})


@variant("routed")
async def ends_the_connection_of_a_large_body(call: Call) -> None:
    """Ends the connection in place of a response to a body of more than 1 MB."""
    if len(call.body) > 1_000_000:
        call.sent = True
        await call.connection.close()
