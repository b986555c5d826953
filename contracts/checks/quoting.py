"""How findings quote values: short, on one line, and with the difference between two values visible."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import Any, Final

from contracts import json_text

#: Characters of a long text that are shown before the first difference.
_BEFORE: Final = 12
#: If two texts share a longer prefix, only the part around the first difference is shown.
_SHARED: Final = 30


def shown(value: Any, limit: int = 60) -> str:
    """A value on one line, truncated to ``limit`` characters, invisible characters escaped."""
    text = repr(value) if value is json_text.ABSENT else ascii_json(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def ascii_json(value: Any) -> str:
    """JSON in which only printable characters are not escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(
        c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}" for c in text
    )


def shown_apart(expected: Any, received: Any) -> tuple[str, str]:
    """Two different values, each formatted by :func:`shown`, with the difference made visible.

    Long texts are shown from shortly before the first difference, with their lengths; characters beyond ASCII with
    their code points, because U+212B and U+00C5 look alike; values of two types with their types.
    """
    if isinstance(expected, str) and isinstance(received, str):
        return _texts_apart(expected, received)
    first, second = shown(expected), shown(received)
    if first == second or first.strip('"') == second.strip('"'):
        return f"{first} ({json_text.type_name(expected)})", f"{second} ({json_text.type_name(received)})"
    return first, second


def _texts_apart(expected: str, received: str) -> tuple[str, str]:
    place = next(i for i, (one, other) in enumerate(zip_longest(expected, received)) if one != other)
    start = place - _BEFORE if place > _SHARED else 0
    either = expected[place : place + 1] + received[place : place + 1]
    with_code_point = bool(either) and not either.isascii()
    with_length = start > 0 or len(expected) != len(received)

    def side(text: str) -> str:
        facts = [f"{len(text):,} character{'' if len(text) == 1 else 's'}"] if with_length else []
        facts += [f"from character {start + 1:,}"] if start else []
        if with_code_point:
            facts.append(f"U+{ord(text[place]):04X}" if place < len(text) else "ends before it")
        quoted = f"{'…' if start else ''}{shown(text[start:])}"
        return f"{quoted} ({', '.join(facts)})" if facts else quoted

    return side(expected), side(received)
