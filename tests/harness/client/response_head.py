"""Reads the head of a response: skips interim responses, and rejects chunks of negative length."""

from __future__ import annotations

import http.client
import io
from http import HTTPStatus
from typing import Any


class _BoundedReader(io.BufferedReader):
    """Refuses unlimited reads, as http.client requests them for a chunk of length -1."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            raise ValueError("a chunk has a negative length")
        return super().read(size)


class FinalResponse(http.client.HTTPResponse):
    """Skips interim responses, any number of which may precede the final one (RFC 9110, section 15.2).

    http.client does so for 100 only. 101 is final: the protocol changes after it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fp = _BoundedReader(self.fp.detach())

    def begin(self, *args: Any, **kwargs: Any) -> None:
        """Read the head of the final response."""
        super().begin(*args, **kwargs)
        while HTTPStatus.SWITCHING_PROTOCOLS < self.status < HTTPStatus.OK:
            self.headers = self.msg = None  # type: ignore[assignment]  # http.client's sign of a head not read yet
            super().begin(*args, **kwargs)
