"""The lines of the contract document with the promises of clauses."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import yaml

from contracts.document import DEFAULT_DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def lines_of(clauses: Iterable[str]) -> dict[str, int]:
    """The line of each clause in the document, from 1; 1 if no schema has the promise."""
    wanted = list(clauses)
    if not wanted:
        return {}
    members = _members(DEFAULT_DOCUMENT)
    return {clause: _line(clause, members) for clause in wanted}


def _line(clause: str, members: dict[str, int]) -> int:
    path = clause
    while path:
        if path in members:
            return members[path]
        path = path.rpartition(".")[0]
    return 1


@lru_cache(maxsize=4)
def _members(path: Path) -> dict[str, int]:
    """``request.displayName`` and ``response.201.plan.id`` with their lines.

    The request's schema is the one under ``requestBody``, found through local references.
    """
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    found: dict[str, int] = {}
    operation = _at(root, ["paths", "/v1/projects", "post"])
    media = ["content", "application/json", "schema"]
    _collect(root, _at(operation, ["requestBody", *media]), "request", found)
    _collect(root, _at(operation, ["responses", "201", *media]), "response.201", found)
    return found


def _at(node: yaml.Node | None, names: list[str]) -> yaml.Node | None:
    for name in names:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for key, value in pairs if key.value == name), None)
    return node


def _collect(root: yaml.Node | None, node: yaml.Node | None, prefix: str, found: dict[str, int]) -> None:
    reference = _at(node, ["$ref"])
    if reference is not None:
        node = _at(root, str(reference.value).removeprefix("#/").split("/"))
    if node is None:
        return
    found.setdefault(prefix, node.start_mark.line + 1)
    properties = _at(node, ["properties"])
    for key, value in properties.value if isinstance(properties, yaml.MappingNode) else []:
        found[f"{prefix}.{key.value}"] = key.start_mark.line + 1
        _collect(root, value, f"{prefix}.{key.value}", found)
