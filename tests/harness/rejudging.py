"""Judges a recorded run again, under the current contract and checks."""

from __future__ import annotations

import json
import lzma
from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.checks.context import Limits
from contracts.clauses import catalogue
from contracts.document import load_contract
from contracts.exchange_record import ExchangeRecord
from contracts.history_records import (
    CleanupRecord,
    EndRecord,
    ExercisedRecord,
    HistoryRecord,
    NoteRecord,
    NotExercisedRecord,
    PhaseRecord,
    RunRecord,
    decode,
)
from contracts.judgement import ExternalIdUses, Judge, sent_external_id
from contracts.secrets import Secrets
from reports.history import HistoryWriter, history_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contracts.document import Contract
    from contracts.exchange import Exchange


def judge_again(recording: Path, folder: Path, contract: Contract | None = None) -> None:
    """Write the history of a recorded run as it would be judged now.

    Results of triage (such as the field that is the reason of a refusal) are not included.

    Args:
        recording: A history file, or a compressed one (``.xz``), or the folder of a run.
        folder: Where to write the history, from which reports can be made.
        contract: The contract to judge by; None for the one of the repository.
    """
    contract = contract or load_contract()
    clauses = catalogue(contract)
    secrets = Secrets.absent()
    uses = ExternalIdUses()
    judge = Judge(contract, Limits(), secrets)
    folder.mkdir(parents=True, exist_ok=True)
    with HistoryWriter(folder, "main", secrets) as history:
        for record in _records(recording):
            if isinstance(record, RunRecord):
                judge = Judge(contract, Limits(), secrets, record.run_id)
                history.record(replace(record, clauses=tuple(clauses.values())))
            elif isinstance(record, ExchangeRecord):
                _judge_exchange(record.exchange, judge, uses, history)
            elif isinstance(record, ExercisedRecord | NotExercisedRecord):
                if record.clause in clauses:
                    history.record(record)
            elif isinstance(record, NoteRecord | PhaseRecord | CleanupRecord | EndRecord):
                history.record(record)


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


def _records(recording: Path) -> Iterator[HistoryRecord]:
    for path in history_files(recording) if recording.is_dir() else [recording]:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as lines:
            yield from filter(None, map(decode, map(json.loads, lines)))
