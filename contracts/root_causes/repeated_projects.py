"""Responses that show the project of an earlier request: what else is wrong with them follows from that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.exchange_record import ExchangeRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from contracts.exchange_record import Place
    from contracts.findings import Finding
    from contracts.history_records import HistoryRecord

#: The clause that such a response breaks.
UNIQUE: Final = "response.201.id.unique"
_OWN: Final = "response.201.answers_own_request"
_ASPECTS: Final = (".echo", ".clock", ".order")


def consequences_of_repeats(
    records: Iterable[HistoryRecord], places: Collection[Place]
) -> Iterator[tuple[Finding, ExchangeRecord]]:
    """The findings of responses that hold the values of an earlier request, each with its exchange.

    Args:
        records: The records of a history.
        places: The exchanges whose response shows an earlier project.
    """
    for record in records:
        if isinstance(record, ExchangeRecord) and record.place in places:
            for finding in record.findings:
                if finding.clause == _OWN or finding.clause.endswith(_ASPECTS):
                    yield finding, record
