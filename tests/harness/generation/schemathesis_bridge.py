"""schemathesis in a run: its cases are sent as a set, and its sound checks inspect the responses.

Its checks get the document without annotations, see :func:`asserted`: schemathesis asserts ``format`` and members that
only an example shows. Checks that are not used: not_a_server_error (a gateway's 503 is not a mistake of the service;
our own check uses the retry policy), negative_data_rejection and positive_data_acceptance (they need to know how a case
was generated), unsupported_method (requires 405, which the page does not), missing_required_header and ignored_auth
(require 401 although 403 is equally valid, and send two more requests for each 201), use_after_free and
ensure_resource_availability (other operations).

Importing schemathesis and generating with it take longer than the start of a default run, so both happen in the process
of :mod:`tests.harness.generation.case_prefetcher`; its pytest plugin would do them before the first test.
"""

from __future__ import annotations

import io
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from requests.structures import CaseInsensitiveDict
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.openapi.checks import ContentDeserializationError
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from urllib3 import HTTPHeaderDict, HTTPResponse

from contracts.document import load_contract
from contracts.exchange import COLLECTION_PATH, VALID_AUTHORIZATION, Case
from contracts.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.exchange import Exchange, Response

#: schemathesis' checks that never fail on a correct service, with the clause of each.
_SOUND: Final = {
    status_code_conformance: "response.201.status",
    content_type_conformance: "response.201.mediaType",
    response_schema_conformance: "response.201.body.type",
}
#: The base URL for its requests; it is replaced by that of the run.
_NOWHERE = "http://service.invalid"
_OF_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_KEPT_HEADERS = frozenset({"authorization", "content-type"})


def asserted(document: Any) -> Any:
    """A copy of an OpenAPI document with only the constraints that a service must meet.

    Omitted are ``format``, an annotation in JSON Schema 2020-12, and the members of schemas with ``x-from-example``.
    """
    if isinstance(document, list):
        return [asserted(item) for item in document]
    if not isinstance(document, dict):
        return document
    left_out = {"required", "properties"} if document.get("x-from-example") else set[str]()
    if isinstance(document.get("format"), str):  # not a property with this name
        left_out.add("format")
    return {name: asserted(value) for name, value in document.items() if name not in left_out}


@lru_cache(maxsize=1)
def _operation(contract: str) -> Any:
    # A configuration of its own: schemathesis would read a schemathesis.toml of the current folder.
    schema = schemathesis.openapi.from_dict(
        asserted(load_contract(contract).operation_document), config=SchemathesisConfig()
    )
    return schema[COLLECTION_PATH]["POST"]


def generated_cases(contract: str, number: int, chance: int) -> list[Case]:
    """About ``number`` valid and invalid requests that schemathesis generates from the document.

    ``contract`` is the document's path; ``chance`` the seed, which determines the cases.
    """
    operation = _operation(contract)
    strategy = operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE)
    made: list[Case] = []

    @seed(chance)
    @settings(
        max_examples=number,
        database=None,  # no test fails here
        deadline=None,  # the first example is much slower
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],  # not in our control
    )
    @given(strategy)
    def collect(generated: Any) -> None:
        case = _sendable(generated)
        if case is not None:
            made.append(case)

    collect()
    return made


def _sendable(generated: Any) -> Case | None:
    """The exact bytes that schemathesis would send; None if it cannot send its case."""
    asked = generated.as_transport_kwargs(base_url=_NOWHERE, headers={"Authorization": VALID_AUTHORIZATION})
    try:
        request = requests.Request(**asked).prepare()
    except (ValueError, requests.RequestException):
        return None
    body = request.body.encode() if isinstance(request.body, str) else request.body
    headers = tuple((name, str(value)) for name, value in request.headers.items() if name.lower() in _KEPT_HEADERS)
    return Case(body, headers, case_set="schemathesis", intent="generated by schemathesis")


def second_opinions(contract: str, exchanges: Sequence[Exchange]) -> list[list[Finding]]:
    """What schemathesis' sound checks find in the response of each exchange; nothing for a 5xx or without one."""
    return [list(_second_opinion(contract, exchange)) for exchange in exchanges]


def _second_opinion(contract: str, exchange: Exchange) -> Iterator[Finding]:
    if exchange.response is None or exchange.response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    case = _operation(contract).Case(body=exchange.case.body, media_type=exchange.case.header("Content-Type"))
    for check, clause in _SOUND.items():
        try:
            case.validate_response(_as_response(exchange.response), checks=[check])
        except FailureGroup as group:
            # What it cannot read is left to the suite's own parser: Python's has limits that JSON does not have.
            failures = [one for one in group.exceptions if not isinstance(one, ContentDeserializationError)]
            if not failures:
                continue
            said = "; ".join(f"{failure.title}: {failure.message}" for failure in failures)
            received = " ".join(said.partition("Schema:")[0].split())  # one line, without the schema
            yield Finding(clause, "schemathesis", f"its check {check.__name__} passes", received)


def _as_response(answer: Response) -> requests.Response:
    """A response as requests would have read it; its transfer and content codings are already decoded."""
    headers = [(name, value) for name, value in answer.headers if name.lower() not in _OF_TRANSFER]
    response = requests.Response()
    response.status_code, response.url = answer.status, f"{_NOWHERE}{COLLECTION_PATH}"
    response.request = requests.Request("POST", response.url).prepare()
    response.headers = CaseInsensitiveDict(headers)
    response.raw = HTTPResponse(io.BytesIO(answer.body), HTTPHeaderDict(headers), answer.status, preload_content=False)
    return response
