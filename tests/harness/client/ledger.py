"""The ledger: what a run may have created, on disk before it is sent, so that nothing is left behind."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.harness.client.ownership import Existing, Sent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from contracts.secrets import Secrets

#: Readable by its owner alone: it names projects of a platform.
_OWNER_ONLY: Final = 0o600


class Ledger:
    """Appends to ``directory/ledger-<worker>.ndjson``; each line reaches the operating system at once."""

    def __init__(self, directory: Path, worker: str, secrets: Secrets) -> None:
        path = directory / f"ledger-{worker}.ndjson"
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
        self._secrets = secrets
        self._lock = threading.Lock()

    def run(self, run_id: str, base_url: str) -> None:
        """Say which run this is: what its projects carry and where they are."""
        self._write({"run_id": run_id, "base_url": base_url})

    def existing(self, found: Existing) -> None:
        """Say which projects were there before the run."""
        self._write({"existing": sorted(found.identifiers), "complete": found.complete})

    def intend(self, number: int, sent: Sent) -> None:
        """Say that request ``number`` is about to be sent and may create a project."""
        self._write({"intend": number, "sent": asdict(sent)})

    def settle(self, number: int, created: str | None, signs: str = "") -> None:
        """Say what became of request ``number``: the id of its project with the signs for it, or None without one."""
        self._write({"settle": number, "created": created, "signs": signs})

    def found(self, identifier: str, signs: str) -> None:
        """Say that a project was found that no response named."""
        self._write({"found": identifier, "signs": signs})

    def deleting(self, identifier: str) -> None:
        """Say that a project is about to be deleted: whether it was nobody may ever know."""
        self._write({"deleting": identifier})

    def deleted(self, identifier: str) -> None:
        """Say that a project is gone."""
        self._write({"deleted": identifier})

    def still_there(self, identifier: str) -> None:
        """Say that a project that was deleted is still there."""
        self._write({"still_there": identifier})

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _write(self, record: dict[str, Any]) -> None:
        line = self._secrets.redact(json.dumps(record, separators=(",", ":")).encode()) + b"\n"
        with self._lock:
            os.write(self._file, line)


@dataclass(slots=True)
class LedgerState:
    """What the ledgers of a run say.

    ``created`` maps each project to the signs that it is the run's own, ``open_requests`` holds the requests of which
    no response tells what became; of those in ``deleting`` a deletion was begun;
    ``unreadable`` counts the lines that nobody can read.
    """

    run_id: str = ""
    base_url: str = ""
    existing: Existing = field(default_factory=Existing)
    created: dict[str, str] = field(default_factory=dict)
    deleting: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    open_requests: list[Sent] = field(default_factory=list)
    unreadable: int = 0

    @property
    def remaining(self) -> list[str]:
        """The run's own projects that nobody deleted, in the order of their creation within a worker."""
        return [i for i, signs in self.created.items() if i not in self.deleted and self.existing.owns(i, signs)]

    @property
    def doubtful(self) -> list[str]:
        """Projects that a response named and that are perhaps not the run's own."""
        return [i for i, signs in self.created.items() if i not in self.deleted and not self.existing.owns(i, signs)]


def read_ledgers(directory: Path) -> LedgerState:
    """Add up every ledger of a run; raises FileNotFoundError where there is none."""
    files = sorted(directory.glob("ledger-*.ndjson"))
    if not files:
        raise FileNotFoundError(f"{directory} holds no ledger-*.ndjson; expected the folder of a run")
    state = LedgerState()
    for path in files:
        _add_up(path.read_bytes().splitlines(keepends=True), state)
    return state


def _add_up(lines: Iterable[bytes], state: LedgerState) -> None:
    waiting: dict[int, Sent] = {}
    for line in lines:
        try:
            record = json.loads(line)
            _add(record, state, waiting)
        except (ValueError, KeyError, TypeError, AttributeError):
            # Cut by a crash, or damaged: the other lines count all the same.
            state.unreadable += 1
    state.open_requests += waiting.values()


def _add(record: dict[str, Any], state: LedgerState, waiting: dict[int, Sent]) -> None:
    if "run_id" in record:
        state.run_id, state.base_url = str(record["run_id"]), str(record["base_url"])
    elif "existing" in record:
        state.existing = Existing(set(record["existing"]), complete=record["complete"] is True)
    elif "intend" in record:
        waiting[record["intend"]] = Sent(**record["sent"])
    elif "settle" in record:
        waiting.pop(record["settle"], None)
        if record["created"] is not None:
            # The strongest signs count: a repeated request shows the project of the first.
            signs = max(state.created.get(record["created"], ""), str(record["signs"]), key=len)
            state.created[str(record["created"])] = signs
    elif "found" in record:
        state.created[str(record["found"])] = str(record["signs"])
    elif "deleting" in record:
        state.deleting.add(record["deleting"])
    elif "still_there" in record:
        state.deleted.discard(record["still_there"])
    else:
        state.deleted.add(record["deleted"])
