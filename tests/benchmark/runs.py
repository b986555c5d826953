"""Runs a tool in a process of its own, and measures its time and memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmark.served import KEY, KEY_VARIABLE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PROC: Final = Path("/proc")
_LOOK_EVERY: Final = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """The result of a process. ``started`` in seconds since the epoch; ``peaks`` are bytes by process, if measured."""

    status: int
    started: float
    seconds: float
    output: str
    peaks: tuple[int, ...] = ()


@dataclass(slots=True)
class MemoryPeaks:
    """The largest resident set of a process and of each of its children, in bytes, read while they run (Linux).

    The kernel's value for a finished process counts for the process that forked it.
    """

    root: int
    seen: dict[int, int] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Read until ``ended`` is set."""
        while not self.ended.wait(_LOOK_EVERY):
            for pid in _descendants(self.root):
                peak = _peak(pid)
                if peak:
                    self.seen[pid] = max(peak, self.seen.get(pid, 0))


def run(
    command: Sequence[str],
    *,
    cwd: Path = ROOT,
    memory: bool = False,
    memory_limit: int | None = None,
    timeout: float = 7_200.0,
) -> Run:
    """Run a command to its end; the key is in the environment.

    ``memory`` records its peaks; ``memory_limit`` limits its address space (bytes; Linux).
    """
    started, clock = time.time(), time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603  # commands of this benchmark
            command, cwd=cwd, env=environment(), stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        if memory_limit is not None and sys.platform == "linux":
            resource.prlimit(process.pid, resource.RLIMIT_AS, (memory_limit, memory_limit))
        peaks = MemoryPeaks(process.pid)
        watcher = threading.Thread(target=peaks.watch, daemon=True)
        if memory:
            watcher.start()
        try:
            status = process.wait(timeout)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            seconds = time.perf_counter() - clock
            peaks.ended.set()
        said.seek(0)
        output = said.read().decode("utf-8", "replace")
    return Run(status, started, seconds, output, tuple(sorted(peaks.seen.values(), reverse=True)))


@contextmanager
def suite(base_url: str, *arguments: str, memory: bool = False) -> Iterator[tuple[Run, Path]]:
    """Run the suite against a service with default settings; the run's folder exists until the block ends."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        command = [sys.executable, "-m", "pytest", "tests/contract", "--target", "live", "--base-url", base_url, "-q"]
        command += ["--reports", folder, "--examples", f"{folder}/examples", *arguments]
        done = run(command, memory=memory)
        folders = [path.parent for path in Path(folder).glob("*/report.json")]
        if not folders:
            raise RuntimeError(f"the suite wrote no report (status {done.status}); it said:\n{done.output[-3000:]}")
        yield done, folders[0]


def environment() -> dict[str, str]:
    """The environment of every tool: the key, and caching of compiled modules, as is Python's default."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, KEY_VARIABLE: KEY}


def _descendants(root: int) -> list[int]:
    parents: dict[int, int] = {}
    for entry in _PROC.glob("[0-9]*"):
        try:
            # The name in parentheses may contain any character.
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += [child for child, parent in parents.items() if parent == pid]
    return found


def _peak(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    sizes = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(sizes[0]) * 1024 if sizes else 0
