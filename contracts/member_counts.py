"""What the 201 responses of a run show beyond the contract: undocumented members, and promises never observed.

Nothing here is a finding: a response may have more than the page lists. It tells the authors of the page where page and
service differ.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.document import Contract, Field

#: The maximum number of shapes before they are folded into counts; a service that generates names has many.
_SHAPES: Final = 512
#: The maximum number and length of undocumented names; the rest is counted together under ``...``.
_STRANGERS: Final = 100
_LONGEST: Final = 200
_REST: Final = "..."

#: A shape: the names of an object's members, and those that are null.
_Shape = tuple[tuple[str, ...], tuple[str, ...]]


class MemberCounts:
    """Counts members, nulls and enum values of 201 responses.

    ``observe`` takes a few microseconds: it counts shapes (names and nulls of one object), of which a service has few;
    members are counted on demand. Free-form values of clients (``metadata``) are not inspected, those of the service
    (``icon``) are.
    """

    def __init__(self, contract: Contract) -> None:
        self._documented = {member.path: member for member in contract.all_response_fields()}
        self._holders = [
            member.path
            for member in contract.response_fields
            if "object" in member.types and member.path not in contract.echoed
        ]
        self._enums = [member for member in contract.response_fields if member.enum is not None]
        self._nested_enums = [
            (member.path.partition(".")[0], member)
            for member in self._documented.values()
            if member.enum is not None and member.path.count(".") == 1
        ]
        self._shapes: dict[str, Counter[_Shape]] = {path: Counter() for path in ("", *self._holders)}
        self._responses = 0
        self._held: Counter[str] = Counter()
        self._strangers: set[str] = set()
        self._seen: Counter[str] = Counter()
        self._nulls: Counter[str] = Counter()
        self._values: Counter[tuple[str, str]] = Counter()

    @property
    def responses(self) -> int:
        """How many responses were observed."""
        return self._responses

    def observe(self, project: Mapping[str, Any]) -> None:
        """Add one parsed 201 response, an object."""
        self._responses += 1
        self._shapes[""][_shape(project)] += 1
        for path in self._holders:
            held = project.get(path)
            if type(held) is dict:
                self._shapes[path][_shape(held)] += 1
        for member in self._enums:
            self._option(member, project.get(member.path))
        for path, member in self._nested_enums:
            held = project.get(path)
            if type(held) is dict:
                self._option(member, held.get(member.name))
        if self._responses % _SHAPES == 0:
            self._fold()

    def _option(self, member: Field, value: Any) -> None:
        # Other values break another promise and are not counted here.
        if type(value) is str and value in (member.enum or ()):
            self._values[member.path, value] += 1

    def _fold(self) -> None:
        """Count the shapes by member."""
        for path, shapes in self._shapes.items():
            prefix = f"{path}." if path else ""
            for (names, nulls), count in shapes.items():
                self._held[path] += count
                for name in names:
                    self._seen[self._known(prefix + name)] += count
                for name in nulls:
                    self._nulls[self._known(prefix + name)] += count
            shapes.clear()

    def _known(self, member: str) -> str:
        """The name under which a member is counted."""
        if member in self._documented or member in self._strangers:
            return member
        if len(self._strangers) < _STRANGERS and len(member) <= _LONGEST:
            self._strangers.add(member)
            return member
        return _REST

    # -- in words -----------------------------------------------------------------------------------------

    def undocumented(self) -> list[str]:
        """Members that responses have and the contract does not list, one sentence each."""
        self._fold()
        found = []
        for member, count in sorted(self._seen.items()):
            if member == _REST:
                found.append(f"more members that the page does not list, {count} times in {self._responses} responses")
            elif member not in self._documented:
                null = ", always null" if self._nulls[member] == count else ""
                found.append(f"{_shown(member)} is in {self._of(count)}{null}, and the page does not list it")
        return found

    def unobserved(self) -> list[str]:
        """Documented members that were always missing or null, and options that never occurred, one sentence each."""
        self._fold()
        if not self._responses:
            return []
        found = []
        for path, member in self._documented.items():
            holder = path.rpartition(".")[0]
            count = self._seen[path]
            if holder and not self._held[holder]:
                continue  # its parent is reported instead
            if not count:
                found.append(f"{path} is in none of the {self._responses} responses")
            elif self._nulls[path] == count:
                found.append(f"{path} is null in {self._of(count)}")
            else:
                missing = [option for option in member.enum or () if isinstance(option, str)]
                missing = [option for option in missing if not self._values[path, option]]
                counted = path.count(".") <= 1 and member.enum is not None
                found.extend(f"{path} is {option} in none of the {count} responses" for option in missing if counted)
        return found

    def _of(self, count: int) -> str:
        if count == self._responses:
            return "the only response" if count == 1 else f"every one of the {count} responses"
        return f"{count} of {self._responses} responses"

    # -- workers ------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the counts, for :meth:`merge` in another process."""
        self._fold()
        return {
            "responses": self._responses,
            "held": dict(self._held),
            "seen": dict(self._seen),
            "nulls": dict(self._nulls),
            "values": [[path, option, count] for (path, option), count in self._values.items()],
        }

    def merge(self, counts: Mapping[str, Any]) -> None:
        """Add the counts of another process, as returned by :meth:`to_json`. The contract must be the same."""
        self._fold()
        self._responses += counts["responses"]
        self._held.update(counts["held"])
        for total, part in ((self._seen, counts["seen"]), (self._nulls, counts["nulls"])):
            for member, count in part.items():
                total[self._known(member)] += count
        for path, option, count in counts["values"]:
            self._values[path, option] += count


def _shape(value: Mapping[str, Any]) -> _Shape:
    nulls = tuple([name for name in value if value[name] is None]) if None in value.values() else ()
    return tuple(value), nulls


def _shown(member: str) -> str:
    """The name of an undocumented member, printable and truncated."""
    name = member if member.isprintable() else member.encode("unicode_escape").decode("ascii")
    return name if len(name) <= 80 else f"{name[:80]}..."
