"""An exchange with its judgement, as returned by a session, and the JSON object in a response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts import lenient_json
from contracts.expectation import Expected

if TYPE_CHECKING:
    from contracts.exchange import Case, Exchange
    from contracts.findings import Finding
    from contracts.judgement import Judgement


@dataclass(frozen=True, slots=True)
class Judged:
    """An exchange with its judgement."""

    exchange: Exchange
    judgement: Judgement
    #: For an exchange with a finding: the previous request on the same connection; None on a new one.
    before: Case | None = None

    @property
    def case(self) -> Case:
        """The request."""
        return self.exchange.case

    @property
    def status(self) -> int:
        """The status of the response, 0 if there was none."""
        return self.exchange.response.status if self.exchange.response else 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The broken promises of this exchange."""
        return self.judgement.findings

    def shows(self, finding: Finding) -> bool:
        """Whether this exchange has the same finding, whatever its details are."""
        return any(found.key == finding.key for found in self.findings)

    @property
    def is_refused(self) -> bool:
        """Whether a valid request was refused."""
        return self.judgement.expectation.expected is Expected.CREATED and self.is_client_error

    @property
    def is_created(self) -> bool:
        """Whether a request that may succeed was answered 201."""
        return self.status == 201 and self.judgement.expectation.expected is not Expected.REJECTED

    @property
    def is_rejected(self) -> bool:
        """Whether an invalid request was refused."""
        return self.judgement.expectation.expected is Expected.REJECTED and self.is_client_error

    @property
    def is_client_error(self) -> bool:
        """Whether the status is 4xx."""
        return 400 <= self.status < 500

    @property
    def project_id(self) -> str | None:
        """The id of the created project, if the response has it."""
        return created_id(self.exchange)


def created_id(exchange: Exchange) -> str | None:
    """The id in a 2xx response to a POST, None if there is none."""
    response = exchange.response
    if response is None or not 200 <= response.status < 300 or not exchange.case.creates:
        return None
    identifier = (lenient_json.object_of(response.body) or {}).get("id")
    return identifier if isinstance(identifier, str) and 0 < len(identifier) < 200 else None


def answered_object(exchange: Exchange) -> dict[str, Any] | None:
    """The JSON object in a 200 response, None for other responses."""
    return lenient_json.object_of(exchange.response.body) if exchange.response and exchange.status == 200 else None
