"""Ids and timestamps in the formats of the service."""

from __future__ import annotations

import hashlib
import random
import time
from email.utils import formatdate

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH = 21
_entropy = random.Random()  # noqa: S311  # ids must not repeat, between processes either; they are no secrets


def new_id() -> str:
    """21 characters of the service's alphabet, different in every process."""
    return "".join(_entropy.choices(ALPHABET, k=LENGTH))


def derived_id(*parts: str) -> str:
    """The same id for the same parts: the platform and the owner of a key."""
    digest = int.from_bytes(hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest(), "big")
    letters = []
    for _ in range(LENGTH):
        digest, index = divmod(digest, len(ALPHABET))
        letters.append(ALPHABET[index])
    return "".join(letters)


class Clock:
    """The service's time; texts are cached for a second, because a busy service needs them often."""

    def __init__(self) -> None:
        self._second = -1
        self._prefix = ""
        self._date = b""

    def _at(self, second: int) -> None:
        if second != self._second:
            self._second = second
            self._prefix = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            self._date = formatdate(second, usegmt=True).encode()

    def timestamp(self) -> str:
        """Now, RFC 3339 in UTC with milliseconds."""
        second, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
        self._at(second)
        return f"{self._prefix}.{nanoseconds // 1_000_000:03d}Z"

    def http_date(self) -> bytes:
        """Now, for a `Date` header (RFC 9110, section 5.6.7)."""
        self._at(time.time_ns() // 1_000_000_000)
        return self._date
