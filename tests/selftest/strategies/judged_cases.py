"""The cases of the deterministic sets for the page's contract, judged once for all tests."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from contracts.document import load_contract
from contracts.oracle import Oracle
from strategies.cases.authorization_cases import authorization_cases
from strategies.cases.combination_cases import covering_cases
from strategies.cases.media_type_cases import media_type_cases
from strategies.cases.priority_cases import priority_cases
from strategies.cases.raw_cases import encoding_cases, malformed_cases
from strategies.cases.valid_value_cases import valid_cases
from strategies.cases.wrong_value_cases import wrong_kind_cases
from strategies.unique_names import UniqueNames

if TYPE_CHECKING:
    from contracts.exchange import Case
    from contracts.expectation import Expectation

Body = dict[str, Any]
CONTRACT = load_contract()
ECHOED = CONTRACT.echoed
NAME, LIST, MAIL = "displayName", "globalConnectionExternalIds", "alertReceiverEmail"


@lru_cache(maxsize=4)
def judged(name: str) -> list[tuple[Case, Expectation]]:
    if name == "priority":
        cases = priority_cases(CONTRACT, UniqueNames("ctmark"), 0)
    else:
        sets = (valid_cases, wrong_kind_cases, covering_cases, authorization_cases)
        wire = (malformed_cases, encoding_cases, media_type_cases)
        cases = [case for made in (*sets, *wire) for case in made(CONTRACT, UniqueNames("ctmark"), 0)]
        cases += priority_cases(CONTRACT, UniqueNames("ctmark", 1), 0)
    oracle = Oracle(CONTRACT)
    return [(case, oracle.expect(case)) for case in cases]
