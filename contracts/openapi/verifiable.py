"""Separates the constraints of a plain schema that clauses verify from all others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contracts.openapi.document_text import DocumentError
from contracts.openapi.idle_limits import effective
from contracts.patterns import Pattern, PatternError, PatternTooLargeError

if TYPE_CHECKING:
    from contracts.openapi.document_text import Schema

_TYPES: Final = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
#: Keywords that clauses, oracle and strategies use.
_FOLLOWED: Final = frozenset({"type", "enum", "pattern", "format", "items", "properties", "required"})
#: The key for the keywords that no clause verifies.
LIMITS: Final = "x-limits"
#: The maximum length of a keyword's value in a phrase.
_SHOWN: Final = 80


class Verifiable(NamedTuple):
    """A schema whose other keywords are under :data:`LIMITS`, and these as phrases."""

    schema: Schema
    not_verified: tuple[str, ...]


def verifiable(schema: Schema, where: str) -> Verifiable:
    """Separate the keywords that no clause verifies.

    Args:
        schema: A plain schema.
        where: The name of what it describes, as in clauses.

    Raises:
        DocumentError: A type or a list of options is invalid.
    """
    kept: Schema = {}
    limits: Schema = {}
    told: list[str] = []
    for keyword, value in effective(schema).items():
        inner = f"{where}.{keyword}"
        if keyword == "properties":
            parts = {name: verifiable(member, f"{where}.{name}") for name, member in value.items()}
            kept[keyword] = {name: part.schema for name, part in parts.items()}
            told += [phrase for part in parts.values() for phrase in part.not_verified]
        elif keyword == "items":
            kept[keyword], phrases = verifiable(value, inner)
            told += phrases
        elif (keyword in _FOLLOWED and _is_followed(keyword, value, where)) or keyword.startswith("x-"):
            kept[keyword] = value
        else:
            limits[keyword] = value
            told.append(f"{where}: {keyword} {_shown(value)}")
    return Verifiable({**kept, LIMITS: limits} if limits else kept, tuple(told))


def _is_followed(keyword: str, value: Any, where: str) -> bool:
    if keyword == "type":
        types = {value} if isinstance(value, str) else set(value)
        if not types <= _TYPES or types == {"null"}:
            raise DocumentError(f"{where}: expected types among {sorted(_TYPES - {'null'})}, received {value!r}")
    elif keyword == "enum" and not value:
        raise DocumentError(f"{where}: expected enum to be a list of options, received {value!r}")
    elif keyword == "pattern":
        try:
            Pattern.compile(value)
        except PatternTooLargeError as problem:
            raise DocumentError(f"{where}: {problem}") from None
        except PatternError:
            return False
    return True


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
