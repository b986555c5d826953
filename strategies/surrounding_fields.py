"""Valid bodies around the value under test: minimal, full, with nulls, in rotation.

A service may validate a field only when another one is present, so every set uses several contexts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from contracts.patterns import Pattern
from strategies.encoding import encode
from strategies.example_values import undisputed_members
from strategies.hard_objects import HARD_OBJECTS
from strategies.hard_texts import ORDINARY_NAMES, filler, hard_texts
from strategies.json_values import HARD_NUMBERS, Named
from strategies.unique_names import PLACEHOLDER, UniqueNames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.document import Contract, Field

#: The field for the unique name of a request, if the contract has it: it must be unique anyway.
MARKED: Final = "externalId"
#: The member for the name in a free-form object.
MARK_MEMBER: Final = "ct"
#: A name for testing patterns before a number is used.
USUAL_NAME: Final = "ctmark-1000001"
#: The optional members of a body, in rotation.
CONTEXTS: Final = ("full", "minimal", "nulls", "even", "odd", "without marked", "hard")
#: The number of realistic texts, which come first; ordinary values are chosen from them.
_ORDINARY_MEMBERS: Final = 4
_ORDINARY: Final[dict[str, tuple[Any, ...]]] = {
    "number": (5, 10, 1, 25),
    "integer": (5, 10, 1, 25),
    "boolean": (True, False),
    "any": ("anything",),
}
#: Ordinary values that differ from those of the surrounding body.
_OTHERS: Final = 3
#: Longer values (in bytes) are not used as context.
_LARGE: Final = 1_500
_BOOLEANS: Final = (Named("true", True), Named("false", False))
_ANYTHING: Final = (
    Named("a text", "x"),
    Named("a number", 5),
    Named("false", False),
    Named("an array", [1, None]),
    Named("an object", {"a": {}}),
)


def ordinary(field: Field, number: int = 0) -> Any:
    """An ordinary valid value; ``number`` selects one of a few."""
    if field.enum is not None:
        chosen: Sequence[Any] = [option for option in field.enum if option is not None] or [None]
    elif field.type == "string":
        chosen = undisputed_members(field)[:_ORDINARY_MEMBERS] if field.pattern is not None else ORDINARY_NAMES
    elif field.type == "array":
        return [ordinary(field.items, number + i) if field.items else f"item {i}" for i in range(2)]
    elif field.type == "object":
        if field.members:
            return {member.name: ordinary(member, number) for member in field.members}
        chosen = ({}, {"team": "alpha", "size": number % 10}, {"team": "beta"})
    else:
        chosen = _ORDINARY[field.type]
    return chosen[number % len(chosen)]


def hard_values(field: Field) -> list[Named]:
    """Valid values of the field that software handles wrongly, without null. Not empty."""
    if field.enum is not None:
        found = [Named(f"the option {option!r}", option) for option in field.enum if option is not None]
    elif not field.types:
        found = list(_ANYTHING)
    else:
        found = [named for kind in field.types for named in _hard_of_type(field, kind)]
    return found or [Named("an ordinary value", ordinary(field))]


@lru_cache(maxsize=256)
def _small_hard_values(field: Field) -> tuple[Any, ...]:
    """The hard values that are small enough for any body."""
    values = (named.value for named in hard_values(field))
    return tuple(value for value in values if len(encode(value)) <= _LARGE) or (ordinary(field),)


def _hard_of_type(field: Field, kind: str) -> Sequence[Named]:
    if kind == "string":
        texts = [Named(hard.name, hard.text) for hard in hard_texts(field.pattern)]
        chosen = undisputed_members(field)
        return texts + [Named(f"the member {text!r}", text) for text in chosen]
    if kind == "integer":
        return [number for number in HARD_NUMBERS if number.value.text.lstrip("-").isdigit()]
    if kind == "array":
        return _hard_lists(field)
    if kind == "object" and field.members:
        return _hard_members(field)
    return {"number": HARD_NUMBERS, "boolean": _BOOLEANS, "object": HARD_OBJECTS}[kind]


def _hard_lists(field: Field) -> list[Named]:
    if field.items is None:
        return [Named("empty", []), Named("every JSON type", ["x", 5, True, None, [], {}])]
    items = [hard.value for hard in hard_values(field.items)]
    plain = [ordinary(field.items, number) for number in range(3)]
    found = [
        Named("empty", []),
        Named("one item", [plain[0]]),
        Named("the same item twice", [plain[0], plain[0]]),
        Named("in no order, with repetition", [plain[2], plain[0], plain[1], plain[0], plain[2]]),
        Named("every hard item", items),
        Named("every hard item, last first", items[::-1]),
        Named("101 items", (plain * 34)[:101]),
        Named("5,001 items", (plain * 1_667)[:5_001]),
    ]
    if field.items.type == "string" and field.items.pattern is None and field.items.enum is None:
        found += [
            Named("an empty text", [""]),
            Named("empty texts", ["", "x", "", ""]),
            Named("items that differ in case", ["Ab", "ab", "AB", "ab"]),
            Named("1,001 different items", [f"connection-{(i * 7919) % 1001}" for i in range(1001)]),
            Named("a long item", [filler(1025)]),
            Named("one character each", [*"%_*?$.'\"\\,;:/{[<#@!-+0 "]),
        ]
    if field.items.nullable:
        found.append(Named("null among the items", [plain[0], None, plain[1]]))
    return found


def _hard_members(field: Field) -> list[Named]:
    """Objects of listed members: the hard values of each with the others ordinary, and each optional one omitted."""
    whole = {member.name: ordinary(member) for member in field.members}
    found = [Named("whole", whole)]
    found.append(Named("only what is required", {m.name: whole[m.name] for m in field.members if m.required}))
    if any(member.nullable for member in field.members):
        found.append(Named("null members", {m.name: None if m.nullable else whole[m.name] for m in field.members}))
    for member in field.members:
        found += [
            Named(f"{member.name}: {hard.name}", whole | {member.name: hard.value}) for hard in hard_values(member)
        ]
    return found


def free_object(contract: Contract) -> Field | None:
    """The first field that accepts any JSON object, such as ``metadata``; None if there is none."""
    return next((field for field in contract.fields if field.types == ("object",) and not field.members), None)


def is_name_like(field: Field) -> bool:
    """Whether the field is a required text with a free choice of words, such as a name."""
    return field.required and field.types == ("string",) and field.enum is None


def admits(field: Field, text: str) -> bool:
    """Whether the text matches the field's pattern, if it has one."""
    return field.pattern is None or Pattern.compile(field.pattern).matches(text)


