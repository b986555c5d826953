"""The ledger: everything that a run may have created, written before it is sent, so that nothing is left behind."""

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

#: Readable by its owner only, because it names projects of a platform.
_OWNER_ONLY: Final = 0o600


@dataclass(slots=True)
class LedgerState:
    """The content of the ledgers of a run.

    ``created`` maps each project to the evidence of ownership, ``open_requests`` has the requests with unknown outcome
    by worker and number; for those in ``deleting`` a deletion was started; ``sent`` has the request of each project
    that a response named, ``display_names`` the names in requests that were answered, folded; ``unreadable`` counts
    damaged lines.
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
        """The run's own projects that were not deleted, in the order of their creation within a worker."""
        return [i for i, signs in self.created.items() if i not in self.deleted and self.existing.owns(i, signs)]

    @property
    def doubtful(self) -> list[str]:
        """Projects that a response named and that may not be the run's own."""
        return [i for i, signs in self.created.items() if i not in self.deleted and not self.existing.owns(i, signs)]

    def add(self, record: dict[str, Any], worker: str) -> None:
        """Add one record of a worker's ledger; raises ValueError, KeyError or TypeError if it is damaged."""
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
        # The strongest evidence counts: a repeated request shows the project of the first.
        self.created[created] = max(self.created.get(created, ""), signs, key=len)
        if sent is not None:
            self.sent[created] = sent


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, got {value!r:.50}")
    return value


class Ledger:
    """Appends to ``directory/ledger-<worker>.ndjson``; each line is passed to the operating system immediately.

    ``state`` is the same content in memory, for the cleanup if the file cannot be written or read any more.

    Args:
        directory: The folder of the run.
        worker: The name of the worker.
        secrets: What is redacted in the file.
        state: The state of a finished run, for its cleanup, which continues without a file if none can be opened.
            Without it OSError is raised.
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
        """Record the run: the names of its projects, and the service."""
        self._write({"run_id": run_id, "base_url": base_url})

    def existing(self, found: Existing) -> None:
        """Record the projects that existed before the run."""
        self._write({"existing": sorted(found.identifiers), "complete": found.complete})

    def intend(self, number: int, sent: Sent) -> None:
        """Record that request ``number`` is about to be sent and may create a project.

        Raises OSError if that cannot be written: then the request must not be sent.
        """
        self._write({"intend": number, "sent": sent.to_json()}, must=True)

    def finish(self, number: int, created: str | None, signs: str = "") -> None:
        """Record the result of request ``number``: the id of its project with the evidence, or None without one."""
        self._write({"finished": number, "created": created, "signs": signs})

    def found(self, identifier: str, signs: str) -> None:
        """Record a project that no response named."""
        self._write({"found": identifier, "signs": signs})

    def deleting(self, identifier: str) -> None:
        """Record that a project is about to be deleted, because the response may be lost."""
        self._write({"deleting": identifier})

    def deleted(self, identifier: str) -> None:
        """Record that a project was deleted."""
        self._write({"deleted": identifier})

    def still_there(self, identifier: str) -> None:
        """Record that a deleted project still exists."""
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
        if self._file >= 0 and os.fstat(self._file).st_nlink == 0:  # writes to a removed file succeed, but are lost
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path))
        if self._file >= 0 and os.write(self._file, line) < len(line):  # a full disk accepts a part of it
            os.write(self._file, b"\n")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read_ledgers(directory: Path, own: Ledger | None = None) -> LedgerState:
    """Merge the ledgers of a run.

    Args:
        directory: The folder of the run.
        own: The ledger of this process, whose state is taken from memory.

    Raises:
        FileNotFoundError: There is no ledger.
    """
    files = sorted(directory.glob("ledger-*.ndjson"))
    if not files and own is None:
        raise FileNotFoundError(f"{directory} contains no ledger-*.ndjson; expected the folder of a run")
    state = own.state if own is not None else LedgerState()
    for path in files:
        if own is None or path != own.path:
            for line in path.read_bytes().splitlines():
                try:
                    state.add(json.loads(line), path.stem)
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    # Truncated by a crash, or damaged: the other lines still count.
                    state.unreadable += 1
    return state
