"""One request in the service, and the stages with hooks.

A hook is a function that changes the `Call`; awaitable results are awaited. Stages of a creation, in order: `routed`,
`received`, `parsed`, `validated`, `authorized`, `storing`, `stored`, `answering`, `serialised`, `sending`. A refused
request continues with `refusing`, `serialised`, `sending`. Reads have `reading`, `listing`, `deleting` before
`serialised`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.mock.connection import Connection
    from tests.mock.installation import Installation
    from tests.mock.json_codec import Json
    from tests.mock.refusals import Refusal
    from tests.mock.schema import Issue

STAGES = (
    "routed",
    "received",
    "parsed",
    "validated",
    "authorized",
    "storing",
    "stored",
    "answering",
    "refusing",
    "reading",
    "listing",
    "deleting",
    "serialised",
    "sending",
)

Hook = Callable[["Call"], Awaitable[None] | None]
#: The hooks of each stage.
Hooks = dict[str, list[Hook]]


@dataclass(slots=True)
class Call:
    """A request, its state in the service, and its future response.

    `route` is one of create, list, read, update, delete, unknown, outside. `number` counts the creation requests, from
    1. Setting `refusal` ends the processing; setting `sent` means that a hook has responded on the raw `connection`.
    """

    service: Installation
    connection: Connection
    method: str
    path: str
    query: dict[str, str]
    headers: list[tuple[bytes, bytes]]
    body: bytes
    route: str = "unknown"
    project_id: str = ""
    number: int = 0
    value: Json = None
    issues: list[Issue] = field(default_factory=list)
    refusal: Refusal | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    project: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    answer_headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    payload: bytes = b""
    sent: bool = False

    def header(self, name: bytes) -> bytes | None:
        """The first value of a request header without surrounding white space; the name in lower case."""
        for key, value in self.headers:
            if key == name:
                return value.strip(b" \t")
        return None

    def answer_header(self, name: bytes, value: bytes | None) -> None:
        """Replaces a header of the response; `None` removes it."""
        kept = [pair for pair in self.answer_headers if pair[0] != name]
        self.answer_headers = kept if value is None else [*kept, (name, value)]

    @property
    def authorization(self) -> str:
        """The `Authorization` header as text; empty if there is none."""
        return (self.header(b"authorization") or b"").decode("utf-8", "surrogateescape")

    def replace_payload(self, payload: bytes) -> None:
        """Sets the body of the response and its length."""
        self.payload = payload
        self.answer_header(b"content-length", b"%d" % len(payload))

    @property
    def created(self) -> bool:
        """Whether this is the response to a successful creation."""
        return self.route == "create" and self.refusal is None


async def run(hooks: list[Hook], call: Call) -> None:
    """Runs the hooks of a stage in order."""
    for hook in hooks:
        pending = hook(call)
        if pending is not None:
            await pending
