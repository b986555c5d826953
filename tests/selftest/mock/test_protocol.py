"""The undocumented members of uvicorn that the mock relies on."""

from __future__ import annotations

import asyncio
from inspect import signature
from typing import TYPE_CHECKING, Any, cast

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tests.mock.protocol import CONNECTION, MockProtocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping


@pytest.mark.parametrize("name", ["connection_lost", "on_message_begin", "send_400_response"])
def test_uvicorn_still_has_what_is_overridden(name: str) -> None:
    inherited = getattr(HttpToolsProtocol, name, None)
    assert inherited is not None, f"uvicorn's protocol has no {name} any more: the mock's would never be called"
    assert [*signature(inherited).parameters] == [*signature(getattr(MockProtocol, name)).parameters]


async def _nothing(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    del scope, receive, send


def test_a_scope_carries_its_protocol_which_has_the_transport() -> None:
    async def begin_one() -> None:
        protocol = MockProtocol(
            config=uvicorn.Config(cast("Any", _nothing), ws="none"), server_state=ServerState(), app_state={}
        )
        transport = asyncio.Transport()
        protocol.connection_made(transport)
        protocol.on_message_begin()
        assert cast("dict[str, object]", protocol.scope)[CONNECTION] is protocol
        assert protocol.transport is transport

    asyncio.run(begin_one())
