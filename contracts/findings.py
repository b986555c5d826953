"""What a check says: findings, outcomes, and the key that findings with one cause share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

#: The causes of findings about an invalid request that was accepted, and about a valid one that was refused.
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"


class Outcome(Enum):
    """What is known of a clause after a run."""

    PASS = "pass"  # noqa: S105  # no password
    PARTIAL = "partial"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Level(Enum):
    """How binding a clause is: a run fails on documented and implied ones."""

    DOCUMENTED = "documented"
    IMPLIED = "implied"
    ADVISORY = "advisory"

    @property
    def rank(self) -> int:
        """0 for the most binding."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise seen in one exchange.

    ``clause`` is an id of the catalogue, ``cause`` distinguishes causes under the same clause, ``expected`` and
    ``received`` are one-line sentences for a person, ``where`` is a JSON pointer into the request or the response
    (or a header name), empty if it is the whole; ``kinds`` name what the value has that others with another root
    cause may not have (see :mod:`contracts.kinds`).
    """

    clause: str
    cause: str
    expected: str
    received: str
    where: str = ""
    kinds: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Findings with the same key are reported as one, with a count, unless their kinds tell them apart."""
        return (self.clause, self.cause)

    def to_json(self) -> dict[str, Any]:
        """A JSON object that :meth:`from_json` turns into an equal finding."""
        record = {
            "clause": self.clause,
            "cause": self.cause,
            "expected": self.expected,
            "received": self.received,
            "where": self.where,
        }
        return {**record, "kinds": list(self.kinds)} if self.kinds else record

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Finding:
        """The finding that :meth:`to_json` made ``record`` of."""
        return cls(**{**record, "kinds": tuple(record.get("kinds", ()))})


class BrokenPromise(AssertionError):
    """Raised by a test to say that the service broke a clause; a subclass for each clause.

    An ordinary exception with no context, so that Hypothesis shrinks the case.
    """


_CLASSES: dict[str, type[BrokenPromise]] = {}


def broken_promise(finding: Finding) -> BrokenPromise:
    """An exception whose class depends on the clause alone, so that Hypothesis keeps causes apart."""
    kind = _CLASSES.setdefault(finding.clause, type("BrokenPromise", (BrokenPromise,), {"clause": finding.clause}))
    return kind(f"{finding.clause}: expected {finding.expected}; received {finding.received}")
