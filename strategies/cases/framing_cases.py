"""The framing of requests: chunks, Expect, codings of the response, and large bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.exchange import Case
from strategies.encoding import encode, json_case, with_header
from strategies.surrounding_fields import SurroundingFields, free_object

if TYPE_CHECKING:
    from contracts.document import Contract
    from strategies.unique_names import UniqueNames

#: Accept-Encoding of common clients, restricted to codings that this suite can decode.
_ACCEPTED: Final = ("gzip", "gzip, deflate", "gzip;q=1.0, identity;q=0.5", "deflate")
#: Numbers of items of a list in a free-form member: databases have limits between these.
_ITEMS: Final = 70_000
#: Sizes in bytes of large bodies: beyond common limits.
_LARGE: Final = (1_100_000, 6_000_000)


def framing_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Valid bodies in chunks, and valid requests for compressed responses, small and larger than a packet."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    bodies = [surrounding_fields.body(context=context) for context in ("minimal", "full")]
    if (free := free_object(contract)) is not None:
        bodies.append(surrounding_fields.body(context="full") | {free.path: {"text": "Größe 東京 😀"}})
    cases = [_with(body, "Transfer-Encoding", "chunked") for body in bodies]
    # Names of transfer codings are equal in any case (RFC 9112, section 7).
    cases.append(_with(surrounding_fields.body(context="minimal"), "Transfer-Encoding", "Chunked"))
    cases.append(_with(surrounding_fields.body(context="full"), "Expect", "100-continue"))
    for number, coding in enumerate(_ACCEPTED):
        body = surrounding_fields.body(context="full")
        if free and number % 2 == 0:
            body[free.path] = {f"name {n}": "a text that compresses well" for n in range(60)}
        cases.append(_with(body, "Accept-Encoding", coding))
    return cases


def large_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Valid bodies that are larger than most services accept: accepted or refused, never a server error."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    free = free_object(contract)
    if free is None:
        return []
    values: dict[str, Any] = {f"a list of {_ITEMS:,} items": list(range(_ITEMS))}
    values |= {f"a text of {size:,} bytes": "x" * size for size in _LARGE}
    return [
        Case(
            encode(surrounding_fields.body(free) | {free.path: {"large": value}}),
            case_set="wire.large",
            intent=f"{free.path}: {name}",
        )
        for name, value in values.items()
    ]


def _with(body: dict[str, Any], header: str, value: str) -> Case:
    return with_header(json_case(body, case_set="wire.framing", intent=f"{header}: {value}"), header, value)
