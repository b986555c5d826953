"""Documentation drift: differences between our contract and the published OpenAPI document or page."""

from contracts.drift.difference import Difference
from contracts.drift.differences import compare
from contracts.drift.openapi import read_contract, read_openapi
from contracts.drift.published import Published
from contracts.drift.results import Result, exit_status, hold_against
from contracts.drift.sources import read_source
from contracts.openapi.texts import DocumentError

__all__ = [
    "Difference",
    "DocumentError",
    "Published",
    "Result",
    "compare",
    "exit_status",
    "hold_against",
    "read_contract",
    "read_openapi",
    "read_source",
]
