"""One difference between our contract and a source, and how its values are formatted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contracts.clauses import described

if TYPE_CHECKING:
    from contracts.document import Field
    from contracts.drift.impact import Effect, Impact

#: The maximum number of characters of a value that are shown.
_SHOWN: Final = 300
#: Shown for a side that has no value.
NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference in one aspect of a member.

    ``member`` is named as in clauses (``request.metadata``, ``response.201.icon.color``); ``also`` are further members
    with the same difference.

    ``aspect`` is one of added, removed, type, null, required, pattern, enum, format, limit, status, media type,
    security. ``held`` and ``published`` are the values of either side. All texts are printable and short, whatever the
    source contains.
    """

    member: str
    aspect: str
    held: str
    published: str
    impact: Impact
    also: tuple[str, ...] = ()

    @property
    def members(self) -> str:
        """All members with this difference, as a phrase."""
        return ", ".join((self.member, *self.also))

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects in one line each, worst first."""
        return self.impact.effects

    def sentence(self) -> str:
        """The difference in one line."""
        meaning = "; ".join(effect.value for effect in self.effects)
        return f"{self.members}, {self.aspect}: the contract has {self.held}; published is {self.published}: {meaning}"

    def to_json(self) -> dict[str, Any]:
        """A JSON object with everything."""
        return {
            "member": self.member,
            "also": list(self.also),
            "aspect": self.aspect,
            "held": self.held,
            "published": self.published,
            "effects": [effect.name.lower() for effect in self.effects],
            "client": self.impact.client,
            "service": self.impact.service,
        }


def shown(text: str) -> str:
    """A text of a source on one line, printable and truncated."""
    inert = "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    return inert if len(inert) <= _SHOWN else f"{inert[:_SHOWN]}..."


def shown_text(text: str) -> str:
    """A text as a value: in backticks, or in words if it is empty."""
    return f"`{shown(text)}`" if text else "the empty text"


def shown_value(value: Any) -> str:
    """A JSON value; a text without quotes if that is unambiguous."""
    return shown_text(value) if isinstance(value, str) else f"`{shown(json.dumps(value))}`"


def shown_field(field: Field) -> str:
    """A member as the page writes it, without its name."""
    words = described(field).split(" · ")[1:]
    if field.enum is not None:
        words.append("options " + ", ".join(shown_value(option) for option in field.enum))
    if field.pattern is not None:
        words.append(f"pattern {shown_text(field.pattern)}")
    return shown(" · ".join(words))
