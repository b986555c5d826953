"""The other requests of a finding: earlier operations on the same project, or on the same connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts import lenient_json
from contracts.exchange import COLLECTION_PATH, VALID_AUTHORIZATION
from contracts.exchange_record import ExchangeRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contracts.exchange import Exchange
    from contracts.exchange_record import Place
    from contracts.history_records import HistoryRecord
    from contracts.root_causes.root_cause import RootCause

#: The maximum number of other requests in a report.
_SHOWN: Final = 4
#: Prefixes of the clauses that need several exchanges.
_OF_SEVERAL: Final = ("state.", "response.201.id.unique", "response.201.plan.id.unique")
_CONNECTIONS: Final = "service.connections"


def related_requests(
    causes: Sequence[RootCause], records: Iterable[HistoryRecord]
) -> dict[Place, tuple[Exchange, ...]]:
    """The exchanges related to those with findings, in the order in which they were sent.

    Args:
        causes: The root causes; if each needs only one exchange, nothing is read.
        records: The history.

    Returns:
        The exchanges by the place (worker and number) of the exchange with the finding.
    """
    wanted = {cause.exchange.place: _signs(cause) for cause in causes if cause.exchange is not None}
    wanted = {place: signs for place, signs in wanted.items() if signs}
    on_connections = {c.exchange.place for c in causes if c.exchange is not None and c.clause == _CONNECTIONS}
    found: dict[Place, list[ExchangeRecord]] = {place: [] for place in wanted}
    for record in records if wanted else ():
        if not isinstance(record, ExchangeRecord):
            continue
        signs_of = _signs_of(record)
        for place, signs in wanted.items():
            if record.place != place and signs & signs_of:
                found[place].append(record)
    return {
        place: tuple(record.exchange for record in _nearest(others, place, one_connection=place in on_connections))
        for place, others in found.items()
        if others
    }


def _nearest(others: list[ExchangeRecord], place: Place, *, one_connection: bool) -> list[ExchangeRecord]:
    """The last ones before the exchange, and the first ones after it.

    On the same connection only earlier ones count: the last request, and the last one with the right key.
    """
    others.sort(key=lambda record: record.started)
    before = [record for record in others if record.worker != place[0] or record.number < place[1]]
    if one_connection:
        with_key = [record for record in before if record.case.header("Authorization") == VALID_AUTHORIZATION]
        return [*(record for record in with_key[-1:] if record is not before[-1]), *before[-1:]]
    behind = [record for record in others if record not in before]
    return [*before[-_SHOWN:], *behind[: max(1, _SHOWN - len(before))]]


def _signs(cause: RootCause) -> frozenset[str]:
    """What the other requests have in common with the one of a root cause; nothing if none is needed."""
    record = cause.exchange
    if record is None:
        return frozenset()
    if cause.clause == _CONNECTIONS:
        return frozenset({_connection(record)})
    if not cause.clause.startswith(_OF_SEVERAL):
        return frozenset()
    return frozenset(_identities(record, _project_id(record) or _shown_id(record)))


def _signs_of(record: ExchangeRecord) -> frozenset[str]:
    return frozenset({_connection(record), *_identities(record, _project_id(record))})


def _connection(record: ExchangeRecord) -> str:
    return f"connection {record.worker} {record.connection}"


def _identities(record: ExchangeRecord, shown: object) -> Iterable[str]:
    """The project of a request, by its id and its externalId."""
    if isinstance(shown, str):
        yield f"id {shown}"
    if record.path.startswith(f"{COLLECTION_PATH}/"):
        yield f"id {record.path.rpartition('/')[2]}"
    if "externalId" in record.body_text:  # parsing every body would take long
        external_id = record.sent_members.get("externalId")
        if isinstance(external_id, str) and external_id:
            yield f"externalId {external_id}"


def _project_id(record: ExchangeRecord) -> object:
    return (record.project or {}).get("id")


def _shown_id(record: ExchangeRecord) -> object:
    members = lenient_json.object_of(record.response.body) if record.response else None
    return (members or {}).get("id")
