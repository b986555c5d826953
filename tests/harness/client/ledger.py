"""The ledger: what a run may have created, on disk before it is sent and in memory, so that nothing is left behind."""

from __future__ import annotations

import errno
import json
import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.harness.client.ownership import Existing, Sent

if TYPE_CHECKING:
    from pathlib import Path

    from contracts.secrets import Secrets

#: Readable by its owner alone: it names projects of a platform.
_OWNER_ONLY: Final = 0o600


@dataclass(slots=True)
class LedgerState:
    """What the ledgers of a run say.

    ``created`` maps each project to the signs that it is the run's own, ``open_requests`` holds the requests of which
    no response tells what became, by worker and number; of those in ``deleting`` a deletion was begun;
    ``sent`` holds the request behind each project that a response named, ``display_names`` what requests that were
    answered call their projects, folded;
    ``unreadable`` counts the lines that nobody can read.
    """

    run_id: str = ""
    base_url: str = ""
    existing: Existing = field(default_factory=Existing)
    created: dict[str, str] = field(default_factory=dict)
    deleting: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    open_requests: dict[tuple[str, int], Sent] = field(default_factory=dict)
    sent: dict[str, Sent] = field(default_factory=dict)
    display_names: set[str] = field(default_factory=set)
    unreadable: int = 0

    @property
    def remaining(self) -> list[str]:
        """The run's own projects that nobody deleted, in the order of their creation within a worker."""
        return [i for i, signs in self.created.items() if i not in self.deleted and self.existing.owns(i, signs)]

    @property
    def doubtful(self) -> list[str]:
        """Projects that a response named and that are perhaps not the run's own."""
        return [i for i, signs in self.created.items() if i not in self.deleted and not self.existing.owns(i, signs)]

    def add(self, record: dict[str, Any], worker: str) -> None:
        """Add one record of a worker's ledger; raises ValueError, KeyError or TypeError where it is damaged."""
        if "run_id" in record:
            self.run_id, self.base_url = _text(record["run_id"]), _text(record["base_url"])
        elif "existing" in record:
            self.existing = Existing(set(map(_text, record["existing"])), complete=record["complete"] is True)
        elif "intend" in record:
            self.open_requests[worker, record["intend"]] = Sent.from_json(record["sent"])
        elif "finished" in record:
            self._finish(record["created"], record["signs"], (worker, record["finished"]))
        elif "found" in record:
            self.created[_text(record["found"])] = _text(record["signs"])
        elif "deleting" in record:
            self.deleting.add(_text(record["deleting"]))
        elif "still_there" in record:
            self.deleted.discard(_text(record["still_there"]))
        else:
            self.deleted.add(_text(record["deleted"]))

    def _finish(self, identifier: Any, signs: Any, request: tuple[str, int]) -> None:
        sent = self.open_requests.pop(request, None)
        if sent is not None:
            self.display_names.update(sent.shown_names())
        if identifier is None:
            return
        created, signs = _text(identifier), _text(signs)
        # The strongest signs count: a repeated request shows the project of the first.
        self.created[created] = max(self.created.get(created, ""), signs, key=len)
        if sent is not None:
            self.sent[created] = sent


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, got {value!r:.50}")
    return value


class Ledger:
    """Appends to ``directory/ledger-<worker>.ndjson``; each line reaches the operating system at once.

    ``state`` is the same account in memory, for the cleanup where the file cannot be written or read any more.

    Args:
        directory: the folder of the run.
        worker: who writes.
        secrets: what is kept out of the file.
        state: the account of a run that has ended, for its cleanup: that goes on without a file where none can be
            opened. Without it OSError is raised.
    """

    def __init__(self, directory: Path, worker: str, secrets: Secrets, state: LedgerState | None = None) -> None:
        self.path = directory / f"ledger-{worker}.ndjson"
        try:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
        except OSError:
            if state is None:
                raise
            self._file = -1
        self.state = state or LedgerState()
        self._worker = worker
        self._secrets = secrets
        self._lock = threading.Lock()

    def run(self, run_id: str, base_url: str) -> None:
        """Record which run this is: what its projects carry and where they are."""
        self._write({"run_id": run_id, "base_url": base_url})

    def existing(self, found: Existing) -> None:
        """Record which projects were there before the run."""
        self._write({"existing": sorted(found.identifiers), "complete": found.complete})

    def intend(self, number: int, sent: Sent) -> None:
        """Record that request ``number`` is about to be sent and may create a project.

        Raises OSError if that cannot be written: then the request must not be sent.
        """
        self._write({"intend": number, "sent": sent.to_json()}, must=True)

    def finish(self, number: int, created: str | None, signs: str = "") -> None:
        """Record the result of request ``number``: the id of its project with the signs for it, or None without one."""
        self._write({"finished": number, "created": created, "signs": signs})

    def found(self, identifier: str, signs: str) -> None:
        """Record that a project was found that no response named."""
        self._write({"found": identifier, "signs": signs})

    def deleting(self, identifier: str) -> None:
        """Record that a project is about to be deleted: its response may be lost."""
        self._write({"deleting": identifier})

    def deleted(self, identifier: str) -> None:
        """Record that a project is gone."""
        self._write({"deleted": identifier})

    def still_there(self, identifier: str) -> None:
        """Record that a project that was deleted is still there."""
        self._write({"still_there": identifier})

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _write(self, record: dict[str, Any], *, must: bool = False) -> None:
        line = self._secrets.redact(json.dumps(record, separators=(",", ":")).encode()) + b"\n"
        with self._lock:
            try:
                self._append(line)
            except OSError:
                if must:
                    raise
            self.state.add(record, self._worker)

    def _append(self, line: bytes) -> None:
        if self._file >= 0 and os.fstat(self._file).st_nlink == 0:  # a removed file takes everything, and shows nothing
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path))
        if self._file >= 0 and os.write(self._file, line) < len(line):  # a full disk takes a part of it
            os.write(self._file, b"\n")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read_ledgers(directory: Path, own: Ledger | None = None) -> LedgerState:
    """Add up the ledgers of a run.

    Args:
        directory: the folder of the run.
        own: the ledger of this process, whose account is taken from memory.

    Raises:
        FileNotFoundError: there is no ledger.
    """
    files = sorted(directory.glob("ledger-*.ndjson"))
    if not files and own is None:
        raise FileNotFoundError(f"{directory} holds no ledger-*.ndjson; expected the folder of a run")
    state = own.state if own is not None else LedgerState()
    for path in files:
        if own is None or path != own.path:
            for line in path.read_bytes().splitlines():
                try:
                    state.add(json.loads(line), path.stem)
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    # Cut by a crash, or damaged: the other lines count nevertheless.
                    state.unreadable += 1
    return state
