"""Intersection (``allOf``) and union (``anyOf``, ``oneOf``) of plain schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.openapi.document_text import Schema

#: The intersection has the greater of two lower bounds and the lesser of two upper bounds.
LOWER: Final = frozenset({"minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties"})
UPPER: Final = frozenset({"maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties"})


def canonical(value: Any) -> str:
    """A text that is the same for the same JSON value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def intersection(a: Schema, b: Schema) -> Schema:
    """The plain schema of the values that both allow. Of two formats the first is kept: both are annotations."""
    merged = {**b, **a}
    for name in a.keys() & b.keys():
        merged[name] = _both(name, a[name], b[name])
    return merged


def _both(name: str, a: Any, b: Any) -> Any:
    if canonical(a) == canonical(b):
        return a
    rule = _RULES.get(name)
    return rule(a, b) if rule is not None else {"allOf": [a, b]}


def _common_types(a: Sequence[str], b: Sequence[str]) -> list[str]:
    common = [name for name in a if name in b or (name == "integer" and "number" in b)]
    return common + ["integer"] * ("number" in a and "integer" in b and "integer" not in a)


#: The intersection of two values of one keyword.
_RULES: Final[dict[str, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(LOWER, max),
    **dict.fromkeys(UPPER, min),
    "type": _common_types,
    "enum": lambda a, b: [option for option in a if canonical(option) in set(map(canonical, b))],
    "required": lambda a, b: list(dict.fromkeys([*a, *b])),
    "properties": lambda a, b: {name: intersection(a.get(name, {}), b.get(name, {})) for name in {**a, **b}},
    "items": intersection,
    "pattern": lambda a, b: rf"^(?=[\s\S]*(?:{a}))(?=[\s\S]*(?:{b}))",
    "uniqueItems": lambda a, b: a or b,
    "format": lambda a, _: a,
    "x-from-example": lambda a, _: a,
}


def union(branches: Sequence[Schema]) -> Schema:
    """The plain schema of the values that any branch allows.

    If no plain schema expresses this, the types are those of all branches, and the branches are kept under ``anyOf`` as
    they are.
    """
    if any(branch == {} for branch in branches):
        return {}
    nullable = any("null" in branch.get("type", ()) for branch in branches)
    named = [
        {**branch, "type": [name for name in branch.get("type", ()) if name != "null"]}
        for branch in branches
        if branch.get("type") != ["null"]
    ]
    types = list(dict.fromkeys(name for branch in named for name in branch["type"]))
    if not all(branch["type"] for branch in named):
        types = []
    put = _put_together(named)
    merged: Schema = {"anyOf": sorted(branches, key=canonical)} if put is None else put
    if types or nullable:
        merged["type"] = types + ["null"] * nullable
    return merged


def _put_together(branches: Sequence[Schema]) -> Schema | None:
    """The keywords besides ``type`` that are equivalent to all branches together; None if none are."""
    rests = [{name: value for name, value in branch.items() if name != "type"} for branch in branches]
    if len({canonical(rest) for rest in rests}) <= 1:
        return dict(rests[0]) if rests else {}
    if all(set(rest) == {"enum"} for rest in rests):
        options = {canonical(option): option for rest in rests for option in rest["enum"]}
        return {"enum": list(options.values())}
    if all(set(rest) == {"pattern"} for rest in rests) and all(branch["type"] == ["string"] for branch in branches):
        return {"pattern": "|".join(f"(?:{rest['pattern']})" for rest in rests)}
    if _apart(branches) and not any("enum" in rest for rest in rests):
        # Each keyword constrains values of one type only.
        return {name: value for rest in rests for name, value in rest.items()}
    return None


def _apart(branches: Sequence[Schema]) -> bool:
    """Whether the branches have disjoint types."""
    kinds = [set(branch["type"]) for branch in branches]
    together: set[str] = set().union(*kinds)
    return all(kinds) and sum(map(len, kinds)) == len(together) and not {"integer", "number"} <= together
