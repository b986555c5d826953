"""What is expected of the response to a request, with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from contracts import json_text


class Expected(Enum):
    """How a request must be answered under the contract."""

    CREATED = "created"
    REJECTED = "rejected"
    UNSPECIFIED = "unspecified"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken clause of the request, and the JSON pointer (or header) of the part that breaks it.

    ``kinds`` name the ways in which the value is wrong, the most general first (see :mod:`contracts.kinds`).
    """

    clause: str
    where: str
    why: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """The expected response, with reasons.

    ``violations`` are the broken clauses of a REJECTED request (one if the case is isolated), ``why`` the reasons for
    UNSPECIFIED, ``exercised`` the request clauses that are kept if the request is accepted. ``body`` is the parsed
    body, or ``json_text.ABSENT``.
    """

    expected: Expected
    violations: tuple[Violation, ...] = ()
    why: tuple[str, ...] = ()
    exercised: tuple[str, ...] = ()
    body: Any = json_text.ABSENT

    @property
    def isolated(self) -> bool:
        """Whether a rejection proves something: exactly one clause is broken."""
        return len({violation.clause for violation in self.violations}) == 1


# Reasons for UNSPECIFIED.
DISPUTED: Final = "an address that the pattern admits and the e-mail standards do not"
UNLISTED: Final = "member that the page does not list"
SPELLING: Final = "another spelling of the bearer scheme (RFC 9110, section 11.1: without case)"
TYPE_SPELLING: Final = "another spelling of application/json (RFC 9110, section 8.3.1: without case)"
PARAMETER: Final = "an unusual parameter of the media type"
FOR_JSON: Final = "a media type that may stand for JSON"
NO_MEDIA_TYPE: Final = "no media type (RFC 9110, section 8.3: the data may be examined)"
WHENCE: Final = "a header that tells where the request comes from"
IN_USE: Final = "an externalId that may be in use"
LIMITED: Final = "a limit of the document that is not verified"
SENT_BEFORE: Final = "an externalId that was sent before"
NUL: Final = "U+0000"
UNREADABLE: Final = "nested deeper than this suite can read: its values are not compared"
NOT_UTF8: Final = "bytes that are not UTF-8, which widespread decoders replace"
TOO_LARGE: Final = "a body that is larger than common limits"
#: Bytes of a body beyond which a service may refuse it as too large: RFC 9110, section 15.5.14, leaves the limit to the
#: server, and common defaults are 100 kB and more.
LARGE: Final = 100_000
#: The clause about the framing of a request.
FRAMING: Final = "service.framing"
#: The clause about the media type of a 201, which a client's Accept header must not prevent.
NEGOTIATED: Final = "response.201.mediaType"
#: Headers about the framing of a request or its response, the most often refused first.
FRAMING_HEADERS: Final = ("Transfer-Encoding", "Expect", "Accept-Encoding")
#: Reasons for UNSPECIFIED with which the values of an accepted request must still be returned unchanged.
VALUES_STAND: Final = frozenset(
    {TOO_LARGE, DISPUTED, NUL, UNLISTED, SPELLING, TYPE_SPELLING, PARAMETER, FOR_JSON, NO_MEDIA_TYPE}
    | {IN_USE, SENT_BEFORE, WHENCE, LIMITED, json_text.TOO_DEEP}
)
