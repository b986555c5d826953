"""Numbers, times and durations as people read them, the same in every format."""

from __future__ import annotations

import datetime as dt
import math


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
