"""One promise of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from contracts.findings import Level

#: The sides of a clause: see :class:`Clause`.
VALID: Final = "valid"
INVALID: Final = "invalid"


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise.

    ``promise`` is a sentence for readers, ``statement`` the words of the page (or of an RFC) that it is based on, and
    ``source`` where these words are found. ``sides`` names the kinds of requests that are needed to show that the
    clause is kept: ``valid`` ones that were accepted, ``invalid`` ones that were refused; if it is empty, any case is
    sufficient.
    """

    id: str
    level: Level
    promise: str
    statement: str
    source: str
    sides: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the members of the clause."""
        return {
            "id": self.id,
            "level": self.level.value,
            "promise": self.promise,
            "statement": self.statement,
            "source": self.source,
            "sides": list(self.sides),
        }

    @classmethod
    def from_json(cls, members: dict[str, Any]) -> Clause:
        """The clause with the members of a JSON object."""
        return cls(**{**members, "level": Level(members["level"]), "sides": tuple(members["sides"])})
