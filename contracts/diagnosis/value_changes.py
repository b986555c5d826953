"""Changes of JSON values, of which hypotheses are made."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from contracts.json_text import is_number

Change = Callable[[Any], Any]
#: Whether a member is dropped, by its name and its value.
Drops = Callable[[str, Any], bool]


def everywhere(change: Change, value: Any) -> Any:
    """The value with ``change`` applied to it, and then to every value in it."""
    value = change(value)
    if isinstance(value, list):
        return [everywhere(change, item) for item in value]
    if isinstance(value, dict):
        return {name: everywhere(change, inner) for name, inner in value.items()}
    return value


def in_texts(change: Change, value: Any) -> Any:
    """The value with ``change`` applied to every string in it, except names of members."""
    return everywhere(lambda inner: change(inner) if isinstance(inner, str) else inner, value)


def in_lists(change: Change, value: Any) -> Any:
    """The value with ``change`` applied to every list in it."""
    return everywhere(lambda inner: change(inner) if isinstance(inner, list) else inner, value)


def in_number(change: Change, value: Any) -> Any:
    """The value with ``change`` applied if it is a number."""
    return change(value) if is_number(value) else value


def number_in(text: str) -> Any:
    """The number that a text of digits stands for; another text itself."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else text


def limited(least: float, most: float, value: Any) -> Any:
    """A number, at least ``least`` and at most ``most``; another value itself."""
    return max(least, min(most, value)) if is_number(value) else value


def wrapped(bits: int, least: int, value: Any) -> Any:
    """A whole number truncated to ``bits`` bits: unsigned, or signed if ``least`` is -1."""
    if not float(value).is_integer():
        return value
    start = least * 2 ** (bits - 1)
    return (int(value) - start) % 2**bits + start


def cut(length: int, text: str) -> str:
    """The first ``length`` characters of a text."""
    return text[:length]


def cut_to_bytes(length: int, text: str) -> str:
    """A text truncated to ``length`` bytes of UTF-8, without a part of a character."""
    return text.encode()[:length].decode("utf-8", "ignore")


def replaced(one: str, other: str, text: str) -> str:
    """A text with ``other`` instead of ``one``."""
    return text.replace(one, other)


def without_members(drops: Drops, value: Any) -> Any:
    """An object without the members for which ``drops`` is true; another value itself."""
    if not isinstance(value, dict):
        return value
    return {name: inner for name, inner in value.items() if not drops(name, inner)}


def with_renamed_members(change: Callable[[str], str], value: Any) -> Any:
    """An object with changed names of members; another value itself."""
    return {change(name): inner for name, inner in value.items()} if isinstance(value, dict) else value
