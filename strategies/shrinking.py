"""Shrinking of failing requests: candidates for a smaller case.

Requests are generated, not sent. Hypothesis shrinks what it drew; this module shrinks any case with a JSON body, so
that cases of the deterministic sets get a smallest input too, with few requests (delta debugging: A. Zeller and R.
Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28(2), 2002).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from contracts import json_text
from contracts.exchange import VALID_HEADERS
from strategies.encoding import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from contracts.exchange import Case
    from strategies.unique_names import UniqueNames

#: Containers up to this size, and texts up to this length, are also reduced item by item.
_FEW: Final = 8
_SHORT: Final = 48
_PLAIN: Final = "a"
#: The smallest numbers that integers of 16, 32 and 64 bits and the mantissa of a double cannot hold.
_LIMITS: Final = (2**15, 2**31, 2**53 + 1, 2**63)


def shrink(
    case: Case,
    names: UniqueNames,
    still_fails: Callable[[Case], bool],
    *,
    keep: Collection[str] = (),
    where: str = "",
    limit: int = 40,
) -> Case:
    """The smallest case found for which ``still_fails`` is true.

    Args:
        case: A case that fails.
        names: Gives each candidate new names.
        still_fails: Sends a candidate; called ``limit`` times at most.
        keep: The members that a body must have.
        where: JSON pointer to the part of the body that is likely to matter; empty if none is known.
        limit: The maximum number of candidates.

    Returns:
        The case itself if nothing smaller fails.
    """
    tried = {names.anonymous(case)}
    reduced = True
    while reduced:
        reduced = False
        for candidate in candidates(case, names, keep=keep, where=where):
            known = names.anonymous(candidate)
            if known in tried:
                continue
            if limit == 0:
                return case
            tried.add(known)
            limit -= 1
            if still_fails(candidate):
                case, reduced = candidate, True
                break
    return case


def candidates(case: Case, names: UniqueNames, *, keep: Collection[str] = (), where: str = "") -> Iterator[Case]:
    """Smaller variants of a case, the most promising first, each with a new unique name if it has one.

    None for a body that is not JSON. For the arguments see :func:`shrink`.
    """
    body = parsed(case)
    if body is json_text.ABSENT:
        return
    if case.unusual_headers:
        yield names.renew(replace(case, headers=VALID_HEADERS))
    if where and isinstance(body, dict):
        parts = json_text.pointer_parts(where)
        rest = {name: value for name, value in body.items() if name in keep and name != parts[0]}
        yield names.renew(case.with_body(encode(rest | _only(body, parts))))
    plain = encode(body)
    if case.body != plain:
        yield names.renew(case.with_body(plain))
    for smaller in _smaller_bodies(body, names, keep):
        yield names.renew(case.with_body(encode(smaller)))


def parsed(case: Case) -> Any:
    """The body's JSON value, or ``ABSENT`` if it has none."""
    try:
        return json_text.parse(case.body or b"").value
    except (json_text.MalformedJSON, json_text.NotUTF8):
        return json_text.ABSENT


def members(case: Case) -> tuple[str, ...]:
    """The names of the body's members; empty if the body is no JSON object."""
    body = parsed(case)
    return tuple(body) if isinstance(body, dict) else ()


def without(case: Case, member: str, names: UniqueNames) -> Case:
    """The case without one member of its body; raises KeyError if there is none of this name."""
    body = parsed(case)
    if not isinstance(body, dict) or member not in body:
        raise KeyError(f"Expected a body with the member {member!r}, it has {list(members(case))}")
    return names.renew(case.with_body(encode({name: value for name, value in body.items() if name != member})))


def _only(value: Any, path: Sequence[str]) -> Any:
    """The value without what is beside a path in it, as far as it has this path."""
    if not path:
        return value
    if isinstance(value, dict):
        return {path[0]: _only(value[path[0]], path[1:])} if path[0] in value else {}
    if isinstance(value, list) and path[0].isdecimal():
        return [_only(item, path[1:]) for item in value[int(path[0]) :][:1]]
    return value


def _smaller_bodies(body: Any, names: UniqueNames, keep: Collection[str]) -> Iterator[Any]:
    if not isinstance(body, dict):
        yield from _smaller(body, names)
        return
    kept = {name: value for name, value in body.items() if name in keep}
    if len(kept) < len(body):
        yield kept
        others = [name for name in body if name not in keep]
        if len(others) > 1:
            yield from (kept | {name: body[name]} for name in others)
            yield from ({key: value for key, value in body.items() if key != name} for name in others)
    # Ordinary values in required members, at one request each, before the long search through the others.
    yield from ({**body, name: _PLAIN} for name, value in body.items() if isinstance(value, str) and name in keep)
    # Most reductions apply to the member with the longest text.
    for name in sorted(body, key=lambda member: -len(encode(body[member]))):
        yield from ({**body, name: smaller} for smaller in _smaller(body[name], names))


