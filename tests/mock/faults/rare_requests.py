"""Unusual requests that services handle wrongly: chunked, compressed, repeated, very large, unusual tokens."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

from tests.mock import refusals
from tests.mock.mistakes import accepts, refuse_with, when
from tests.mock.registry import fault, fault_setup

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.json_codec import Json
    from tests.mock.service import Service

_NAME = "request.displayName.pattern"
_JOBS = "request.maxConcurrentJobs.type"
_FRAMING = "service.framing"
_ERROR = "service.no_5xx"
_MANY = 65_536
_LARGE = 1_000_000


@fault_setup(breaks=_NAME)
def validates_the_first_of_repeated_members(service: Service) -> None:
    """Validates the first of two texts for displayName and stores the last one (two parsers in a row)."""

    def first(call: Call) -> None:
        if call.refusal is not None or not isinstance(call.value, dict):
            return
        try:
            pairs = json.loads(call.body, object_pairs_hook=lambda pairs: pairs)
        except (ValueError, RecursionError):
            return
        names = [value for name, value in pairs if name == "displayName"]
        if len(names) > 1 and all(isinstance(name, str) for name in names):
            service.memory[str(call.number)] = names[-1]
            call.value["displayName"] = names[0]

    def last(call: Call) -> None:
        stored = service.memory.pop(str(call.number), None)
        if stored is not None and not call.issues:
            call.value["displayName"] = stored

    service.hooks["parsed"].append(first)
    service.hooks["validated"].append(last)


@accepts("maxConcurrentJobs", breaks=_JOBS)
def accepts_white_space_as_max_concurrent_jobs(value: Json) -> bool:
    """Accepts a text of white space as maxConcurrentJobs 0, as Number() does."""
    return isinstance(value, str) and value != "" and not value.strip()


fault("received", breaks=_FRAMING).each(
    refuses_chunks=when(lambda call: call.header(b"transfer-encoding") is not None, refuse_with(refusals.wrong_length)),
    # compares the name of a coding as it is written
    knows_chunked_in_small_letters_only=when(
        lambda call: call.header(b"transfer-encoding") == b"Chunked", refuse_with(refusals.wrong_length)
    ),
)


@fault("serialised", breaks="service.answers")
def says_gzip_and_compresses_nothing(call: Call) -> None:
    """Says Content-Encoding: gzip where it is accepted, and sends the plain text."""
    if call.created and b"gzip" in (call.header(b"accept-encoding") or b""):
        call.answer_header(b"content-encoding", b"gzip")


@fault("serialised", breaks="response.201.json")
def compresses_twice(call: Call) -> None:
    """Compresses long answers twice where gzip is accepted: the framework does, and the gateway does again."""
    if call.created and len(call.payload) > 1_024 and b"gzip" in (call.header(b"accept-encoding") or b""):
        call.replace_payload(gzip.compress(gzip.compress(call.payload, 1), 1))
        call.answer_header(b"content-encoding", b"gzip")


@fault("storing", breaks=_ERROR)
def fails_with_long_lists(call: Call) -> None:
    """Answers 500 to a long list in metadata: a statement takes so many parameters and no more."""
    values = call.fields.get("metadata") or {}
    if any(isinstance(value, list) and len(value) > _MANY for value in values.values()):
        call.refusal = refusals.internal_error()


fault("received", breaks=_ERROR).each(
    # has no Content-Length
    fails_with_chunks=when(lambda call: call.header(b"content-length") is None, refuse_with(refusals.internal_error)),
    fails_with_tokens_beyond_ascii=when(
        lambda call: not (call.header(b"authorization") or b"").isascii(), refuse_with(refusals.internal_error)
    ),
    fails_with_long_tokens=when(
        lambda call: len(call.header(b"authorization") or b"") > 255, refuse_with(refusals.internal_error)
    ),
    fails_with_large_bodies=when(lambda call: len(call.body) > _LARGE, refuse_with(refusals.internal_error)),
)


@fault_setup(breaks="state.external_id_reuse")
def fails_with_the_external_id_of_a_deleted_project(service: Service) -> None:
    """Answers 500 to the externalId of a project that was deleted: its record is still there, unseen."""
    gone: set[str] = service.memory.setdefault("gone", set())

    def remember(call: Call) -> None:
        external_id = service.store.projects[call.project_id].get("externalId")
        if external_id:
            gone.add(external_id)

    def fail(call: Call) -> None:
        if call.fields.get("externalId") in gone:
            call.refusal = refusals.internal_error()

    service.hooks["deleting"].append(remember)
    service.hooks["storing"].append(fail)
