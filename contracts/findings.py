"""Findings, outcomes of clauses, and levels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

#: The causes of findings: an invalid request was accepted, a valid one was refused.
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"


class Outcome(Enum):
    """The outcome of a clause after a run."""

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
    """One broken promise in one exchange.

    ``clause`` is an id of the catalogue, ``cause`` distinguishes causes under the same clause, ``expected`` and
    ``received`` are one-line sentences for readers, ``where`` is a JSON pointer into the request or the response (or a
    header name), empty for the whole; ``kinds`` are properties that may distinguish its root cause (see
    :mod:`contracts.kinds`).
    """

    clause: str
    cause: str
    expected: str
    received: str
    where: str = ""
    kinds: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Findings with the same key are reported as one, with a count, unless their kinds distinguish them."""
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
    """Raised by a test if the service broke a clause; each clause has a subclass.

    It has no context, so that Hypothesis can shrink the case.
    """


_CLASSES: dict[str, type[BrokenPromise]] = {}


def broken_promise(finding: Finding) -> BrokenPromise:
    """An exception whose class depends only on the clause, so that Hypothesis distinguishes causes."""
    kind = _CLASSES.setdefault(finding.clause, type("BrokenPromise", (BrokenPromise,), {"clause": finding.clause}))
    return kind(f"{finding.clause}: expected {finding.expected}; received {finding.received}")
