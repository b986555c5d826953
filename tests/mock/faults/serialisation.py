"""The bytes of a 201 response: not JSON, or not a JSON object."""

from __future__ import annotations

import gzip
import json
import re

from tests.mock.mistakes import Members, writes

_JSON = "response.201.json"
_OBJECT = "response.201.body.type"


def _large(sent: Members) -> bool:
    number = sent.get("maxConcurrentJobs")
    return isinstance(number, (int, float)) and abs(number) > 1e300


def _no_connections(sent: Members) -> bool:
    return bool(sent.get("globalConnectionExternalIds") == [])


@writes(breaks=_JSON)
def writes_a_byte_order_mark(payload: bytes) -> bytes:
    """Begins the JSON with a byte order mark."""
    return b"\xef\xbb\xbf" + payload


@writes(breaks=_JSON)
def writes_nan(payload: bytes) -> bytes:
    """Writes NaN inside the icon."""
    return payload.replace(b'"icon":{', b'"icon":{"hue":NaN,', 1)


@writes(breaks=_JSON)
def writes_infinity(payload: bytes) -> bytes:
    """Writes Infinity among the analytics."""
    return payload.replace(b'"analytics":{', b'"analytics":{"quota":Infinity,', 1)


@writes(breaks=_JSON)
def repeats_display_name(payload: bytes) -> bytes:
    """Writes displayName twice, first with another value."""
    return b'{"displayName":"",' + payload[1:]


@writes(breaks=_JSON)
def repeats_a_member_of_the_plan(payload: bytes) -> bytes:
    """Writes plan.locked twice."""
    return payload.replace(b'"locked":', b'"locked":true,"locked":', 1)


@writes(breaks=_JSON, when=lambda sent: sent.get("metadata") is not None)
def repeats_metadata(payload: bytes) -> bytes:
    """Writes metadata twice where it was sent."""
    return payload.replace(b'"metadata":', b'"metadata":{},"metadata":', 1)


@writes(breaks=_JSON)
def writes_the_document_twice(payload: bytes) -> bytes:
    """Writes a second JSON document after the first."""
    return payload + payload


@writes(breaks=_JSON)
def writes_a_trailing_comma(payload: bytes) -> bytes:
    """Writes a comma after the last member."""
    return payload[:-1] + b",}"


@writes(breaks=_JSON)
def writes_single_quotes(payload: bytes) -> bytes:
    """Puts the name of the first member in single quotes."""
    return payload.replace(b'"id"', b"'id'", 1)


@writes(breaks=_JSON)
def writes_a_comment(payload: bytes) -> bytes:
    """Writes a comment after the document."""
    return payload + b"/* served by node-3 */"


@writes(breaks=_JSON)
def writes_a_warning_before_the_document(payload: bytes) -> bytes:
    """Writes a line of a warning before the document."""
    return b"Warning: deprecated option 'plan'\n" + payload


@writes(breaks=_JSON, intermittent=True)
def writes_a_warning_behind_the_document_now_and_then(payload: bytes) -> bytes:
    """Writes a warning after some documents."""
    return payload + b"\nWarning: connection pool is nearly full"


@writes(breaks=_JSON)
def writes_an_anti_hijacking_prefix(payload: bytes) -> bytes:
    """Writes )]}', before the document."""
    return b")]}',\n" + payload


@writes(breaks=_JSON)
def writes_nothing(_payload: bytes) -> bytes:
    """Answers 201 with an empty body."""
    return b""


@writes(breaks=_JSON)
def compresses_without_saying_so(payload: bytes) -> bytes:
    """Compresses the body and says nothing of it."""
    return gzip.compress(payload, 1)


@writes(breaks=_JSON)
def cuts_the_document(payload: bytes) -> bytes:
    """Leaves out the last bytes of the document, with a length that fits."""
    return payload[:-20]


@writes(breaks=_JSON, when=lambda sent: not sent["displayName"].isascii())
def counts_characters_as_the_length(payload: bytes) -> bytes:
    """Announces the number of characters as the length, and sends so many bytes."""
    return payload[: len(payload.decode())]


@writes(breaks=_JSON, when=lambda sent: any("\x80" <= letter <= "\xff" for letter in sent["displayName"]))
def writes_latin_1(payload: bytes) -> bytes:
    """Writes the response in Latin-1 where the displayName holds letters of it."""
    return payload.decode().encode("latin-1", "replace")


@writes(breaks=_JSON, when=lambda sent: "\n" in sent["displayName"])
def writes_raw_line_breaks(payload: bytes) -> bytes:
    r"""Writes line breaks of displayName as they are instead of \n."""
    return payload.replace(b"\\n", b"\n")


@writes(breaks=_JSON, when=lambda sent: '"' in sent["displayName"])
def forgets_to_escape_quotation_marks(payload: bytes) -> bytes:
    """Writes quotation marks of displayName without a backslash."""
    return payload.replace(b'\\"', b'"')


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


@writes(breaks=_OBJECT)
def answers_a_list(payload: bytes) -> bytes:
    """Puts the project into a list."""
    return b"[" + payload + b"]"


@writes(breaks=_OBJECT)
def answers_null(_payload: bytes) -> bytes:
    """Answers 201 with null."""
    return b"null"


@writes(breaks=_OBJECT)
def answers_json_in_a_string(payload: bytes) -> bytes:
    """Serialises the response twice: a JSON text inside a JSON string."""
    return json.dumps(payload.decode("utf-8", "replace")).encode()


@writes(breaks=_OBJECT, intermittent=True)
def answers_true_now_and_then(_payload: bytes) -> bytes:
    """Answers some creations with true."""
    return b"true"


@writes(breaks=_OBJECT, when=_no_connections)
def answers_a_list_without_connections(payload: bytes) -> bytes:
    """Puts the project into a list where the list of connections is empty."""
    return b"[" + payload + b"]"
