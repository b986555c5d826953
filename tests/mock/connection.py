"""The raw connection behind a request, for answers that no well-behaved server gives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.mock.protocol import MockProtocol

_BUFFER = 1 << 20  # so many bytes may wait for a client that does not read


class Connection:
    """Writes bytes past the server. A hook that uses it sets `call.sent` and ends with `close`, `abort` or `gone`."""

    def __init__(self, protocol: MockProtocol) -> None:
        self._protocol = protocol

    @property
    def number(self) -> int:
        """The connection's number: the same for every request on it, and for no other connection."""
        return self._protocol.number

    @property
    def open(self) -> bool:
        """Whether the client is still there."""
        return not (self._protocol.transport.is_closing() or self._protocol.lost.is_set())

    def write(self, data: bytes) -> None:
        """Hands bytes to the operating system as they are."""
        if self.open:
            self._protocol.transport.write(data)

    async def pour(self, data: bytes) -> None:
        """Writes, and waits as long as the client reads slower than that."""
        while self.open and self._protocol.transport.get_write_buffer_size() > _BUFFER:
            await self.pause(0.01)
        self.write(data)
        await asyncio.sleep(0)

    async def gone(self) -> None:
        """Waits until the client closes the connection."""
        await self._protocol.lost.wait()

    async def close(self) -> None:
        """Sends what was written, closes, and waits until the connection is gone."""
        self._protocol.transport.close()
        await self._protocol.lost.wait()

    async def abort(self) -> None:
        """Resets the connection: what was not sent is lost."""
        self._protocol.reset()
        await self._protocol.lost.wait()

    async def pause(self, seconds: float) -> None:
        """Waits, but not longer than the client does."""
        try:
            await asyncio.wait_for(self._protocol.lost.wait(), seconds)
        except TimeoutError:
            return
