"""The mock in a process of its own, for the suite: started on a free port, ended with its parent."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Self, TypedDict, Unpack

_ROOT = Path(__file__).parents[2]
_PATIENCE = 20.0  # seconds; a start takes a fraction of one on an idle machine


class MockOptions(TypedDict, total=False):
    """Options of ``contract mock``; None is the same as none."""

    fault: str | None
    variant: str | None
    delay_ms: float
    contract: Path | str
    seed: int
    base_path: str
    port: int


class MockProcess:
    """A running mock. Use as a context manager, or call `stop`.

    It ends with its parent in any case, because its standard input is a pipe.
    """

    def __init__(self, process: subprocess.Popen[bytes], base_url: str, key: str) -> None:
        self._process = process
        self.base_url = base_url
        self.key = key

    @classmethod
    def start(cls, *, key: str, **options: Unpack[MockOptions]) -> Self:
        """Starts a mock on the loopback interface, on a free port if none is given.

        Returns when it accepts connections. Raises `RuntimeError` with the mock's message if it does not start.
        """
        command = [sys.executable, "-m", "tests.mock", "--until-stdin-closes"]
        for name, value in {"port": 0, **options}.items():
            if value is not None:
                command += [f"--{name.replace('_', '-')}", str(value)]
        with tempfile.TemporaryFile() as complaints:
            process = _launched(command, key, complaints)
            started = cls(process, _first_line(process), key)
            if not started.base_url.startswith("http://"):
                started.stop()
                complaints.seek(0)
                said = complaints.read().decode("utf-8", "replace").strip()
                raise RuntimeError(f"the mock did not start: {said or 'it said nothing in time'}")
        return started

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process still lives."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Ends the process. It has no state to lose; further calls do nothing."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def _launched(command: list[str], key: str, complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    """The process of a mock; the key is in its environment, never on the command line."""
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    path = os.pathsep.join(filter(None, paths))
    return subprocess.Popen(  # noqa: S603  # our own module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env={**os.environ, "ACTIVEPIECES_API_KEY": key, "PYTHONPATH": path},
        bufsize=0,
        start_new_session=True,  # Ctrl-C reaches a process group: the mock must outlive the cleanup
    )


def _first_line(process: subprocess.Popen[bytes]) -> str:
    """The first line of the process' output, incomplete if the process ends or takes too long."""
    output = process.stdout
    if output is None:
        return ""
    received = b""
    end = time.monotonic() + _PATIENCE
    while not received.endswith(b"\n"):
        piece = _piece(output, end - time.monotonic())
        if not piece:
            break
        received += piece
    return received.decode().strip()


def _piece(output: IO[bytes], patience: float) -> bytes:
    ready, _, _ = select.select([output], [], [], max(patience, 0))
    return output.read(200) if ready else b""
