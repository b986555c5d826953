"""Ordinary requests, for control and comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategies.encoding import json_case
from strategies.surrounding_fields import SurroundingFields

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames


def minimal_case(contract: Contract, names: UniqueNames) -> Case:
    """The simplest valid request: ordinary required fields, with a unique name."""
    body = SurroundingFields(contract, names).body(context="minimal")
    return json_case(body, case_set="control", intent="the simplest valid request")


def full_case(contract: Contract, names: UniqueNames) -> Case:
    """A valid request with an ordinary value in every field."""
    body = SurroundingFields(contract, names).body(context="full")
    return json_case(body, case_set="control", intent="every field, each ordinary")
