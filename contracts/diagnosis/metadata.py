"""Objects that lose members, or are refused for their depth, size or names."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.diagnosis.models import FAILS, REFUSES, Hypothesis, stores, when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract

Name = Callable[[str], bool]

_LEVELS: Final = (1, 2, 3, 4, 5, 6, 8, 10, 16, 20, 31, 32)
_SIZES: Final = (10, 16, 20, 32, 50, 64, 99, 100, 128, 255, 256, 500, 1_000, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768)
#: Names of members that services drop, in words.
_NAMES: Final[dict[str, Name]] = {
    "are empty": lambda name: not name,
    "begin with $": lambda name: name.startswith("$"),
    "begin with _": lambda name: name.startswith("_"),
    "begin with __": lambda name: name.startswith("__"),
    "contain a full stop": lambda name: "." in name,
    "contain a full stop or begin with $": lambda name: "." in name or name.startswith("$"),
    "are __proto__": lambda name: name == "__proto__",
    "are __proto__ or constructor": lambda name: name in {"__proto__", "constructor"},
    "are __proto__, constructor or prototype": lambda name: name in {"__proto__", "constructor", "prototype"},
    "are id": lambda name: name == "id",
    "contain U+0000": lambda name: "\0" in name,
    "are not ASCII": lambda name: not name.isascii(),
    "contain white space": lambda name: any(map(str.isspace, name)),
    "are numbers": str.isdecimal,
}
_VALUES: Final[dict[str, Callable[[Any], bool]]] = {
    "are null": lambda value: value is None,
    "are empty texts": lambda value: value == "",
    "are empty lists": lambda value: value == [],
    "are empty objects": lambda value: value == {},
    "are null or empty": lambda value: value is None or value in ("", [], {}),
    "are false": lambda value: value is False,
    "are false, 0, empty texts or null": lambda value: value is None or value in ("", 0),  # lists cannot be hashed
}


def object_hypotheses(contract: Contract) -> Iterator[Hypothesis]:
    """For each field that holds objects of any members."""
    for field in contract.fields:
        if "object" in field.types:
            yield from _refusals(field.path)
            if field.path in contract.echoed:
                yield from _losses(field.path)


def _refusals(name: str) -> Iterator[Hypothesis]:
    for prediction, verb in ((REFUSES, "is refused"), (FAILS, "makes the service fail")):
        for levels in _LEVELS:
            deeper = partial(_is_deeper, levels)
            yield when(f"{name}: an object of more than {levels} levels {verb}", name, deeper, prediction, 5)
        for size in _SIZES:
            more, larger = partial(_has_more, size), partial(_is_larger, size)
            yield when(f"{name}: an object of more than {size:,} members {verb}", name, more, prediction, 5)
            yield when(f"{name}: an object of more than {size:,} bytes {verb}", name, larger, prediction, 5)
        for what, has in _NAMES.items():
            named, anywhere = partial(_has_member, has), partial(_has_inner_member, has)
            yield when(f"{name}: an object with members whose names {what} {verb}", name, named, prediction, 5)
            yield when(f"{name}: an object with names inside that {what} {verb}", name, anywhere, prediction, 6)


def _losses(name: str) -> Iterator[Hypothesis]:
    for what, has in _NAMES.items():
        dropped = partial(_without_named, has)
        yield stores(f"{name}: members whose names {what} are dropped", name, _is_object, dropped, 5)
    for what, is_so in _VALUES.items():
        outer = partial(_without_valued, is_so)
        inner = partial(_without_inner, is_so)
        yield stores(f"{name}: members that {what} are dropped", name, _is_object, outer, 5)
        yield stores(f"{name}: members that {what} are dropped on every level", name, _is_object, inner, 5)
    for word, change in (("lower", str.lower), ("upper", str.upper)):
        yield stores(
            f"{name}: names of members are stored in {word} case", name, _is_object, partial(_renamed, change), 5
        )
    yield stores(
        f"{name}: blanks around names of members are removed", name, _is_object, partial(_renamed, str.strip), 5
    )


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_deeper(levels: int, value: Any) -> bool:
    return isinstance(value, dict) and json_text.depth(value) > levels


def _has_more(size: int, value: Any) -> bool:
    return isinstance(value, dict) and len(value) > size


def _is_larger(size: int, value: Any) -> bool:
    return isinstance(value, dict) and len(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) > size


def _has_member(has: Name, value: Any) -> bool:
    return isinstance(value, dict) and any(map(has, value))


def _has_inner_member(has: Name, value: Any) -> bool:
    return isinstance(value, dict) and any(_has_member(has, node) for node in json_text.nodes(value))


def _without_named(dropped: Name, value: Any) -> Any:
    return {name: inner for name, inner in value.items() if not dropped(name)}


def _without_valued(dropped: Callable[[Any], bool], value: Any) -> Any:
    return {name: inner for name, inner in value.items() if not dropped(inner)}


def _without_inner(dropped: Callable[[Any], bool], value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_inner(dropped, inner) for name, inner in value.items() if not dropped(inner)}
    return [_without_inner(dropped, item) for item in value] if isinstance(value, list) else value


def _renamed(change: Callable[[str], str], value: Any) -> Any:
    return {change(name): inner for name, inner in value.items()}
