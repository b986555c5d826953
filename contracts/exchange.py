"""Cases, responses and exchanges: byte-exact records with a JSON round trip.

A header value may contain a key template such as ``Bearer {key}``: the client inserts the real key when it sends the
request, so that no case, record or report can contain it.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import unquote

COLLECTION_PATH: Final = "/v1/projects"
JSON_MEDIA_TYPE: Final = "application/json"
#: The Authorization header that the page requires.
VALID_AUTHORIZATION: Final = "Bearer {key}"

Headers = tuple[tuple[str, str], ...]

#: Headers of every request, unless the case has a header of the same name.
DEFAULT_HEADERS: Final[Headers] = (
    ("User-Agent", "create-project-contract-suite/1"),
    ("Accept", JSON_MEDIA_TYPE),
    ("Accept-Encoding", "identity"),
)
#: The headers of a valid request.
VALID_HEADERS: Final[Headers] = (("Authorization", VALID_AUTHORIZATION), ("Content-Type", JSON_MEDIA_TYPE))
_ORDINARY: Final = frozenset((name.lower(), value) for name, value in (*DEFAULT_HEADERS, *VALID_HEADERS))


def media_type(content_type: str | None) -> str:
    """The media type in a Content-Type header: in lower case, without parameters; empty if there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Case:
    """One request as it will be sent.

    ``case_set`` names its set, ``id`` the case in the set (empty if the set is random), ``intent`` its purpose, for
    readers. None of them affects the verdict: the oracle reads only ``headers`` and ``body``. Code selects cases by
    ``id``, never by ``intent``.
    """

    body: bytes | None
    headers: Headers = VALID_HEADERS
    method: str = "POST"
    path: str = COLLECTION_PATH
    case_set: str = ""
    intent: str = ""
    id: str = ""

    @property
    def creates(self) -> bool:
        """Whether a faulty service could create a project from this request."""
        return self.method == "POST" and self.path == COLLECTION_PATH

    def header(self, name: str) -> str | None:
        """The first value of the header ``name`` (compared without case), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def sent_headers(self) -> Headers:
        """Every header of the request except Host, in the order in which it is sent."""
        names = {name.lower() for name, _ in self.headers}
        defaults = tuple(pair for pair in DEFAULT_HEADERS if pair[0].lower() not in names)
        is_framed = "transfer-encoding" in names or (self.body is None and self.method != "POST")
        return (*defaults, *self.headers, *(() if is_framed else (("Content-Length", str(len(self.body or b""))),)))

    @property
    def unusual_headers(self) -> Headers:
        """The headers of the case that an ordinary valid request does not have."""
        return tuple(
            (name, value)
            for name, value in self.headers
            if (name.lower(), value) not in _ORDINARY and name.lower() != "content-length"
        )

    def with_body(self, body: bytes) -> Case:
        """The same request with another body."""
        return replace(self, body=body)

    def digest(self) -> str:
        """Twelve hexadecimal digits that depend only on what is sent."""
        seen = hashlib.sha256(f"{self.method} {self.path}\n".encode())
        for name, value in self.headers:
            seen.update(f"{name.lower()}: {value}\n".encode("utf-8", "surrogatepass"))
        seen.update(b"\n" + (self.body or b""))
        return seen.hexdigest()[:12]

    def to_json(self) -> dict[str, Any]:
        """A JSON object, see :meth:`from_json`."""
        record: dict[str, Any] = {"headers": [list(pair) for pair in self.headers], **pack_bytes("body", self.body)}
        if (self.method, self.path) != ("POST", COLLECTION_PATH):
            record |= {"method": self.method, "path": self.path}
        if self.case_set:
            record["case_set"] = self.case_set
        if self.intent:
            record["intent"] = self.intent
        if self.id:
            record["id"] = self.id
        return record

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Case:
        """The case that :meth:`to_json` wrote; raises KeyError if a member is missing."""
        return cls(
            body=unpack_bytes("body", record),
            headers=tuple((name, value) for name, value in record["headers"]),
            method=record.get("method", "POST"),
            path=record.get("path", COLLECTION_PATH),
            case_set=record.get("case_set", ""),
            intent=record.get("intent", ""),
            id=record.get("id", ""),
        )


@dataclass(frozen=True, slots=True)
class Response:
    """A response: status, every header line in order, and the body as received (after decompression)."""

    status: int
    headers: Headers
    body: bytes
    #: True if the body was longer than the limit.
    cut: bool = False

    def header(self, name: str) -> str | None:
        """The first value of the header ``name`` (compared without case), or None."""
        return next(iter(self.all_headers(name)), None)

    def all_headers(self, name: str) -> list[str]:
        """Every value of the header ``name`` (compared without case)."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    def to_json(self) -> dict[str, Any]:
        """A JSON object, see :meth:`from_json`."""
        record: dict[str, Any] = {
            "status": self.status,
            "headers": [list(pair) for pair in self.headers],
            **pack_bytes("body", self.body),
        }
        if self.cut:
            record["cut"] = True
        return record

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Response:
        """The response that :meth:`to_json` wrote."""
        return cls(
            status=record["status"],
            headers=tuple((name, value) for name, value in record["headers"]),
            body=unpack_bytes("body", record) or b"",
            cut=record.get("cut", False),
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no complete response.

    ``kind`` is one of: refused, dns, tls, proxy, setup, files (nothing was reached; files: this process has too many
    open); closed, reset (a new connection ended before a response); stale (a reused one did, as RFC 9112, section
    9.3.1, allows); timeout (no complete response within the limit); incomplete, invalid (the response is not HTTP as in
    RFC 9112); undecodable (the body does not have its Content-Encoding, or that was not offered); too_large (more than
    the limit).
    """

    kind: str
    detail: str

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the two members."""
        return {"kind": self.kind, "detail": self.detail}


#: Failures before the service was reached, which say nothing about it.
UNREACHED: Final = frozenset({"refused", "dns", "tls", "proxy", "setup", "files"})
#: A kept-alive connection that was closed before it was reused, which is allowed at any time.
STALE: Final = "stale"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One case, sent once, with its response.

    ``started`` is in seconds since the epoch, ``elapsed`` in seconds until the last byte. ``number`` counts
    from 1 within ``worker``. ``repeat`` is the number of the earlier exchange that this one confirms, or 0;
    ``connection`` the number of the worker's connection that carried it, or 0.
    """

    case: Case
    response: Response | None
    failure: Failure | None = None
    started: float = 0.0
    elapsed: float = 0.0
    worker: str = "main"
    number: int = 0
    repeat: int = 0
    connection: int = 0

    @property
    def status(self) -> int:
        """The status of the response, 0 if there was none."""
        return self.response.status if self.response else 0

    @property
    def is_unreached(self) -> bool:
        """Whether the request never reached the service."""
        return self.failure is not None and self.failure.kind in UNREACHED

    @property
    def speaks_of_project(self) -> bool:
        """Whether the response to a request for one project contains more of it than the path of the request."""
        identifier = unquote(self.case.path.rpartition("/")[2]).encode()
        body = self.response.body if self.response else b""
        return bool(identifier) and identifier in body.replace(b"/" + identifier, b"")

    def to_json(self) -> dict[str, Any]:
        """A JSON object, see :meth:`from_json`."""
        record: dict[str, Any] = {
            "worker": self.worker,
            "number": self.number,
            "started": round(self.started, 6),
            "elapsed": round(self.elapsed, 6),
            "case": self.case.to_json(),
            "response": self.response.to_json() if self.response else None,
        }
        if self.failure:
            record["failure"] = self.failure.to_json()
        if self.repeat:
            record["repeat"] = self.repeat
        if self.connection:
            record["connection"] = self.connection
        return record

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Exchange:
        """The exchange that :meth:`to_json` wrote."""
        failure = record.get("failure")
        return cls(
            case=Case.from_json(record["case"]),
            response=Response.from_json(record["response"]) if record["response"] else None,
            failure=Failure(**failure) if failure else None,
            started=record["started"],
            elapsed=record["elapsed"],
            worker=record["worker"],
            number=record["number"],
            repeat=record.get("repeat", 0),
            connection=record.get("connection", 0),
        )


def pack_bytes(name: str, data: bytes | None) -> dict[str, Any]:
    """``{name: text}`` where the bytes are UTF-8, ``{name_base64: ...}`` where not."""
    if data is None:
        return {name: None}
    try:
        return {name: data.decode("utf-8")}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(data).decode("ascii")}


def unpack_bytes(name: str, record: dict[str, Any]) -> bytes | None:
    """The bytes that :func:`pack_bytes` put into ``record``."""
    if f"{name}_base64" in record:
        return base64.b64decode(record[f"{name}_base64"])
    text = record[name]
    return None if text is None else text.encode("utf-8")
