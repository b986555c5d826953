"""A time limit for requests that holds even if data trickles in."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Cuttable(Protocol):
    """Something that another thread can abort."""

    def cut(self) -> None:
        """Abort the current operation."""


class Watchdog:
    """Aborts operations after their deadline, whatever their thread is waiting for."""

    def __init__(self) -> None:
        self._deadlines: dict[Cuttable, float] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def arm(self, cuttable: Cuttable, seconds: float) -> None:
        """Abort ``cuttable`` in ``seconds`` from now unless it is disarmed before."""
        with self._lock:
            self._deadlines[cuttable] = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
                self._thread.start()

    def disarm(self, cuttable: Cuttable) -> None:
        """Remove the deadline of ``cuttable``."""
        with self._lock:
            self._deadlines.pop(cuttable, None)

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _watch(self) -> None:
        while not self._stopped.wait(0.2):
            now = time.monotonic()
            with self._lock:
                late = [cuttable for cuttable, deadline in self._deadlines.items() if deadline < now]
            for cuttable in late:
                cuttable.cut()
