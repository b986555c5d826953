"""The phrases of documentation pages: ``string<email> | null``, ``Pattern: ...``, ``Available options:``, limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from contracts.json_text import type_name

if TYPE_CHECKING:
    from contracts.openapi.document_text import Schema

_NAMES: Final = "string|number|integer|boolean|object|array|any|file"
_PART: Final = re.compile(
    rf"(?:enum<(?P<option>{_NAMES})>|(?P<name>{_NAMES})(?:<(?P<format>[\w-]+)>)?)(?P<lists>(?:\[\])*)"
)
_NUMBER: Final = r"-?\d+(?:\.\d+)?"
_SUBJECTS: Final = {"string length": "Length", "array length": "Items"}
#: Words that introduce limits of a value on a page.
_LENGTH: Final = re.compile(
    rf"(?P<which>Required|Minimum|Maximum) (?P<subject>string length|array length): "
    rf"(?P<low>{_NUMBER})(?: - (?P<high>{_NUMBER}))?(?: elements?| characters?)?"
)
_RANGE: Final = re.compile(
    rf"Required range: (?:(?P<low>{_NUMBER}) (?P<above><=?) )?x(?: (?P<than><=?|>=?) (?P<bound>{_NUMBER}))?"
)


def read_type(text: str) -> Schema | None:
    """The schema of a type as pages write it, such as ``string[] | null``; None for other texts.

    ``enum<...>`` gives an empty ``enum``, which is filled when the options are read.
    """
    types: list[str] = []
    schema: Schema = {}
    for part in text.split(" | "):
        if part == "null":
            types.append("null")
            continue
        match = _PART.fullmatch(part)
        if match is None:
            return None
        inner = _one(match)
        schema.update({name: value for name, value in inner.items() if name != "type"})
        types.extend([inner["type"]] if "type" in inner else [])
    if types == ["null"]:
        return None
    return {"type": types if len(types) > 1 else types[0], **schema} if types else schema


def _one(match: re.Match[str]) -> Schema:
    name = match["option"] or match["name"]
    schema: Schema = {} if name == "any" else {"type": name}
    if name == "file":
        schema = {"type": "string", "format": "binary"}
    if match["format"]:
        schema["format"] = match["format"]
    if match["option"]:
        schema["enum"] = []
    for _ in range(len(match["lists"]) // 2):
        schema = {"type": "array", "items": schema}
    return schema


def apply_pattern(schema: Schema, pattern: str) -> None:
    """Apply ``Pattern: ...`` of a member; that of a list applies to its items."""
    _innermost(schema)["pattern"] = pattern


def apply_options(schema: Schema, options: list[str]) -> None:
    """Apply ``Available options: ...`` of a member; as numbers if that is its type."""
    inner = _innermost(schema)
    kinds = _types(inner)
    values: list[Any] = [_option(option, kinds) for option in options]
    inner["enum"] = [*values, None] if "null" in kinds else values


def _option(text: str, kinds: list[str]) -> Any:
    if "string" not in kinds and re.fullmatch(_NUMBER, text):
        return float(text) if "." in text else int(text)
    return text


def apply_limit(schema: Schema, line: str) -> bool:
    """Apply a statement about length or range; False if the line is none."""
    if (match := _LENGTH.fullmatch(line)) is not None:
        word = _SUBJECTS[match["subject"]]
        if match["which"] == "Required":
            schema[f"min{word}"] = int(match["low"])
            schema[f"max{word}"] = int(match["high"] or match["low"])
        else:
            schema[f"{match['which'][:3].lower()}{word}"] = int(match["low"])
        return True
    if (match := _RANGE.fullmatch(line)) is None or not (match["low"] or match["bound"]):
        return False
    if match["low"]:
        schema["exclusiveMinimum" if match["above"] == "<" else "minimum"] = float(match["low"])
    if match["bound"]:
        end = "inimum" if match["than"].startswith(">") else "aximum"
        strict = len(match["than"]) == 1
        kind = f"exclusive{'M' + end}" if strict else f"m{end}"
        schema[kind] = float(match["bound"])
    return True


def _types(schema: Schema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _innermost(schema: Schema) -> Schema:
    while "array" in _types(schema) and isinstance(schema.get("items"), dict):
        schema = schema["items"]
    return schema


def from_example(value: Any) -> Schema:
    """The schema of an example: types, and members, all required."""
    if isinstance(value, list) and value:
        return {"type": "array", "items": from_example(value[0])}
    if isinstance(value, dict) and value:
        members = {name: from_example(member) for name, member in value.items()}
        return {"type": "object", "x-from-example": True, "required": list(members), "properties": members}
    return {"type": type_name(value)} if value is not None else {}


def complete_from_example(schema: Schema, example: Any) -> None:
    """Add the members that an example shows to objects whose members are not listed.

    A member of the example that is missing in a list is added and marked as one from an example.
    """
    if not isinstance(example, dict):
        return
    listed = schema.setdefault("properties", {})
    for name, value in example.items():
        if name not in listed:
            listed[name] = {**from_example(value), "x-from-example": True}
        elif isinstance(value, dict) and value and "object" in _types(listed[name]):
            if "properties" in listed[name]:
                complete_from_example(listed[name], value)
            else:
                shown = from_example(value)
                listed[name].update({key: shown[key] for key in ("x-from-example", "required", "properties")})
