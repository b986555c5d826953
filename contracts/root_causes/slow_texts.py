"""Attributes slow responses to texts that are slow to match, without further requests.

A service that hangs on such texts may hang for all clients, so no more of them are sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts import lenient_json
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.history_records import ReattributedRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from contracts.history_records import HistoryRecord

SLOW: Final = "service.time"
EXPLODES: Final = "service.pattern_time"
#: Shorter texts are fast for every matcher.
_SHORTEST: Final = 16
#: The minimum number of slow responses with such a text, and of fast ones that show that the field is harmless.
_FEWEST, _PROMPT = 3, 20


def attribute_slow_responses(
    records: Iterable[HistoryRecord], fields: Sequence[str], known: frozenset[str]
) -> Iterator[ReattributedRecord]:
    """The slow responses as findings about the pattern of a field, if every one of them has a text that explains it.

    A text explains a slow response if it is long and no request with the same text got a fast response. If one slow
    response has another reason, the others may have it too, and none is reattributed.

    Args:
        records: The records of a run.
        fields: The fields with a pattern.
        known: Those of them that the run has shown to be slow to match.
    """
    late: list[tuple[ExchangeRecord, dict[str, str]]] = []
    prompt: dict[str, set[str]] = {name: set() for name in fields}
    settled = set()
    for record in records:
        if isinstance(record, ReattributedRecord) and record.was.clause == SLOW:
            settled.add((record.worker, record.number))
        elif isinstance(record, ExchangeRecord) and record.signature is not None:
            texts = _texts(record, fields)
            if _late(record):
                late.append((record, texts))
            elif record.response is not None:
                for name, text in texts.items():
                    prompt[name].add(text)
    late = [(record, texts) for record, texts in late if record.place not in settled]
    suspects = [
        [name for name, text in texts.items() if len(text) >= _SHORTEST and text not in prompt[name]]
        for _, texts in late
    ]
    blamed = max(fields, key=lambda name: sum(name in found for found in suspects), default="")
    again = sum(not finding.cause.endswith("at times") for record, _ in late for finding in _late(record))
    if any(blamed not in found for found in suspects) or not (
        blamed in known or (again >= _FEWEST and len(prompt.get(blamed, ())) >= _PROMPT)
    ):
        return
    for record, _ in late:
        for was in _late(record):
            finding = Finding(EXPLODES, "explodes", was.expected, was.received, f"/{blamed}")
            yield ReattributedRecord(record.number, was, finding, record, record.worker)


def _late(record: ExchangeRecord) -> list[Finding]:
    return [finding for finding in record.findings if finding.clause == SLOW]


def _texts(record: ExchangeRecord, fields: Sequence[str]) -> dict[str, str]:
    body = lenient_json.object_of(record.case.body) or {}
    return {name: body[name] for name in fields if isinstance(body.get(name), str)}
