"""Words of a pattern to requests: each is the value of its field in an otherwise valid body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategies.companions import Companions
from strategies.encoding import json_case

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.document import Contract, Field
    from contracts.exchange import Case
    from strategies.names import Names
    from strategies.patterns import Word

#: Longer words travel with little else, so that a body stays within what a service must take.
_LONG = 4_000


def pattern_cases(
    contract: Contract, field: Field, words: Iterable[Word], names: Names, seed: int, *, family: str = "conformance"
) -> list[Case]:
    """One request for each word; the rest of the body is valid and varies from request to request."""
    companions = Companions(contract, names, seed)
    cases = []
    for word in words:
        # The first words, which are the shortest, stand alone: the smallest case is then among them.
        company = "minimal" if len(word.text) > _LONG or len(cases) < _ALONE else None
        body = companions.body(field, company) | {field.path: word.text}
        aim = f"request.{field.path}.pattern: {word.reached}"
        cases.append(json_case(body, family=f"pattern.{field.path}.{family}", aim=aim))
    return cases


_ALONE = 8
