"""Plain requests: what a careful client would send first, for control and for comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategies.encoding import json_case
from strategies.surrounding_fields import Companions

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.exchange import Case
    from strategies.unique_names import Names


def minimal_case(contract: Contract, names: Names) -> Case:
    """The simplest valid request: ordinary required fields alone, marked with a name."""
    body = Companions(contract, names).body(company="minimal")
    return json_case(body, family="control", aim="the simplest valid request")


def full_case(contract: Contract, names: Names) -> Case:
    """A valid request with every field, each ordinary."""
    body = Companions(contract, names).body(company="full")
    return json_case(body, family="control", aim="every field, each ordinary")
