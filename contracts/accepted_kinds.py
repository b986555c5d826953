"""Counts, by kind, of the requests that a service accepted (see :mod:`contracts.request_kinds`)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from contracts import json_text
from contracts.exchange_record import ExchangeRecord
from contracts.request_kinds import kinds_of_field, kinds_of_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.exchange import Case
    from contracts.history_records import HistoryRecord


def accepted_kinds(records: Iterable[HistoryRecord]) -> Counter[str]:
    """Count the kinds of all requests in a history that were answered 2xx."""
    found: Counter[str] = Counter()
    for record in records:
        if isinstance(record, ExchangeRecord) and record.signature is not None and 200 <= record.status < 300:
            found.update(kinds_of_accepted(record.case))
    return found


def kinds_of_accepted(case: Case) -> Iterator[str]:
    """The kinds of one request as a whole and of each of its fields."""
    try:
        body = json_text.loads_lenient(case.body or b"")
    except ValueError:
        body = json_text.ABSENT
    yield from kinds_of_request(body, case.body or b"")
    if isinstance(body, dict):
        for name, value in body.items():
            yield from kinds_of_field(name, value)
