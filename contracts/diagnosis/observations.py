"""What one exchange of a run tells a diagnosis: the values that were sent, and what the service made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from contracts import json_text
from contracts.exchange import Case

ACCEPTED, REFUSED, FAILED = "accepted", "refused", "failed"
#: In the place of a broken clause: whether the request is valid the page leaves open.
OPEN: Final = "open"
#: Statuses that speak of what was sent before, and of how much.
_ANOTHER_MATTER: Final = frozenset({409, 429})
#: Bytes of a body beyond which nobody looks into it.
_LONGEST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Observation:
    """One request and its outcome.

    ``broken`` is the one clause that the request breaks, empty where it is valid, OPEN where the page does not say;
    ``findings`` are the clauses, causes and kinds that it showed; ``shown`` the project of a 201, where it is known in
    full.
    """

    case: Case
    body: dict[str, Any]
    broken: str
    outcome: str
    findings: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    shown: dict[str, Any] | None = field(default=None, compare=False)

    @classmethod
    def of(cls, record: dict[str, Any]) -> Observation | None:
        """The observation in an exchange of a history; None where it tells nothing.

        Requests with more than one mistake tell nothing, and those that the page leaves open little.
        """
        response, expected = record.get("response"), record.get("expected")
        clauses = {violation[0] for violation in record.get("violations", ())}
        if not response or expected is None or len(clauses) > 1 or response["status"] in _ANOTHER_MATTER:
            return None
        case = Case.from_json(record["case"])
        body = _object(case.body)
        status = response["status"]
        outcome = ACCEPTED if status < 300 else REFUSED if status < 500 else FAILED
        shown = None if response.get("cut") or status != 201 else _object((response.get("body") or "").encode())
        findings = tuple((f["clause"], f["cause"], tuple(f.get("kinds", ()))) for f in record.get("findings", ()))
        broken = OPEN if expected == "unspecified" else next(iter(clauses), "")
        return cls(case, body or {}, broken, outcome, findings, shown)


def _object(data: bytes | None) -> dict[str, Any] | None:
    if not data or len(data) > _LONGEST:
        return None
    try:
        value = json_text.loads_lenient(data)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
