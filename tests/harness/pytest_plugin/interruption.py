"""Ctrl-C and the other signals that end a run: what was created is deleted first."""

from __future__ import annotations

import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
INTERRUPTED: Final = "the run was interrupted"
#: Signals within this many seconds count as one: repeated presses, and signals sent by both tox and the terminal.
_SAME: Final = 2.0


def interrupt_on_signals() -> None:
    """Treat the signals that ask a process to end like Ctrl-C; an ignored one (nohup) stays ignored.

    Signals in quick succession raise KeyboardInterrupt once: a second one would interrupt the orderly end.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    last = -_SAME

    def interrupt(signum: int, frame: FrameType | None) -> None:
        nonlocal last
        del signum, frame
        now = time.monotonic()
        if now - last >= _SAME:
            last = now
            raise KeyboardInterrupt

    for number in (signal.SIGINT, *_SIGNALS):
        if signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, interrupt)


def repeat_discarded_interrupts() -> None:
    """Interrupt once more where Python has discarded a KeyboardInterrupt, as in a callback of the garbage collector.

    Hypothesis has such a callback. To be called when pytest has set its own hook for discarded exceptions.
    """
    report, main_thread = sys.unraisablehook, threading.main_thread().ident or 0

    def repeat(discarded: sys.UnraisableHookArgs) -> None:
        if not issubclass(discarded.exc_type, KeyboardInterrupt):
            report(discarded)
            return
        # Earlier it would count as the same signal.
        later = threading.Timer(_SAME, signal.pthread_kill, (main_thread, signal.SIGINT))
        later.daemon = True
        later.start()

    sys.unraisablehook = repeat


def ignore_signals() -> None:
    """Ignore signals from now on: the rest takes no time, and sets the exit status."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, *_SIGNALS):
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def undisturbed(doing: str = "deleting what was created") -> Iterator[None]:
    """Ignore signals, except for a Ctrl-C that is repeated after the user was asked to wait.

    Args:
        doing: The operation that the user is asked to wait for.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    warned: float | None = None

    def warn(signum: int, frame: FrameType | None) -> None:
        nonlocal warned
        del frame
        now = time.monotonic()
        if warned is None:
            warned = now
            with suppress(OSError, ValueError):  # the terminal may be gone
                print(f"\n{doing}; press Ctrl-C again to stop and leave the rest", file=sys.stderr, flush=True)
        elif signum == signal.SIGINT and now - warned >= _SAME:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, warn) for number in (signal.SIGINT, *_SIGNALS)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
