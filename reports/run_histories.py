"""The histories of several runs (workers, shards, machines) read as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.exchange_record import ExchangeRecord
from contracts.history_records import EndRecord, HistoryRecord, NoteRecord
from reports.history import history_files, read_history

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from contracts.exchange_record import Place


class RunHistories:
    """All history files of several folders.

    Workers of different folders get different names.
    """

    def __init__(self, places: Sequence[Path]) -> None:
        """Find the files.

        Args:
            places: Folders of runs, or history files.

        Raises:
            FileNotFoundError: A place holds no history.
        """
        self.files = [file for place in places for file in (history_files(place) if place.is_dir() else [place])]
        self.folders = list(dict.fromkeys(file.parent for file in self.files))

    def records(self) -> Iterator[HistoryRecord]:
        """All records, those of the first run first."""
        for file in self.files:
            prefix = f"{self.folders.index(file.parent) + 1}/" if len(self.folders) > 1 else ""
            number = 0
            try:
                for record in read_history(file, prefix=prefix):
                    number += 1
                    yield record
            except ValueError as problem:
                text = f"{file.name} is damaged after record {number}: the rest is ignored ({problem})"
                yield NoteRecord("history", text, worker=prefix)
                yield EndRecord(f"a history is damaged: {file.name}", worker=prefix)

    def exchanges(self, wanted: set[Place]) -> dict[Place, ExchangeRecord]:
        """The complete exchanges at these places."""
        found: dict[Place, ExchangeRecord] = {}
        for record in self.records() if wanted else ():
            if isinstance(record, ExchangeRecord) and record.place in wanted:
                found[record.place] = record
                if len(found) == len(wanted):
                    break
        return found

    def folder_number(self, worker: str) -> int:
        """The index of the folder with the history of a worker, by the prefix of its name."""
        number, slash, _ = worker.partition("/")
        return int(number) - 1 if slash else 0
