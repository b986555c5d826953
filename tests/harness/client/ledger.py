"""The ledger: what a run may have created, on disk before it is sent, so that nothing is left behind."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Ledger:
    """Appends to ``directory/ledger-<worker>.ndjson``; each line reaches the operating system at once."""

    def __init__(self, directory: Path, worker: str) -> None:
        self._file = (directory / f"ledger-{worker}.ndjson").open("ab", buffering=0)
        self._lock = threading.Lock()

    def run(self, run_id: str, base_url: str) -> None:
        """Say which run this is: the mark that its projects carry and where they are."""
        self._write({"run_id": run_id, "base_url": base_url})

    def intend(self, number: int) -> None:
        """Say that request ``number`` is about to be sent and may create a project."""
        self._append(b'{"intend":%d}\n' % number)

    def settle(self, number: int, created: str | None) -> None:
        """Say what became of request ``number``: the id of its project, or None where there is none."""
        self._write({"settle": number, "created": created})

    def found(self, identifier: str) -> None:
        """Say that a project was found whose answer was lost."""
        self._write({"found": identifier})

    def deleted(self, identifier: str) -> None:
        """Say that a project is gone."""
        self._write({"deleted": identifier})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, record: dict[str, Any]) -> None:
        self._append(json.dumps(record, separators=(",", ":")).encode() + b"\n")

    def _append(self, line: bytes) -> None:
        with self._lock:
            self._file.write(line)


@dataclass(slots=True)
class LedgerState:
    """What the ledgers of a run say: every project, those that are gone, and how many answers were lost."""

    run_id: str = ""
    base_url: str = ""
    created: dict[str, None] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    lost: int = 0

    @property
    def standing(self) -> list[str]:
        """Projects that nobody deleted, in the order of their creation within a worker."""
        return [identifier for identifier in self.created if identifier not in self.deleted]


def read_ledgers(directory: Path) -> LedgerState:
    """Add up every ledger of a run; raises FileNotFoundError where there is none."""
    files = sorted(directory.glob("ledger-*.ndjson"))
    if not files:
        raise FileNotFoundError(f"{directory} holds no ledger-*.ndjson; expected the folder of a run")
    account = LedgerState()
    for path in files:
        _add_up(path.read_bytes().splitlines(keepends=True), account)
    return account


def _add_up(lines: Iterable[bytes], account: LedgerState) -> None:
    open_requests: set[int] = set()
    for line in lines:
        if not line.endswith(b"\n"):
            break  # a crash cut the last line; its request is still open
        record = json.loads(line)
        if "run_id" in record:
            account.run_id, account.base_url = record["run_id"], record["base_url"]
        elif "intend" in record:
            open_requests.add(record["intend"])
        elif "settle" in record:
            open_requests.discard(record["settle"])
            if record["created"] is not None:
                account.created[record["created"]] = None
        elif "found" in record:
            account.created[record["found"]] = None
        else:
            account.deleted.add(record["deleted"])
    account.lost += len(open_requests)
