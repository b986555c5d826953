"""Words of a pattern to requests: each is the value of its field in an otherwise valid body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.patterns import Pattern
from strategies.companions import Companions
from strategies.encoding import json_case
from strategies.patterns import near_misses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import SearchStrategy

    from contracts.document import Contract, Field
    from contracts.exchange import Case
    from strategies.names import Names
    from strategies.patterns import Word

#: The first words, which are the shortest, stand in minimal bodies: the smallest case is then among them.
_ALONE = 8
#: Longer words travel with little else, so that a body stays within what a service must take.
_LONG = 4_000


def pattern_cases(
    contract: Contract, field: Field, words: Iterable[Word], names: Names, seed: int, *, family: str = "conformance"
) -> list[Case]:
    """One request for each word; the rest of the body is valid and varies from request to request."""
    companions = Companions(contract, names, seed)
    cases = []
    for word in words:
        company = "minimal" if len(word.text) > _LONG or len(cases) < _ALONE else None
        body = companions.body(field, company) | {field.path: word.text}
        aim = f"request.{field.path}.pattern: {word.reached}"
        cases.append(json_case(body, family=f"pattern.{field.path}.{family}", aim=aim))
    return cases


def near_miss_bodies(contract: Contract, field: Field) -> SearchStrategy[Case]:
    """A text that is one edit away from the pattern of ``field``, in a plain body; ``{name}`` marks it."""
    if field.pattern is None:
        raise ValueError(f"Expected a field with a pattern, got {field.path!r}")
    plain = Companions(contract, None).body(field, "minimal")

    def with_text(text: str) -> Case:
        aim = f"request.{field.path}.pattern: a near miss"
        return json_case(plain | {field.path: text}, family=f"pattern.{field.path}.near_miss", aim=aim)

    return near_misses(Pattern.compile(field.pattern)).map(with_text)
