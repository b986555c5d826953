"""The bytes of a 201 response: not JSON, or not a JSON object."""

from __future__ import annotations

import gzip
import json
import re

from tests.mock.mistakes import Members, sent, writes

_JSON = "response.201.json"
_OBJECT = "response.201.body.type"


def _large(sent: Members) -> bool:
    number = sent.get("maxConcurrentJobs")
    return isinstance(number, (int, float)) and abs(number) > 1e300


def _no_connections(sent: Members) -> bool:
    return bool(sent.get("globalConnectionExternalIds") == [])


writes(breaks=_JSON).each(
    writes_a_byte_order_mark=lambda payload: b"\xef\xbb\xbf" + payload,
    writes_nan=lambda payload: payload.replace(b'"icon":{', b'"icon":{"hue":NaN,', 1),
    writes_infinity=lambda payload: payload.replace(b'"analytics":{', b'"analytics":{"quota":Infinity,', 1),
    repeats_display_name=lambda payload: b'{"displayName":"",' + payload[1:],
    repeats_a_member_of_the_plan=lambda payload: payload.replace(b'"locked":', b'"locked":true,"locked":', 1),
    writes_the_document_twice=lambda payload: payload + payload,
    writes_a_trailing_comma=lambda payload: payload[:-1] + b",}",
    writes_single_quotes=lambda payload: payload.replace(b'"id"', b"'id'", 1),
    writes_a_comment=lambda payload: payload + b"/* served by node-3 */",
    writes_a_warning_before_the_document=lambda payload: b"Warning: deprecated option 'plan'\n" + payload,
    writes_an_anti_hijacking_prefix=lambda payload: b")]}',\n" + payload,
    writes_nothing=lambda _payload: b"",
    compresses_without_saying_so=lambda payload: gzip.compress(payload, 1),
    cuts_the_document=lambda payload: payload[:-20],
)

writes(breaks=_JSON, when=sent("metadata")).each(
    repeats_metadata=lambda payload: payload.replace(b'"metadata":', b'"metadata":{},"metadata":', 1),
)


@writes(breaks=_JSON, intermittent=True)
def writes_a_warning_behind_the_document_now_and_then(payload: bytes) -> bytes:
    """Writes a warning after some documents."""
    return payload + b"\nWarning: connection pool is nearly full"


writes(breaks=_JSON, when=lambda sent: not sent["displayName"].isascii()).each(
    counts_characters_as_the_length=lambda payload: payload[: len(payload.decode())],
)

writes(breaks=_JSON, when=lambda sent: any("\x80" <= letter <= "\xff" for letter in sent["displayName"])).each(
    writes_latin_1=lambda payload: payload.decode().encode("latin-1", "replace"),
)

writes(breaks=_JSON, when=lambda sent: "\n" in sent["displayName"]).each(
    writes_raw_line_breaks=lambda payload: payload.replace(b"\\n", b"\n"),
)

writes(breaks=_JSON, when=lambda sent: '"' in sent["displayName"]).each(
    forgets_to_escape_quotation_marks=lambda payload: payload.replace(b'\\"', b'"'),
)


@writes(breaks=_JSON, when=lambda sent: any(ord(letter) < 9 for letter in sent["displayName"]))
def writes_raw_control_characters(payload: bytes) -> bytes:
    """Writes control characters of displayName without escaping them."""
    return re.sub(rb"\\u00(0[0-8])", lambda match: bytes.fromhex(match.group(1).decode()), payload)


@writes(breaks=_JSON, when=lambda sent: any(ord(letter) > 0xFFFF for letter in sent["displayName"]))
def writes_surrogates_as_bytes(payload: bytes) -> bytes:
    """Writes characters outside the basic plane as two surrogates of three bytes each (CESU-8)."""
    units = payload.decode().encode("utf-16-be", "surrogatepass")
    letters = (chr(int.from_bytes(units[at : at + 2], "big")) for at in range(0, len(units), 2))
    return "".join(letters).encode("utf-8", "surrogatepass")


@writes(breaks=_JSON, when=_large)
def writes_infinity_for_large_numbers(payload: bytes) -> bytes:
    """Writes Infinity for a maxConcurrentJobs beyond 1e300."""
    return re.sub(rb'("maxConcurrentJobs":)[^,]+', rb"\1Infinity", payload, count=1)


writes(breaks=_OBJECT).each(
    answers_a_list=lambda payload: b"[" + payload + b"]",
    answers_null=lambda _payload: b"null",
    # a JSON text inside a JSON string
    answers_json_in_a_string=lambda payload: json.dumps(payload.decode("utf-8", "replace")).encode(),
)

writes(breaks=_OBJECT, intermittent=True).each(answers_true_now_and_then=lambda _payload: b"true")

writes(breaks=_OBJECT, when=_no_connections).each(
    answers_a_list_without_connections=lambda payload: b"[" + payload + b"]",
)