def takes_text(field: Field, text: str) -> bool:
    """Whether the text is a valid value of the field."""
    return field.types == ("string",) and field.enum is None and admits(field, text)


def marked_text(field: Field, name: str, before: str, behind: str) -> str:
    """The unique name between two texts; only the name if the field's pattern does not match more."""
    text = f"{before}{name}{behind}"
    return text if admits(field, text) else name


def names_of_fields(surrounding_fields: SurroundingFields, free: Field) -> dict[str, Any]:
    """Members called as the other fields, for a free-form object, with values that differ from theirs."""
    inside = {field.path: ordinary(field, _OTHERS) for field in surrounding_fields.fields if field is not free}
    if isinstance(inside.get(MARKED), str):
        inside[MARKED] = f"inside {surrounding_fields.name()}"
    return {"id": "x", "type": "y", **inside}


class SurroundingFields:
    """Valid bodies in rotation, each with a unique name in one of its members.

    ``names`` supplies the names; None uses the placeholder instead.
    """

    __slots__ = ("_names", "_turn", "contract")

    def __init__(self, contract: Contract, names: UniqueNames | None, seed: int = 0) -> None:
        self.contract = contract
        self._names = names
        self._turn = seed

    @property
    def fields(self) -> tuple[Field, ...]:
        """The members of the body."""
        return self.contract.fields

    def name(self) -> str:
        """A new unique name, or the placeholder."""
        return self._names.next() if self._names is not None else PLACEHOLDER

    def body(self, about: Field | None = None, context: str | None = None) -> dict[str, Any]:
        """The next body; the field it is ``about`` is present, ordinary, and does not have the name."""
        self._turn += 1
        context = context or CONTEXTS[self._turn % len(CONTEXTS)]
        body: dict[str, Any] = {}
        for index, field in enumerate(self.contract.fields):
            if field is about or field.required:
                body[field.path] = ordinary(field, self._turn + index)
            else:
                self._optional(body, field, index, context)
        return self.marked(body, about)

    def _optional(self, body: dict[str, Any], field: Field, index: int, context: str) -> None:
        absent = {
            "minimal": True,
            "even": index % 2 == 0,
            "odd": index % 2 == 1,
            "without marked": field.path == MARKED,
        }
        if absent.get(context):
            return
        if context == "nulls" and field.nullable:
            body[field.path] = None
        elif context == "hard":
            hard = _small_hard_values(field)
            body[field.path] = hard[self._turn * 7 % len(hard)]
        else:
            body[field.path] = ordinary(field, self._turn + index)

    def marked(self, body: dict[str, Any], about: Field | None = None) -> dict[str, Any]:
        """``body`` with a unique name in the best place other than the field under test.

        A text in the marked field is always made unique. Otherwise a required text gets the name, which is also in a
        project that was stored from a part of the body, then a free-form object; then the marked field or a free-form
        object is added. If none of this is possible, the body is unchanged.
        """
        fields = {field.path: field for field in self.contract.fields if field is not about}
        marked = fields.get(MARKED)
        if marked is not None and isinstance(body.get(MARKED), str) and self._put(body, marked):
            return body
        texts = [field for field in fields.values() if is_name_like(field) and isinstance(body.get(field.path), str)]
        if any(self._put(body, field) for field in texts):
            return body
        free = free_object(self.contract)
        may_hold = free is not None and free is not about
        if free is not None and may_hold and isinstance(body.get(free.path), dict):
            body[free.path] = {MARK_MEMBER: self.name(), **body[free.path]}
        elif (marked is None or not self._put(body, marked)) and free is not None and may_hold:
            body[free.path] = {MARK_MEMBER: self.name()}
        return body

    def _put(self, body: dict[str, Any], field: Field) -> bool:
        # Tested with an example first, so that no number is wasted.
        if "string" not in field.types or field.enum is not None or not admits(field, USUAL_NAME):
            return False
        before = body.get(field.path)
        words = f"{before} " if isinstance(before, str) and field.path != MARKED else ""
        body[field.path] = marked_text(field, self.name(), words, "")
        return True
