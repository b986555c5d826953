"""The input of a check of one exchange."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.expectation import LARGE, Expectation, Expected

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.exchange import Exchange, Response
    from contracts.secrets import Secrets


#: Bytes that a connection carries in a second, there and back, at the least: about 3 Mbit/s.
_BYTES_PER_SECOND: Final = 200_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a run: seconds until a response must be complete, and the bytes read of one response."""

    response_time: float = 5.0
    response_bytes: int = 16 * 1024 * 1024

    def seconds(self, body: bytes | None) -> float:
        """The time limit of a response to a request with ``body``: a slow network takes longer to carry a large one."""
        return self.response_time + max(0, len(body or b"") - LARGE) / _BYTES_PER_SECOND


@dataclass
class Context:
    """An exchange with its expectation; the response is parsed once, on first access."""

    contract: Contract
    exchange: Exchange
    expectation: Expectation
    limits: Limits
    secrets: Secrets
    run_id: str = ""
    #: Whether the response was searched for the key, and holds it in no form.
    holds_no_key: bool = False

    @property
    def response(self) -> Response | None:
        """The response, None if there was none."""
        return self.exchange.response

    @property
    def status(self) -> int:
        """The status of the response, 0 if there was none."""
        return self.exchange.response.status if self.exchange.response else 0

    @property
    def created(self) -> bool:
        """True for a 201 to a request that may succeed; its body must match the schema."""
        return self.status == 201 and self.expectation.expected is not Expected.REJECTED

    @cached_property
    def parsed(self) -> json_text.JsonText | ValueError:
        """The body of the response as JSON, or the error of the parser."""
        if self.response is None:
            return ValueError("no response")
        try:
            return json_text.parse(self.response.body)
        except ValueError as problem:
            return problem

    @cached_property
    def project(self) -> dict[str, Any] | None:
        """The project in a 201 response that is a JSON object, else None.

        Also a complete project in another 2xx response to a valid request: a wrong status must not hide other mistakes.
        """
        if isinstance(self.parsed, ValueError) or not isinstance(self.parsed.value, dict):
            return None
        found = self.parsed.value
        if self.created:
            return found
        return self.stored_project if self.expectation.expected is Expected.CREATED else None

    @cached_property
    def stored_project(self) -> dict[str, Any] | None:
        """The complete project in a 2xx response to a request that may succeed, such as one that updates a project."""
        if not 200 <= self.status < 300 or self.expectation.expected is Expected.REJECTED:
            return None
        found = None if isinstance(self.parsed, ValueError) else self.parsed.value
        required = [member.path for member in self.contract.response_fields if member.required]
        return found if isinstance(found, dict) and all(name in found for name in required) else None

    @cached_property
    def is_lean(self) -> bool:
        """Whether a project shows no member that the page does not require: it says nothing about their values."""
        optional = (member.path for member in self.contract.response_fields if not member.required)
        return self.project is not None and self.project.keys().isdisjoint(optional)

    @property
    def tells_id(self) -> bool:
        """Whether the response is a JSON object with an id."""
        return (
            not isinstance(self.parsed, ValueError)
            and isinstance(self.parsed.value, dict)
            and "id" in self.parsed.value
        )

    @property
    def sent(self) -> dict[str, Any]:
        """The members of the request body, empty if it was no object."""
        return self.expectation.body if isinstance(self.expectation.body, dict) else {}

    def foreign_name(self, text: str) -> str:
        """A unique name of the run in ``text`` that was not sent with this request; empty if there is none."""
        if not self.run_id or self.run_id not in text:
            return ""
        numbers = re.compile(re.escape(self.run_id) + r"-(\d+)")
        # Where a member is repeated, only the bytes hold all its values.
        raw = (self.exchange.case.body or b"").decode("utf-8", "replace")
        own = {number for sent in (raw, *json_text.texts(self.sent)) for number in numbers.findall(sent)}
        found = numbers.findall(text)
        # A truncated text ends within its own number.
        if not found or any(number.startswith(part) for part in found for number in own):
            return ""
        return f"{self.run_id}-{found[0]}"
