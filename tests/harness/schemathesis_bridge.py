"""schemathesis beside our own sets: what it generates is sent as a set, and its sound checks look at the responses.

Its checks get the document without annotations, see :func:`asserted`: schemathesis asserts ``format`` and what was read
off an example. Left out of its checks: not_a_server_error (a gateway's 503 is no mistake of the service: the retry
policy decides which 5xx are, and our own check sees those), negative_data_rejection and positive_data_acceptance (cases
that are sent as bytes do not say how they were generated, which both need), unsupported_method (405 is demanded where
the page asks for nothing), missing_required_header and ignored_auth (401 is demanded where 403 is as good, and each 201
is probed with two more requests), use_after_free and ensure_resource_availability (other operations).

Importing schemathesis and generating with it take longer than a default run takes to start, so both happen in the
process of :mod:`tests.harness.case_prefetcher`; its pytest plugin would do them in front of the first test.
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

#: Of schemathesis' own checks, those that never alarm on a correct service, with the clause that each looks at.
_SOUND: Final = {
    status_code_conformance: "response.201.status",
    content_type_conformance: "response.201.mediaType",
    response_schema_conformance: "response.201.body.type",
}
#: Where its requests are made out for; ours go where the run goes.
_NOWHERE = "http://service.invalid"
_OF_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_KEPT_HEADERS = frozenset({"authorization", "content-type"})


def asserted(document: Any) -> Any:
    """A copy of an OpenAPI document that holds only what a service must keep.

    Left out are ``format``, an annotation in JSON Schema 2020-12, and the members of schemas with ``x-from-example``.
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
    """About ``number`` requests that schemathesis makes up from the document, valid and invalid ones.

    ``contract`` is the document's path; ``chance`` the seed: the same one gives the same cases.
    """
    operation = _operation(contract)
    strategy = operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE)
    made: list[Case] = []

    @seed(chance)
    @settings(
        max_examples=number,
        database=None,  # nothing fails here
        deadline=None,  # the first example pays for all the others
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],  # not ours to mend
    )
    @given(strategy)
    def collect(generated: Any) -> None:
        case = _sendable(generated)
        if case is not None:
            made.append(case)

    collect()
    return made


def _sendable(generated: Any) -> Case | None:
    """The very bytes that schemathesis would send; None if it cannot send what it made."""
    asked = generated.as_transport_kwargs(base_url=_NOWHERE, headers={"Authorization": VALID_AUTHORIZATION})
    try:
        request = requests.Request(**asked).prepare()
    except (ValueError, requests.RequestException):
        return None
    body = request.body.encode() if isinstance(request.body, str) else request.body
    headers = tuple((name, str(value)) for name, value in request.headers.items() if name.lower() in _KEPT_HEADERS)
    return Case(body, headers, case_set="schemathesis", intent="generated by schemathesis")


def second_opinions(contract: str, exchanges: Sequence[Exchange]) -> list[list[Finding]]:
    """What schemathesis' sound checks find in the response of each exchange; nothing if there is none or a 5xx."""
    return [list(_second_opinion(contract, exchange)) for exchange in exchanges]


def _second_opinion(contract: str, exchange: Exchange) -> Iterator[Finding]:
    if exchange.response is None or exchange.response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    case = _operation(contract).Case(body=exchange.case.body, media_type=exchange.case.header("Content-Type"))
    for check, clause in _SOUND.items():
        try:
            case.validate_response(_as_response(exchange.response), checks=[check])
        except FailureGroup as group:
            said = "; ".join(f"{failure.title}: {failure.message}" for failure in group.exceptions)
            received = " ".join(said.partition("Schema:")[0].split())  # its one line, without the schema itself
            yield Finding(clause, "schemathesis", f"its check {check.__name__} passes", received)


def _as_response(answer: Response) -> requests.Response:
    """A response as requests would have read it; its transfer and content codings are undone already."""
    headers = [(name, value) for name, value in answer.headers if name.lower() not in _OF_TRANSFER]
    response = requests.Response()
    response.status_code, response.url = answer.status, f"{_NOWHERE}{COLLECTION_PATH}"
    response.request = requests.Request("POST", response.url).prepare()
    response.headers = CaseInsensitiveDict(headers)
    response.raw = HTTPResponse(io.BytesIO(answer.body), HTTPHeaderDict(headers), answer.status, preload_content=False)
    return response
