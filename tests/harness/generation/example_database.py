"""Hypothesis' example database: a folder that CI can cache, or a Redis server that shards share."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from tests.harness.client.credentials import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SERVERS = ("redis://", "rediss://", "unix://")


class TestExamples(ExampleDatabase):
    """The part of a database that belongs to one test.

    If the server of the database is lost, the run continues without it: ``lost`` gets the reason.
    """

    __test__ = False  # not a test class

    def __init__(self, database: ExampleDatabase, test: str, lost: Callable[[str], None]) -> None:
        super().__init__()
        self._database: ExampleDatabase | None = database
        self._test = test.encode()
        self._lost = lost

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """The examples under ``key``."""
        found: list[bytes] = []
        self._with(lambda database: found.extend(database.fetch(self._key(key))))
        return found

    def save(self, key: bytes, value: bytes) -> None:
        """Store an example."""
        self._with(lambda database: database.save(self._key(key), value))

    def delete(self, key: bytes, value: bytes) -> None:
        """Remove an example."""
        self._with(lambda database: database.delete(self._key(key), value))

    def move(self, src: bytes, dest: bytes, value: bytes) -> None:
        """Store an example under another key."""
        self._with(lambda database: database.move(self._key(src), self._key(dest), value))

    def _key(self, key: bytes) -> bytes:
        return hashlib.sha256(self._test + b"\n" + key).digest()

    def _with(self, use: Callable[[ExampleDatabase], None]) -> None:
        if self._database is None:
            return
        try:
            use(self._database)
        except Exception as problem:  # noqa: BLE001  # redis' own errors, and the library is optional
            self._database = None
            self._lost(f"the example database is lost, the run goes on without it ({type(problem).__name__})")


@lru_cache(maxsize=4)
def open_database(place: str) -> ExampleDatabase:
    """The database at ``place``: ``redis://host:port/number`` or a folder."""
    if place.startswith(_SERVERS):
        from hypothesis.extra.redis import RedisExampleDatabase  # noqa: PLC0415  # redis is optional
        from redis import Redis  # noqa: PLC0415

        return RedisExampleDatabase(Redis.from_url(place, socket_timeout=5, socket_connect_timeout=5))
    return DirectoryBasedExampleDatabase(Path(place))


def check_database(place: str) -> None:
    """Raise WrongUsage at the start of a run if a database server cannot be used."""
    if not place.startswith(_SERVERS):
        return
    try:
        list(open_database(place).fetch(b"check"))
    except ImportError:
        raise WrongUsage("--examples with a Redis server needs the package redis: pip install redis") from None
    except Exception as problem:  # noqa: BLE001  # redis' own errors, and the library is optional
        host = urlsplit(place).hostname or urlsplit(place).path
        raise WrongUsage(
            f"--examples: the Redis server at {host} cannot be used ({type(problem).__name__}: {problem}); "
            "check its address, or leave the option out"
        ) from None
