"""The raw connection of a request, for responses that no correct server gives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.mock.protocol import MockProtocol

_BUFFER = 1 << 20  # bytes that are buffered for a client that does not read


class Connection:
    """Writes bytes past the server. A hook that uses it sets `call.sent` and ends with `close`, `abort` or `gone`."""

    def __init__(self, protocol: MockProtocol) -> None:
        self._protocol = protocol

    @property
    def number(self) -> int:
        """The connection's number, the same for all of its requests."""
        return self._protocol.number

    @property
    def open(self) -> bool:
        """Whether the client is still connected."""
        return not (self._protocol.transport.is_closing() or self._protocol.lost.is_set())

    def write(self, data: bytes) -> None:
        """Passes bytes to the operating system unchanged."""
        if self.open:
            self._protocol.transport.write(data)

    async def pour(self, data: bytes) -> None:
        """Writes, and waits while the client reads more slowly."""
        while self.open and self._protocol.transport.get_write_buffer_size() > _BUFFER:
            await self.pause(0.01)
        self.write(data)
        await asyncio.sleep(0)

    async def gone(self) -> None:
        """Waits until the client closes the connection."""
        await self._protocol.lost.wait()

    async def close(self) -> None:
        """Sends what was written, closes, and waits for the end of the connection."""
        self._protocol.transport.close()
        await self._protocol.lost.wait()

    async def abort(self) -> None:
        """Resets the connection: unsent data is lost."""
        self._protocol.reset()
        await self._protocol.lost.wait()

    async def pause(self, seconds: float) -> None:
        """Waits, but not longer than the client does."""
        try:
            await asyncio.wait_for(self._protocol.lost.wait(), seconds)
        except TimeoutError:
            return
