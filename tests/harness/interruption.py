"""Ctrl-C, and the other signals that ask a run to end: what was created is deleted first."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
INTERRUPTED: Final = "the run was interrupted"


def interrupt_on_signals() -> None:
    """Make the signals that ask a process to end do what Ctrl-C does; one that is ignored (nohup) stays so."""
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _interrupt)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    del signum, frame
    raise KeyboardInterrupt


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let the first signal pass with a word, so that a second Ctrl-C in a row does not leave projects behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    warned = False

    def warn(signum: int, frame: FrameType | None) -> None:
        nonlocal warned
        if warned:
            _interrupt(signum, frame)
        warned = True
        print("\ndeleting what was created; once more to stop and leave the rest", file=sys.stderr, flush=True)

    before = {number: signal.signal(number, warn) for number in (signal.SIGINT, *_SIGNALS)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