def _smaller(value: Any, names: UniqueNames) -> Iterator[Any]:
    if isinstance(value, str):
        before, name, behind = names.split(value)
        if name:
            yield from (f"{text}{name}{behind}" for text in _smaller_texts(before))
            yield from (f"{before}{name}{text}" for text in _smaller_texts(behind))
        else:
            yield from _smaller_texts(value)
    elif isinstance(value, list):
        yield from _smaller_lists(value, names)
    elif isinstance(value, dict):
        yield from _smaller_objects(value, names)
    elif json_text.is_number(value):
        yield from _smaller_numbers(value)


def _smaller_texts(text: str) -> Iterator[str]:
    if not text:
        return
    size = len(text)
    yield ""
    if text != _PLAIN:
        yield _PLAIN
    if text.strip(_PLAIN):
        yield _PLAIN * size
    pieces = [text[start:end] for start, end in _chunks(size)]
    yield from pieces
    if not text.strip(_PLAIN):
        # Only its length can matter: search for the limit.
        yield from (text[: size - step] for step in _halvings(size // 4))
        return
    if size <= _SHORT:
        yield from sorted(set(text) - set(pieces), key=lambda char: (char.isalnum(), char))
        yield from (text[:at] + text[at + 1 :] for at in range(size))
        yield from (text[:at] + _PLAIN + text[at + 1 :] for at in range(size) if text[at] != _PLAIN)


def _smaller_numbers(number: float) -> Iterator[float]:
    sign = -1 if number < 0 else 1
    # Most limits are those of integers of a size: halving would take long to get there.
    simple: list[float] = [0, 1, -1, *(sign * limit for limit in _LIMITS)]
    if number != number // 1 or abs(number) > 2**53:
        simple += [0.5, 1.5]
    if abs(number) < 2**53:
        simple.append(round(number, 2))
    whole = int(number) if abs(number) < 2**1023 else 0
    simple += [whole, whole // 2, whole - whole // 4, whole - 1 if whole > 0 else whole + 1]
    for candidate in dict.fromkeys(simple):
        if abs(candidate) < abs(number) or (
            candidate == number and isinstance(number, float) and isinstance(candidate, int)
        ):
            yield candidate


def _smaller_lists(items: list[Any], names: UniqueNames) -> Iterator[list[Any]]:
    if not items:
        return
    yield []
    yield from (items[start:end] for start, end in _chunks(len(items)))
    yield from (items[:start] + items[end:] for start, end in _chunks(len(items)) if 2 * (end - start) < len(items))
    if len(items) <= _FEW:
        for at, item in enumerate(items):
            yield from ([*items[:at], smaller, *items[at + 1 :]] for smaller in _smaller(item, names))


def _smaller_objects(members_: dict[str, Any], names: UniqueNames) -> Iterator[dict[str, Any]]:
    if not members_:
        return
    pairs = list(members_.items())
    yield {}
    yield from _inner_objects(members_)
    yield from (dict(pairs[start:end]) for start, end in _chunks(len(pairs)))
    yield from (
        dict(pairs[:start] + pairs[end:]) for start, end in _chunks(len(pairs)) if 2 * (end - start) < len(pairs)
    )
    if len(pairs) > _FEW:
        return
    for at, (name, value) in enumerate(pairs):
        yield from (dict([*pairs[:at], (name, smaller), *pairs[at + 1 :]]) for smaller in _smaller(value, names))
    for at, (name, value) in enumerate(pairs):
        for smaller in _smaller_texts(name):
            if smaller not in members_:
                yield dict([*pairs[:at], (smaller, value), *pairs[at + 1 :]])


def _inner_objects(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Inner objects instead of the outer ones, the deepest first: they make deep values shallow."""
    chain: list[Any] = [value]
    while chain[-1]:
        inside = chain[-1].values() if isinstance(chain[-1], dict) else chain[-1]
        deeper = next((inner for inner in inside if isinstance(inner, dict | list)), None)
        if deeper is None:
            break
        chain.append(deeper)
    for step in _halvings(len(chain) // 2):
        inner = next((node for node in chain[step:] if isinstance(node, dict)), None)
        if inner is not None:
            yield inner


def _chunks(size: int) -> Iterator[tuple[int, int]]:
    """Halves, then quarters, and so on down to single items; single items only if there are few."""
    parts = 2
    while parts < 2 * size:
        edges = sorted({round(size * part / parts) for part in range(parts + 1)})
        if len(edges) - 1 > 2 * _FEW:
            return
        yield from ((edges[at], edges[at + 1]) for at in range(len(edges) - 1))
        parts *= 2


def _halvings(size: int) -> Iterator[int]:
    while size > 0:
        yield size
        size //= 2
