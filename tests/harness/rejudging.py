"""A recorded run judged again: its exchanges, under the contract and the checks of today."""

from __future__ import annotations

import json
import lzma
from typing import TYPE_CHECKING, Any, Final

from contracts.checks.context import Limits
from contracts.clauses import catalogue
from contracts.document import load_contract
from contracts.exchange import Exchange
from contracts.judgement import ExternalIdUses, Judge, sent_external_id
from contracts.secrets import Secrets
from reports.history import HistoryWriter, history_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contracts.document import Contract

#: Records that say what a run did beyond single exchanges; they are copied.
_COPIED: Final = frozenset({"exercised", "not_exercised", "note", "phase", "cleanup", "end"})


def judge_again(recording: Path, folder: Path, contract: Contract | None = None) -> None:
    """Write the history of a recorded run as it would be judged today.

    What further requests of the run showed beyond the exchanges themselves (which field is to blame for a refusal) is
    not part of it.

    Args:
        recording: A history file, or one that is compressed (``.xz``), or the folder of a run.
        folder: Where to write the history; reports can be made of it.
        contract: What the exchanges are held against; None for the contract of the repository.
    """
    contract = contract or load_contract()
    clauses = catalogue(contract)
    secrets = Secrets.absent()
    uses = ExternalIdUses()
    judge = Judge(contract, Limits(), secrets)
    folder.mkdir(parents=True, exist_ok=True)
    with HistoryWriter(folder, "main", secrets) as history:
        for record in _records(recording):
            kind = record["type"]
            if kind == "run":
                judge = Judge(contract, Limits(), secrets, record["run_id"])
                told = {name: value for name, value in record.items() if name not in {"type", "worker", "clauses"}}
                history.record(kind, **told, clauses=[clause.to_json() for clause in clauses.values()])
            elif kind == "exchange":
                _judge_exchange(Exchange.from_json(record), judge, uses, history)
            elif kind in _COPIED and record.get("clause", "service.no_5xx") in clauses:
                history.record(
                    kind, **{name: value for name, value in record.items() if name not in {"type", "worker"}}
                )


def _judge_exchange(exchange: Exchange, judge: Judge, uses: ExternalIdUses, history: HistoryWriter) -> None:
    if not exchange.case.creates:
        history.exchange(exchange)
        return
    expectation = judge.expect(exchange.case)
    external_id = sent_external_id(expectation)
    if external_id is not None:
        uses.sending(external_id)
        expectation = uses.expect(external_id, expectation)
        uses.received(external_id, exchange.status)
    history.exchange(exchange, judge.judge(exchange, expectation))


def _records(recording: Path) -> Iterator[dict[str, Any]]:
    for path in history_files(recording) if recording.is_dir() else [recording]:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as lines:
            yield from map(json.loads, lines)
