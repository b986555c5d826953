"""The raw connection behind a request, for answers that no well-behaved server gives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.targets.mock.protocol import MockProtocol


class Connection:
    """Writes bytes past the server. A hook that used it sets `call.sent` and ends with `close`, `abort` or `gone`."""

    def __init__(self, protocol: MockProtocol) -> None:
        self._protocol = protocol

    def write(self, data: bytes) -> None:
        """Hands bytes to the operating system as they are."""
        if not self._protocol.transport.is_closing():
            self._protocol.transport.write(data)

    @property
    def open(self) -> bool:
        """Whether the client is still there."""
        return not (self._protocol.transport.is_closing() or self._protocol.lost.is_set())

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
