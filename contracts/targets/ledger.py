"""The ledger: what a run may have created, on disk before it is sent, so that nothing is left behind."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Ledger:
    """Appends to ``directory/ledger-<worker>.ndjson``; each line reaches the operating system at once."""

    def __init__(self, directory: Path, worker: str) -> None:
        self._file = (directory / f"ledger-{worker}.ndjson").open("ab", buffering=0)
        self._lock = threading.Lock()

    def run(self, mark: str, base_url: str) -> None:
        """Say which run this is: the mark that its projects carry and where they are."""
        self._write({"mark": mark, "base_url": base_url})

    def intend(self, number: int) -> None:
        """Say that request ``number`` is about to be sent and may create a project."""
        self._write({"intend": number})

    def settle(self, number: int, created: str | None) -> None:
        """Say what became of request ``number``: the id of its project, or None where there is none."""
        self._write({"settle": number, "created": created})

    def deleted(self, identifier: str) -> None:
        """Say that a project is gone."""
        self._write({"deleted": identifier})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, record: dict[str, Any]) -> None:
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            self._file.write(line)


@dataclass(slots=True)
class Account:
    """What the ledgers of a run say: projects that stand, and how many answers were lost."""

    mark: str = ""
    base_url: str = ""
    standing: list[str] = field(default_factory=list)
    created: int = 0
    lost: int = 0


def read_ledgers(directory: Path) -> Account:
    """Add up every ledger of a run; raises FileNotFoundError where there is none."""
    files = sorted(directory.glob("ledger-*.ndjson"))
    if not files:
        raise FileNotFoundError(f"{directory} holds no ledger-*.ndjson; expected the folder of a run")
    account = Account()
    for path in files:
        _add_up(path.read_bytes().splitlines(keepends=True), account)
    return account


def _add_up(lines: Iterable[bytes], account: Account) -> None:
    open_requests: set[int] = set()
    standing: dict[str, None] = {}
    for line in lines:
        if not line.endswith(b"\n"):
            break
        record = json.loads(line)
        if "mark" in record:
            account.mark, account.base_url = record["mark"], record["base_url"]
        elif "intend" in record:
            open_requests.add(record["intend"])
        elif "settle" in record:
            open_requests.discard(record["settle"])
            if record["created"] is not None:
                standing[record["created"]] = None
                account.created += 1
        else:
            standing.pop(record["deleted"], None)
    account.standing.extend(standing)
    account.lost += len(open_requests)
