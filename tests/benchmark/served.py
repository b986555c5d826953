"""The mock in a process of its own with a log of all requests, to count those of every tool in the same way.

python -m tests.benchmark.served LOG [--fault NAME | --variant NAME] [--delay-ms N]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from tests.mock.call import Call

ROOT: Final = Path(__file__).parents[2]
KEY: Final = "sk-benchmark-9f3kX2mQpL7vWb4Rt8YnZc6Hd1Sg5Ju"
CONTRACT: Final = ROOT / "contracts" / "create_project.openapi.yaml"
KEY_VARIABLE: Final = "ACTIVEPIECES_API_KEY"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request received by the server; ``at`` in seconds since the epoch."""

    at: float
    method: str


class CountedMock:
    """A running mock with a log of its requests. Use as a context manager."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, folder: tempfile.TemporaryDirectory[str]) -> None:
        self._process = process
        self._log = log
        self._folder = folder
        self.base_url = (process.stdout.readline() if process.stdout else b"").decode().strip()
        if not self.base_url.startswith("http://"):
            self.stop()
            raise RuntimeError(f"the mock did not start; it said {self.base_url!r}")

    @classmethod
    def start(cls, *, fault: str | None = None, variant: str | None = None, delay_ms: float = 0) -> Self:
        """Start a mock on a free port of the loopback interface."""
        folder = tempfile.TemporaryDirectory(prefix="counted-mock-")
        log = Path(folder.name) / "requests.log"
        command = [sys.executable, "-m", "tests.benchmark.served", str(log), "--delay-ms", str(delay_ms)]
        for option, value in (("--fault", fault), ("--variant", variant)):
            if value is not None:
                command += [option, value]
        process = subprocess.Popen(  # noqa: S603  # our own module
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, KEY_VARIABLE: KEY},
        )
        return cls(process, log, folder)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def arrivals(self, until: float = float("inf")) -> list[Arrival]:
        """The requests that arrived, in order; ``until`` is in seconds since the epoch."""
        found = []
        for line in self._log.read_text(encoding="ascii").splitlines():
            at, _, method = line.partition(" ")
            if float(at) <= until:
                found.append(Arrival(float(at), method))
        return found

    def stop(self) -> None:
        """End the process and delete its log."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def main() -> None:
    """Serve until standard input closes."""
    from tests.mock import server  # noqa: PLC0415  # whoever starts a mock does not need one

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", type=Path)
    parser.add_argument("--fault")
    parser.add_argument("--variant")
    parser.add_argument("--delay-ms", type=float, default=0)
    options = parser.parse_args()
    service = server.built(
        contract=CONTRACT,
        key=os.environ[KEY_VARIABLE],
        delay=options.delay_ms / 1000,
        fault=options.fault,
        variant=options.variant,
    )
    log = options.log.open("w", encoding="ascii", buffering=1)

    def arrived(call: Call) -> None:
        log.write(f"{time.time():.6f} {call.method}\n")

    service.hooks["routed"].insert(0, arrived)
    server.serve(service, port=0, until_stdin_closes=True)


if __name__ == "__main__":
    main()
