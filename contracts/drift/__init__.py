"""Documentation drift: differences between our contract and the published OpenAPI document or page."""

from contracts.drift.difference import Difference
from contracts.drift.differences import compare
from contracts.drift.openapi import read_contract, read_openapi
from contracts.drift.published import Published
from contracts.drift.results import Result, compare_source, exit_status
from contracts.drift.sources import read_source
from contracts.openapi.document_text import DocumentError

__all__ = [
    "Difference",
    "DocumentError",
    "Published",
    "Result",
    "compare",
    "compare_source",
    "exit_status",
    "read_contract",
    "read_openapi",
    "read_source",
]
