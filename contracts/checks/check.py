"""The type of a check: a function that yields findings, and the clauses that it covers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from contracts.checks.context import Context
from contracts.findings import Finding

Find = Callable[[Context], Iterator[Finding]]
Count = Callable[[Context], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Check:
    """A function that looks for broken clauses, declared together with the clauses that it covers.

    ``clauses`` holds ids and :mod:`fnmatch` patterns; every finding of ``find`` belongs to one of them. ``count``
    returns the clauses that an exchange could have broken; a clause that is never counted is reported as not exercised.
    """

    clauses: tuple[str, ...]
    find: Find
    count: Count

    @property
    def name(self) -> str:
        """The name of the wrapped function."""
        return self.find.__name__

    def __call__(self, context: Context) -> Iterator[Finding]:
        """The findings in one exchange."""
        return self.find(context)


def covers(*clauses: str, count: Count) -> Callable[[Find], Check]:
    """Declare a function as a check.

    Args:
        clauses: The clauses that it covers, ids or patterns.
        count: Returns those clauses that one exchange could have broken.
    """

    def declare(find: Find) -> Check:
        return Check(clauses, find, count)

    return declare
