"""Formats numbers, times, durations and places in the same way for all reports."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from typing import TYPE_CHECKING, Final

from contracts.json_text import pointer_parts

if TYPE_CHECKING:
    from contracts.clause import Clause

#: Names of states for readers; other states have their name in :data:`reports.summary.STATES`.
_STATES: Final = {"known": "known deviation", "advice": "worth knowing", "partial": "kept in part"}
#: Names of members that need no quotation marks after a dot.
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_$][\w$-]*")
_OPPOSITE: Final = "no maintainer would defend the opposite"


def numbers(count: int, noun: str) -> str:
    """``1 request``, ``2,400 requests``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """``0.8 s``, ``42 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 10:  # below that tenths matter
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:  # seconds of a minute
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:  # minutes of an hour
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def milliseconds(seconds: float) -> str:
    """``4.6 ms``, ``84 ms``, ``1.20 s``."""
    if math.isinf(seconds):
        return "∞"
    if seconds >= 1:
        return f"{seconds:.2f} s"
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"  # below that tenths matter


def instant(seconds: float) -> str:
    """``2026-11-24 06:44:09 UTC``."""
    return moment(seconds).strftime("%Y-%m-%d %H:%M:%S UTC")


def rfc3339(seconds: float) -> str:
    """``2026-11-24T06:44:09.250Z``."""
    return moment(seconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(seconds: float) -> dt.datetime:
    """The time in UTC."""
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)


def kind(name: str) -> str:
    """A kind of request (:data:`reports.tally.KINDS`) for readers: deletions at the end of a run are not counted."""
    return "deleted by tests" if name == "deleted" else name


def state(name: str) -> str:
    """The state of a clause for readers: ``worth knowing`` for ``advice``."""
    return _STATES.get(name, name)


def place(where: str) -> str:
    """A place in a request or a response in the syntax of JavaScript.

    ``plan.updated`` for ``/plan/updated``, ``ids[0]`` for ``/ids/0``, ``metadata["a b"]`` for ``/metadata/a b``.
    """
    if not where.startswith("/"):
        return where
    return "".join(map(_step, pointer_parts(where))).removeprefix(".")


def _step(part: str) -> str:
    if part.isdecimal():
        return f"[{part}]"
    return f".{part}" if _PLAIN_NAME.fullmatch(part) else f"[{json.dumps(part, ensure_ascii=False)}]"


def parts(name: str) -> list[str]:
    """The parts of a name between which a line may break: ``max``, ``Concurrent`` and ``Jobs``."""
    return re.split("(?<=[a-z])(?=[A-Z])", name)


def basis(clause: Clause) -> tuple[str, str]:
    """What a clause is based on: a lead such as ``The page says (Body):``, and the quoted words, if any."""
    kind, _, part = clause.source.partition(": ")
    if kind == "page" and part == "the example response":
        return "The page shows this in its example response:", clause.statement
    if kind == "page":
        return f"The page says ({part}):", clause.statement
    if clause.statement == _OPPOSITE:
        return "Not on the page: no reasonable API does the opposite.", ""
    return f"Follows from {clause.statement.removeprefix('page: ')}, not on the page.", ""
