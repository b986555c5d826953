"""YAML with the core schema of YAML 1.2, as in OpenAPI documents: ``NO`` is a string and not false."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: The maximum number of members of all mappings, including those from merge keys.
_MOST_MERGED: Final = 2_000_000
#: Tags of YAML 1.1 that are not used: booleans such as ``no``, dates, ``=`` and ``1:30`` as numbers.
_OLD: Final = frozenset({"bool", "timestamp", "value", "int"})


class _Loader(_Base):  # type: ignore[misc]
    """Loads scalars by YAML 1.2.2, section 10.3.2."""

    yaml_implicit_resolvers: Final = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in _OLD]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }
    _merged = 0

    def flatten_mapping(self, node: Any) -> None:
        """Resolve merge keys; nested merges could grow without limit."""
        super().flatten_mapping(node)
        self._merged += len(node.value)
        if self._merged > _MOST_MERGED:
            raise yaml.YAMLError(f"its merge keys (<<) come to more than {_MOST_MERGED:,} members")


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:[Tt]rue|TRUE|[Ff]alse|FALSE)\Z"), list("tTfF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?[0-9]+\Z"), list("-+0123456789"))


def _decimal(loader: Any, node: Any) -> int:
    return int(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:int", _decimal)


def load_yaml(text: str) -> Any:
    """The value of one YAML document; raises ValueError with the position of an error."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a safe loader with other scalars
    except (yaml.YAMLError, RecursionError) as problem:
        raise ValueError(str(problem) or "nested too deeply") from None
