"""The history: every exchange of a run, appended as one JSON line, one file for each worker.

Lines are written as soon as an exchange is judged and passed to the operating system at least every half second, so
that a report can be made after a crash. The bytes of each line are redacted here.
"""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Self

from contracts.exchange_record import ExchangeRecord
from contracts.history_records import FindingRecord, HistoryRecord, ReattributedRecord, SignatureRecord, decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from contracts.exchange import Exchange
    from contracts.findings import Finding
    from contracts.judgement import Judgement
    from contracts.secrets import Secrets

#: The number of bytes of a response that are stored; more for findings.
KEPT: Final = 8_192
KEPT_OF_FINDING: Final = 65_536
_FLUSH_EVERY: Final = 0.5
#: Created once, because ``json.dumps`` creates an encoder for each record.
_encode: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class HistoryWriter:
    """Appends the records of one worker to ``directory/history-<worker>.ndjson``; thread-safe."""

    def __init__(self, directory: Path, worker: str, secrets: Secrets) -> None:
        self.worker = worker
        self._secrets = secrets
        path = directory / f"history-{worker}.ndjson"
        # Readable by its owner only: it shows data of the service.
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")
        self._lock = threading.Lock()
        self._signatures: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
        self._flushed = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def exchange(self, exchange: Exchange, judgement: Judgement | None = None) -> None:
        """Append one exchange with its judgement; None if it was not judged."""
        kept = _cut(exchange, KEPT_OF_FINDING if judgement is not None and judgement.findings else KEPT)
        with self._lock:
            signature = None if judgement is None else self._signature(judgement.positive, judgement.negative)
            self._write(ExchangeRecord.of(kept, judgement, signature))

    def record(self, record: HistoryRecord) -> None:
        """Append any other record."""
        with self._lock:
            self._write(record)

    def finding(self, finding: Finding, exchange: Exchange | None = None) -> None:
        """Append a finding that rests on several exchanges."""
        kept = None if exchange is None else ExchangeRecord(_cut(exchange, KEPT_OF_FINDING).to_json())
        self.record(FindingRecord(finding, time.time(), kept))

    def reattributed(self, exchange: Exchange, was: Finding, finding: Finding) -> None:
        """Append the reattribution of a finding."""
        kept = ExchangeRecord(_cut(exchange, KEPT_OF_FINDING).to_json())
        self.record(ReattributedRecord(exchange.number, was, finding, kept))

    def flush(self) -> None:
        """Pass everything to the operating system."""
        with self._lock:
            self._file.flush()

    def close(self) -> None:
        """Flush and close the file."""
        with self._lock:
            self._file.close()

    def _signature(self, positive: tuple[str, ...], negative: tuple[str, ...]) -> int:
        key = (positive, negative)
        known = self._signatures.get(key)
        if known is None:
            known = self._signatures[key] = len(self._signatures) + 1
            self._write(SignatureRecord(known, positive, negative))
        return known

    def _write(self, record: HistoryRecord) -> None:
        line = _encode(encode(record, self.worker)).encode("ascii")
        self._file.write(self._secrets.redact(line) + b"\n")
        now = time.monotonic()
        if now - self._flushed > _FLUSH_EVERY:
            self._flushed = now
            self._file.flush()


def _cut(exchange: Exchange, limit: int) -> Exchange:
    response = exchange.response
    if response is None or len(response.body) <= limit:
        return exchange
    return replace(exchange, response=replace(response, body=response.body[:limit], cut=True))


def history_files(directory: Path) -> list[Path]:
    """The history files of one run, that of its controller first, because it has the clauses.

    Raises FileNotFoundError if there is none.
    """
    found = sorted(directory.glob("history-*.ndjson"), key=lambda path: (path.name != "history-main.ndjson", path.name))
    if not found:
        raise FileNotFoundError(f"{directory} contains no history-*.ndjson; expected the folder of a run")
    return found


def read_history(*files: Path, prefix: str = "", member: str = "") -> Iterator[HistoryRecord]:
    """The records of the files, in order.

    Args:
        files: The histories of workers.
        prefix: A prefix for the name of every worker.
        member: Return only records that may have this member; reading is most of the work.
    """
    for encoded in read_json(*files, member=member):
        if prefix:
            encoded["worker"] = prefix + encoded["worker"]
            if "exchange" in encoded:
                encoded["exchange"]["worker"] = encoded["worker"]
        record = decode(encoded)
        if record is not None:
            yield record


def read_json(*files: Path, member: str = "") -> Iterator[dict[str, Any]]:
    """The JSON objects of the files, in order, or those that may have a member of this name.

    A last line that was truncated by a crash is ignored.
    """
    wanted = f'"{member}":'.encode() if member else b""
    for path in files:
        with path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                if wanted in line:
                    yield json.loads(line)
