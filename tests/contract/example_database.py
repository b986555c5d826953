"""Where Hypothesis keeps failing examples: a folder that CI can cache, or a Redis server that shards share."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase


@lru_cache(maxsize=4)
def open_database(place: str) -> ExampleDatabase:
    """The database at ``place``: ``redis://host:port/number`` or a folder."""
    if place.startswith(("redis://", "rediss://", "unix://")):
        from hypothesis.extra.redis import RedisExampleDatabase  # noqa: PLC0415  # redis is optional
        from redis import Redis  # noqa: PLC0415

        return RedisExampleDatabase(Redis.from_url(place))
    return DirectoryBasedExampleDatabase(Path(place))
