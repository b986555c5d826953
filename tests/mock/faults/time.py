"""Responses that are too late or missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.mock.mistakes import its_turn, when
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call

_CLAUSE = "service.time"
_PATTERN = "service.pattern_time"
_LATE = 8.0  # seconds, well beyond what clients wait


async def _late(call: Call) -> None:
    await call.connection.pause(_LATE)


async def _hang(call: Call) -> None:
    call.sent = True
    await call.connection.gone()


fault("sending", breaks=_CLAUSE, intermittent=True).each(
    never_answers_now_and_then=when(lambda call: call.created and its_turn(call), _hang),
)

fault("sending", breaks=_CLAUSE).each(
    never_answers=when(lambda call: call.created, _hang),
    answers_after_eight_seconds=when(lambda call: call.created, _late),
)

fault("storing", breaks=_CLAUSE).each(
    # it waits for a mail server
    never_answers_with_an_email=when(lambda call: call.fields.get("alertReceiverEmail") is not None, _hang),
    never_answers_with_unknown_connections=when(
        lambda call: len(call.fields.get("globalConnectionExternalIds") or []) > 1, _hang
    ),
    answers_late_with_much_metadata=when(lambda call: len(call.fields.get("metadata") or {}) >= 200, _late),
    # it waits for a lock
    never_answers_for_a_known_external_id=when(
        lambda call: call.service.store.taken(call.fields.get("externalId")), _hang
    ),
)

fault("parsed", breaks=_CLAUSE).each(
    waits_for_a_body_that_does_not_come=when(lambda call: not call.body, _hang),
    # it waits for the rest
    never_answers_malformed_json=when(
        lambda call: call.refusal is not None and "CTP_INVALID_JSON" in str(call.refusal.body.get("code")), _hang
    ),
    waits_for_the_end_of_a_truncated_body=when(
        lambda call: call.refusal is not None and call.body.count(b"}") < call.body.count(b"{"), _hang
    ),
)

fault("authorized", breaks=_CLAUSE).each(
    answers_late_to_a_wrong_key=when(lambda call: call.refusal is not None and call.refusal.status == 401, _late),
)


@fault("sending", breaks=_CLAUSE)
async def drips_its_answer(call: Call) -> None:
    """Sends a byte of the response each second."""
    if call.created:
        call.sent = True
        head = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n"
        call.connection.write(head + b"content-length: %d\r\n\r\n" % len(call.payload))
        for byte in call.payload:
            if not call.connection.open:
                break
            call.connection.write(bytes([byte]))
            await call.connection.pause(1)
        await call.connection.close()


@fault("sending", breaks=_CLAUSE)
async def announces_more_than_it_sends(call: Call) -> None:
    """Announces a longer body than it sends, and waits."""
    if call.created:
        call.sent = True
        head = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n"
        call.connection.write(head + b"content-length: %d\r\n\r\n" % (len(call.payload) + 7) + call.payload)
        await call.connection.gone()


@fault("sending", breaks=_CLAUSE)
async def becomes_slower_with_every_project(call: Call) -> None:
    """Answers each creation a quarter later than the one before, up to eight seconds."""
    if call.created:
        await call.connection.pause(min(0.001 * 1.25 ** min(len(call.service.store.projects), 80), _LATE))


fault("received", breaks=_CLAUSE).each(
    answers_late_to_large_bodies=when(lambda call: len(call.body) > 64 * 1024, _late),
)


def _text(call: Call, field: str) -> str:
    value = call.value.get(field) if isinstance(call.value, dict) else None
    return value if isinstance(value, str) else ""


def _wrong(call: Call, field: str) -> bool:
    return any(issue.path == (field,) for issue in call.issues)


@fault("validated", breaks=_PATTERN)
async def backtracks_in_addresses(call: Call) -> None:
    """Doubles its time with every five characters of an address that does not match."""
    text = _text(call, "alertReceiverEmail")
    if _wrong(call, "alertReceiverEmail") and len(text) > 25:
        await call.connection.pause(0.001 * 2 ** (min(len(text) - 25, 65) / 5))


@fault("validated", breaks=_PATTERN)
async def backtracks_in_domains(call: Call) -> None:
    """Doubles its time with every label of a domain that does not match."""
    text = _text(call, "alertReceiverEmail")
    labels = len(re.findall(r"[A-Za-z0-9-]+\.", text.partition("@")[2]))
    if _wrong(call, "alertReceiverEmail") and labels > 10:
        await call.connection.pause(min(0.001 * 2 ** min(labels - 10, 20), _LATE))


@fault("validated", breaks=_PATTERN)
async def backtracks_before_the_at_sign(call: Call) -> None:
    """Takes time with the square of the length before a missing or wrong at sign."""
    text = _text(call, "alertReceiverEmail")
    if _wrong(call, "alertReceiverEmail"):
        run = max(map(len, re.findall(r"[A-Za-z0-9_'+.-]+", text)), default=0)
        await call.connection.pause(min((run / 1000) ** 2 * 0.5, _LATE))


@fault("validated", breaks=_PATTERN)
async def backtracks_in_display_names(call: Call) -> None:
    """Takes time with the square of the length of a displayName that does not match."""
    text = _text(call, "displayName")
    if _wrong(call, "displayName"):
        await call.connection.pause(min((len(text) / 1000) ** 2 * 0.5, _LATE))


@fault("validated", breaks=_PATTERN)
async def backtracks_in_good_addresses(call: Call) -> None:
    """Takes time with the square of the length of an address that matches."""
    text = _text(call, "alertReceiverEmail")
    if text and not call.issues:
        await call.connection.pause(min((len(text) / 1000) ** 2 * 0.5, _LATE))


@fault("validated", breaks=_PATTERN)
async def backtracks_in_runs_of_spaces(call: Call) -> None:
    """Takes time with the square of a run of spaces in displayName, as trimming by an expression does."""
    run = max(map(len, re.findall(r" +(?! )", _text(call, "displayName"))), default=0)
    await call.connection.pause(min((run / 1000) ** 2 * 0.005, _LATE))


@fault("validated", breaks=_CLAUSE)
async def escapes_angle_brackets_slowly(call: Call) -> None:
    """Takes time with the square of the number of angle brackets in a body."""
    await call.connection.pause(min((call.body.count(b"<") / 1000) ** 2 * 0.005, _LATE))
