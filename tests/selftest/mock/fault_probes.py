"""Requests that show the faults of the mock, and a comparison of two services without sockets."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.mock.protocol import CONNECTION

if TYPE_CHECKING:
    from tests.mock.service import Service

KEY = "sk-" + "Faults0123" * 6
COLLECTION = "/api/v1/projects"
JSON_TYPE = "application/json"
ENOUGH = 3 << 20  # bytes after which a client has had enough

_ID = re.compile(rb'"([0-9A-Za-z]{21})"')
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_COLOR = re.compile(rb'"color":"[A-Z_]+"')


@dataclass(frozen=True, slots=True)
class Probe:
    """A request to create: body, media type, authorization, further headers; `{key}` stands for the key."""

    body: bytes
    content_type: str | None = JSON_TYPE
    authorization: str | None = "Bearer {key}"
    accept: str | None = JSON_TYPE
    more: tuple[tuple[str, str], ...] = ()


class RecordedProtocol:
    """In the place of the server's protocol: keeps what is written, and ends instead of waiting."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.events: list[str] = []
        self.written = b""
        self.transport = self
        self.lost = self

    def is_closing(self) -> bool:
        return len(self.written) > ENOUGH

    def is_set(self) -> bool:
        return False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.events.append("closed")

    def reset(self) -> None:
        self.events.append("reset")

    def get_write_buffer_size(self) -> int:
        return 0

    async def wait(self) -> None:
        self.events.append("waited")


class Client:
    """Sends requests to a service in this process; what differs between runs by design is made equal."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._ids: dict[bytes, int] = {}

    async def create(self, probe: Probe, connection: int = 1) -> tuple[Any, bytes]:
        """The response without ids and times, and its body as it was."""
        length = () if ("transfer-encoding", "chunked") in probe.more else (("content-length", str(len(probe.body))),)
        headers = []
        for name, value in (
            *length,
            ("content-type", probe.content_type),
            ("authorization", probe.authorization),
            ("accept", probe.accept),
            *probe.more,
        ):
            if value is not None:
                headers.append((name.encode(), value.replace("{key}", self.service.key).encode("latin-1")))
        return await self.request("POST", COLLECTION, headers, probe.body, connection)

    async def read(self, path: str) -> tuple[Any, bytes]:
        """As `create`, for a GET."""
        headers = [(b"authorization", f"Bearer {self.service.key}".encode())]
        return await self.request("GET", path, headers, b"", 1)

    async def request(
        self, method: str, target: str, headers: list[tuple[bytes, bytes]], body: bytes, connection: int
    ) -> tuple[Any, bytes]:
        """As `create`, for any request."""
        path, _, query = target.partition("?")
        protocol = RecordedProtocol(connection)
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"method": method, "path": path, "query_string": query.encode(), "headers": headers}
        await self.service({**scope, CONNECTION: protocol}, receive, send)
        payload = b"".join(message.get("body", b"") for message in sent)
        start: dict[str, Any] = sent[0] if sent else {}
        shown = [pair for pair in start.get("headers", []) if pair[0] not in (b"date", b"content-length")]
        answer = (
            start.get("status"),
            sorted((name, self._plain(value)) for name, value in shown),
            self._plain(payload),
            self._plain(protocol.written),
            protocol.events,
        )
        return answer, payload

    def _plain(self, data: bytes) -> bytes:
        data = _ID.sub(lambda hit: b'"id %d"' % self._ids.setdefault(hit[1], len(self._ids)), data)
        moments = [datetime.fromisoformat(text.decode()) for text in _valid_times(data)]
        now = datetime.now(UTC)

        def distance(hit: re.Match[bytes]) -> bytes:
            moment = _moment(hit[0])
            if moment is None or abs((moment - now).total_seconds()) > 60:
                return hit[0]
            return b"now%+d" % round((moment - moments[0]).total_seconds() * 1000)

        return _COLOR.sub(b'"color":"RED"', _TIME.sub(distance, data))


def _moment(text: bytes) -> datetime | None:
    try:
        return datetime.fromisoformat(text.decode())
    except ValueError:
        return None


def _valid_times(data: bytes) -> list[bytes]:
    return [text for text in _TIME.findall(data) if _moment(text) is not None]


def project_id(payload: bytes) -> str | None:
    """The id in a response's body, where it is a project."""
    try:
        content = json.loads(payload)
    except ValueError:
        return None
    return content.get("id") if isinstance(content, dict) else None


async def answers(client: Client, probes: list[Probe]) -> AsyncIterator[tuple[Probe | str, Any]]:
    """The response to each probe; created projects are read afterwards, and all are listed."""
    ids = []
    for probe in probes:
        answer, payload = await client.create(probe)
        yield probe, answer
        created = project_id(payload)
        if created is not None:
            ids.append(created)
    for created in [*ids, *ids[:8]]:
        answer, _ = await client.read(f"{COLLECTION}/{created}")
        yield "read", answer
    _, payload = await client.read(f"{COLLECTION}?limit=10000")
    yield "list", sorted((str(p["displayName"]), str(p["externalId"])) for p in json.loads(payload)["data"])
    key = [(b"authorization", f"Bearer {client.service.key}".encode())]
    for created in ids[:1]:
        answer, _ = await client.request("DELETE", f"{COLLECTION}/{created}", key, b"", 1)
        yield "deleted", answer
    answer, _ = await client.create(probes[0])
    yield "created again", answer


async def overlapping_answers(client: Client, probes: list[Probe]) -> AsyncIterator[tuple[Probe | str, Any]]:
    """The answers to probes that are sent six at a time, each on a connection of its own."""
    for first in range(0, len(probes), 6):
        group = probes[first : first + 6]
        calls = (client.create(probe, connection=100 + number) for number, probe in enumerate(group))
        for probe, (answer, _) in zip(group, await asyncio.gather(*calls), strict=True):
            yield probe, answer


Run = Callable[[Client, list[Probe]], AsyncIterator[tuple[Probe | str, Any]]]
