"""The history: every exchange of a run, appended as one JSON line, one file a worker.

Lines are written as soon as an exchange is judged and handed to the operating system at least every half
second, so that a report can be made after a crash. Redaction happens here, on the bytes of the line.
"""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from contracts.exchange import Exchange
    from contracts.findings import Finding
    from contracts.judgement import Judgement
    from contracts.secrets import Secrets

#: Bytes of an answer that are kept; more where a finding rests on it.
KEPT: Final = 8_192
KEPT_OF_FINDING: Final = 65_536
_FLUSH_EVERY: Final = 0.5
#: Made once: ``json.dumps`` makes an encoder for each record.
_encode: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class HistoryWriter:
    """Appends the records of one worker to ``directory/history-<worker>.ndjson``; safe to use from threads."""

    def __init__(self, directory: Path, worker: str, secrets: Secrets) -> None:
        self.worker = worker
        self._secrets = secrets
        path = directory / f"history-{worker}.ndjson"
        # Readable by its owner alone: it shows what a service holds.
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")
        self._lock = threading.Lock()
        self._signatures: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
        self._flushed = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def exchange(self, exchange: Exchange, judgement: Judgement | None = None) -> None:
        """Append one exchange with what the judge said of it; None where it was not for the judge."""
        with self._lock:
            self._write(self._exchange_record(exchange, judgement))

    def record(self, kind: str, /, **members: Any) -> None:
        """Append any other record: run, finding, exercised, not_exercised, unknown, note, end."""
        with self._lock:
            self._write({"type": kind, "worker": self.worker, **members})

    def finding(self, finding: Finding, exchange: Exchange | None = None) -> None:
        """Append a finding that rests on more than one exchange."""
        members: dict[str, Any] = {"finding": finding.to_json(), "started": time.time()}
        if exchange is not None:
            members["exchange"] = _cut(exchange, KEPT_OF_FINDING).to_json()
        self.record("finding", **members)

    def reattributed(self, exchange: Exchange, was: Finding, finding: Finding) -> None:
        """Append that a finding of an exchange was put down to another clause."""
        kept = _cut(exchange, KEPT_OF_FINDING).to_json()
        self.record("reattributed", number=exchange.number, was=was.to_json(), finding=finding.to_json(), exchange=kept)

    def flush(self) -> None:
        """Hand everything to the operating system."""
        with self._lock:
            self._file.flush()

    def close(self) -> None:
        """Flush and close the file."""
        with self._lock:
            self._file.close()

    def _exchange_record(self, exchange: Exchange, judgement: Judgement | None) -> dict[str, Any]:
        findings = judgement.findings if judgement else ()
        record = {"type": "exchange", **_cut(exchange, KEPT_OF_FINDING if findings else KEPT).to_json()}
        if judgement is None:
            return record
        record["expected"] = judgement.expectation.expected.value
        record["signature"] = self._signature(judgement.positive, judgement.negative)
        if judgement.expectation.violations:
            record["violations"] = [[v.clause, v.where, v.why, *v.kinds] for v in judgement.expectation.violations]
        if judgement.expectation.why:
            record["why"] = list(judgement.expectation.why)
        if findings:
            record["findings"] = [finding.to_json() for finding in findings]
        if judgement.crashed:
            record["crashed"] = list(judgement.crashed)
        if judgement.project is not None:
            record["project"] = _facts(judgement.project)
            if judgement.unasked:
                record["unasked"] = judgement.unasked
            date = exchange.response.header("Date") if exchange.response else None
            if date:
                record["date"] = date
        return record

    def _signature(self, positive: tuple[str, ...], negative: tuple[str, ...]) -> int:
        key = (positive, negative)
        known = self._signatures.get(key)
        if known is None:
            known = self._signatures[key] = len(self._signatures) + 1
            self._write(
                {
                    "type": "signature",
                    "worker": self.worker,
                    "id": known,
                    "positive": list(positive),
                    "negative": list(negative),
                }
            )
        return known

    def _write(self, record: dict[str, Any]) -> None:
        line = _encode(record).encode("ascii")
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


def _facts(project: dict[str, Any]) -> dict[str, Any]:
    """The members that the checks of the history read."""
    facts = {name: project.get(name) for name in ("id", "platformId", "created", "updated")}
    plan = project.get("plan")
    facts["plan"] = {"id": plan.get("id")} if isinstance(plan, dict) else None
    return facts


def history_files(directory: Path) -> list[Path]:
    """The history files of one run, that of its controller first: it says what there is to verify.

    Raises FileNotFoundError where there is none.
    """
    found = sorted(directory.glob("history-*.ndjson"), key=lambda path: (path.name != "history-main.ndjson", path.name))
    if not found:
        raise FileNotFoundError(f"{directory} holds no history-*.ndjson; expected the folder of a run")
    return found


def read_history(*files: Path) -> Iterator[dict[str, Any]]:
    """The records of the files one by one. A last line that was cut by a crash is left out."""
    for path in files:
        with path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                yield json.loads(line)
