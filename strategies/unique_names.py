"""Unique names, which show the run and the request that created a project."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from contracts.exchange import Case

#: The placeholder of a unique name in generated bodies, so that an example does not depend on a counter.
PLACEHOLDER: Final = "{name}"
#: The size of a range of numbers, sufficient for a worker or a set.
RANGE_SIZE: Final = 1_000_000

_MARK = re.compile(r"[a-z][a-z0-9]*\Z")


class UniqueNames:
    """Names ``<run id>-<number>`` that no other worker or set of the run uses.

    ``run_id`` has lower-case letters and digits. Raises ValueError for another one or a negative ``id_range``.
    """

    __slots__ = ("_form", "_next", "_text_form", "id_range", "run_id")

    def __init__(self, run_id: str, id_range: int = 0) -> None:
        if not _MARK.match(run_id):
            raise ValueError(
                f"Expected a run id of lower-case letters and digits that begins with a letter, got {run_id=}"
            )
        if id_range < 0:
            raise ValueError(f"Expected an id range of 0 or more, got {id_range=}")
        self.run_id = run_id
        self.id_range = id_range
        self._next = id_range * RANGE_SIZE
        self._text_form = re.compile(rf"{run_id}-[0-9]+")
        self._form = re.compile(self._text_form.pattern.encode())

    def next(self) -> str:
        """A new name."""
        name = f"{self.run_id}-{self._next}"
        self._next += 1
        return name

    def fill(self, case: Case) -> Case:
        """The case with one new name for all placeholders in its body."""
        if case.body is None or PLACEHOLDER.encode() not in case.body:
            return case
        return replace(case, body=case.body.replace(PLACEHOLDER.encode(), self.next().encode()))

    def renew(self, case: Case) -> Case:
        """The case with a new name instead of the one that it has; the case itself if it has none."""
        if case.body is None or not self._form.search(case.body):
            return self.fill(case)
        return replace(case, body=self._form.sub(self.next().encode(), case.body))

    def anonymous(self, case: Case) -> bytes:
        """The request with the placeholder for each name, equal for cases that differ only in names."""
        head = repr((case.method, case.path, case.headers)).encode("utf-8", "surrogatepass")
        return head + self._form.sub(PLACEHOLDER.encode(), case.body or b"")

    def split(self, text: str) -> tuple[str, str, str]:
        """The text before the first name in it, the name, and the rest; the last two are empty without a name."""
        match = self._text_form.search(text)
        return (text[: match.start()], match.group(), text[match.end() :]) if match else (text, "", "")
