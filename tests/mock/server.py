"""Creates a service from options, and runs it on a loopback socket."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

from tests.mock.schema import load_operation
from tests.mock.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.mock.call import Call
    from tests.mock.registry import Fault, Variant

_RECURSION = 5000  # documents some thousand levels deep parse; the C stack holds about twice as many
_KEEP_ALIVE = 75  # seconds; idle connections must survive a run


def built(
    *,
    contract: Path,
    key: str,
    base_path: str = "/api",
    delay: float = 0,
    fault: str | None = None,
    variant: str | None = None,
    seed: int = 0,
) -> Service:
    """A service for an OpenAPI document with faults and a variant, or neither; delay in seconds.

    ``fault`` may name several, separated by commas.

    Raises `ValueError` for an unknown fault or variant.
    """
    service = Service(load_operation(contract), key=key, base_path=base_path, seed=seed)
    if delay > 0:

        async def wait(_call: Call) -> None:
            await asyncio.sleep(delay)

        service.hooks["sending"].append(wait)
    if fault is not None or variant is not None:
        from tests.mock import registry  # noqa: PLC0415  # the clean mock starts without the catalogue

        if variant is not None:
            _chosen("variant", variant, registry.variants()).install(service)
        for name in fault.split(",") if fault else ():
            _chosen("fault", name, registry.faults()).install(service)
    return service


def _chosen(what: str, name: str, known: Mapping[str, Fault] | Mapping[str, Variant]) -> Fault | Variant:
    if name not in known:
        raise ValueError(f"received {what} {name!r}, expected one of those that --list-{what}s prints")
    return known[name]


def serve(service: Service, *, port: int, until_stdin_closes: bool = False) -> None:
    """Serves on 127.0.0.1 until interrupted. The first line on standard output is the base URL.

    Raises `OSError` if the port is in use.
    """
    import uvicorn  # noqa: PLC0415  # half of the start-up time

    from tests.mock.protocol import MockProtocol  # noqa: PLC0415  # imports uvicorn

    sys.setrecursionlimit(max(_RECURSION, sys.getrecursionlimit()))
    # With an explicit protocol, because asyncio disables Nagle's algorithm only then.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(1024)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}{service.base_path}"

    class Server(uvicorn.Server):
        async def startup(self, *args: Any, **kwargs: Any) -> None:
            await super().startup(*args, **kwargs)
            print(base_url, flush=True)

    config = uvicorn.Config(
        service,
        http=MockProtocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=1,
    )
    if until_stdin_closes:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    Server(config).run(sockets=[listener])


def _end_with_stdin() -> None:
    # The operating system closes the end of a pipe when its owner dies, even by SIGKILL.
    while sys.stdin.buffer.read(4096):
        continue
    os._exit(0)
