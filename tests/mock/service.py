"""The service: routing, and the stages of each request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.mock import creation, reading, refusals
from tests.mock.call import STAGES, Call, Hooks, run
from tests.mock.connection import Connection
from tests.mock.installation import Installation
from tests.mock.json_codec import dumps
from tests.mock.protocol import CONNECTION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.mock.schema import Operation

BODY_LIMIT = 29 * 1024 * 1024
_DRAIN_LIMIT = 4 * BODY_LIMIT
_PAGE = b"<!doctype html><html><head><title>Activepieces</title></head><body><div id=root></div></body></html>"


class Service(Installation):
    """An ASGI application that behaves as the real service, with the hooks of faults and variants."""

    def __init__(self, operation: Operation, *, key: str, base_path: str = "/api", seed: int = 0) -> None:
        super().__init__(operation, key=key, base_path=base_path, seed=seed)
        self.hooks: Hooks = {stage: [] for stage in STAGES}
        creation.found(self)

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Serves one HTTP request (ASGI 3)."""
        body = await _received(receive)
        if body is None:
            return
        call = Call(
            service=self,
            connection=Connection(scope[CONNECTION]),
            method=scope["method"],
            path=scope["path"],
            query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            headers=scope["headers"],
            body=body,
        )
        self._route(call)
        self.under_way += 1
        try:
            await self._serve(call)
        finally:
            self.under_way -= 1
        if call.sent:
            return
        await send({"type": "http.response.start", "status": call.status, "headers": call.answer_headers})
        await send({"type": "http.response.body", "body": call.payload})

    def _route(self, call: Call) -> None:
        path, method = call.path, "GET" if call.method == "HEAD" else call.method
        if path == self.collection:
            call.route = {"POST": "create", "GET": "list"}.get(method, "unknown")
        elif path.startswith(self.collection + "/"):
            call.project_id = path.removeprefix(self.collection + "/")
            if call.project_id and "/" not in call.project_id:
                routes = {"GET": "read", "POST": "update", "DELETE": "delete"}
                call.route = routes.get(method, "unknown")
        elif path != self.base_path and not path.startswith(self.base_path + "/"):
            call.route = "outside"

    async def _serve(self, call: Call) -> None:
        await run(self.hooks["routed"], call)
        if call.refusal is None and not call.sent:
            if len(call.body) > BODY_LIMIT:
                call.refusal = refusals.body_too_large()
            elif call.route == "create":
                self.creations += 1
                call.number = self.creations
                await creation.create(call, self.hooks)
            else:
                await reading.serve(call, self.hooks)
        if call.sent:
            return
        if call.refusal is not None:
            await run(self.hooks["refusing"], call)
            self._refuse(call)
        elif call.route == "outside":
            self._answer(call, 200, b"text/html; charset=utf-8", _PAGE)
        elif call.status != 204:
            self._answer(call, call.status, b"application/json; charset=utf-8", dumps(call.answer))
        else:
            self._answer(call, 204, None, b"")
        await run(self.hooks["serialised"], call)
        await run(self.hooks["sending"], call)

    def _refuse(self, call: Call) -> None:
        refusal = call.refusal
        if refusal is not None:
            self._answer(call, refusal.status, refusal.content_type.encode(), dumps(refusal.body))
            call.answer_headers += refusal.headers

    def _answer(self, call: Call, status: int, content_type: bytes | None, payload: bytes) -> None:
        call.status, call.payload = status, payload
        if content_type is not None:
            call.answer_headers.append((b"content-type", content_type))
            call.answer_headers.append((b"content-length", b"%d" % len(payload)))
        if self.send_date:
            call.answer_headers.append((b"date", self.clock.http_date()))


async def _received(receive: Callable[[], Awaitable[dict[str, Any]]]) -> bytes | None:
    """The whole body, truncated far beyond every limit; `None` if the client disconnected."""
    message = await receive()
    if message["type"] != "http.request":
        return None
    body: bytes = message["body"]
    if not message["more_body"]:
        return body
    parts, size = [body], len(body)
    while message["more_body"] and size <= _DRAIN_LIMIT:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message["body"])
        size += len(message["body"])
    return b"".join(parts)
