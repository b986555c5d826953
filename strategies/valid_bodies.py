"""Random valid bodies: every optional member, every documented null, hard values and ordinary ones.

There are few draws, because generation costs more than sending. The simplest choice comes first everywhere, so that a
failing example shrinks to required members with ordinary values. A unique name is not drawn: its placeholder is in the
body, and :meth:`strategies.unique_names.UniqueNames.fill` replaces it, so that an example can be replayed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from contracts.json_text import ABSENT
from contracts.oracle import is_disputed
from contracts.patterns import Pattern
from strategies.contract_in_use import for_contract
from strategies.encoding import STYLES, Style, encode, json_case
from strategies.hard_objects import HARD_OBJECTS, PROTECTED_NAMES
from strategies.hard_texts import hard_texts
from strategies.json_values import HARD_NUMBERS
from strategies.patterns import members
from strategies.surrounding_fields import (
    MARK_MEMBER,
    MARKED,
    USUAL_NAME,
    admits,
    free_object,
    hard_values,
    is_name_like,
    ordinary,
)
from strategies.unique_names import PLACEHOLDER

if TYPE_CHECKING:
    from contracts.document import Contract, Field
    from contracts.exchange import Case

_CHARACTERS: Final = st.characters(codec="utf-8", exclude_characters="\x00")
#: Around the limits of integer types.
_INTEGERS: Final = st.one_of(
    st.integers(0, 100),
    st.integers(-(2**53), 2**53),
    st.sampled_from([n for k in (7, 15, 31, 53) for n in (2**k, -(2**k) - 1)]),
)
_FLOATS: Final = st.floats(allow_nan=False, allow_infinity=False)
#: Larger values (in bytes) are in the deterministic sets only: as random values they cost too much.
_LARGE: Final = 1_200
#: Styles of encoding, mostly the shortest.
STYLED: Final[st.SearchStrategy[Style]] = st.sampled_from((STYLES[0],) * 6 + STYLES[1:])


def _hard_texts(pattern: str | None) -> list[str]:
    return [hard.text for hard in hard_texts(pattern) if len(hard.text) <= _LARGE // 4]


def _size(value: Any) -> int:
    return len(encode(value))


def texts(max_size: int = 40) -> st.SearchStrategy[str]:
    """Any text without U+0000 and lone surrogates, including the classes of hard texts. Shrinks to the empty text."""
    return st.one_of(st.text(_CHARACTERS, max_size=max_size), st.sampled_from(_hard_texts(None)))


def numbers() -> st.SearchStrategy[Any]:
    """Numbers within or near the precision of doubles, written in several ways. Shrinks to 0."""
    return st.one_of(_INTEGERS, _FLOATS, st.sampled_from([named.value for named in HARD_NUMBERS]))


def json_scalars() -> st.SearchStrategy[Any]:
    """Any JSON value that is not an array or object. Shrinks to null."""
    return st.one_of(st.none(), st.booleans(), _INTEGERS, _FLOATS, texts())


@lru_cache(maxsize=1)
def json_values() -> st.SearchStrategy[Any]:
    """JSON values of every type, two levels deep at most. Shrinks to null."""
    scalars = json_scalars()
    return st.one_of(scalars, st.lists(scalars, max_size=4), st.dictionaries(_names(), scalars, max_size=4))


@lru_cache(maxsize=1)
def json_objects() -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects with members that any parser must preserve. Shrinks to the empty one."""
    small = sorted((named.value for named in HARD_OBJECTS if _size(named.value) <= _LARGE), key=_size)
    return st.one_of(st.dictionaries(_names(), json_values(), max_size=5), st.sampled_from(small))


def _names() -> st.SearchStrategy[str]:
    # Bodies with protected names are UNSPECIFIED.
    hard = [text for text in _hard_texts(None) if text not in PROTECTED_NAMES]
    any_name = st.one_of(st.text(_CHARACTERS, max_size=12), st.sampled_from(hard))
    return any_name.filter(lambda name: name not in PROTECTED_NAMES)


@lru_cache(maxsize=256)
def valid_values(field: Field) -> st.SearchStrategy[Any]:
    """Valid values of a field; null only if nothing else is valid."""
    if field.enum is not None or not field.types:
        return st.sampled_from([ordinary(field), *(named.value for named in hard_values(field))])
    return st.one_of([_of_type(field, kind) for kind in field.types])


def _of_type(field: Field, kind: str) -> st.SearchStrategy[Any]:
    if kind == "string":
        hard = _hard_texts(field.pattern)
        any_text = texts() if field.pattern is None else _undisputed(field, members(Pattern.compile(field.pattern)))
        return st.one_of(any_text, st.sampled_from(hard)) if hard else any_text
    if kind == "array":
        if field.items is None:
            return st.lists(json_values(), max_size=6)
        lists = st.lists(optional_null(field.items, valid_values(field.items)), max_size=6)
        small = sorted((named.value for named in hard_values(field) if _size(named.value) <= _LARGE), key=_size)
        return st.one_of(lists, st.sampled_from(small))
    if kind == "object":
        return member_objects(field.members) if field.members else json_objects()
    return {
        "number": numbers(),
        "integer": st.one_of(_INTEGERS, st.sampled_from([named.value for named in hard_values(field)])),
        "boolean": st.booleans(),
    }[kind]


def _undisputed(field: Field, texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts that no service may refuse: matching addresses that the e-mail standards also allow."""
    return texts.filter(lambda text: not is_disputed(text)) if field.format == "email" else texts


def optional_null(field: Field, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The values, and null if the field documents it."""
    return st.one_of(st.none(), values) if field.nullable else values


def member_values(field: Field) -> st.SearchStrategy[Any]:
    """A field's valid values, null if documented, ``ABSENT`` if it is optional; shrinks to these."""
    values = optional_null(field, valid_values(field))
    return values if field.required else st.one_of(st.just(ABSENT), values)


def member_objects(fields: tuple[Field, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with these members, each present, absent or null as the document allows."""
    return st.tuples(*[member_values(field) for field in fields]).map(
        lambda values: {f.name: value for f, value in zip(fields, values, strict=True) if value is not ABSENT}
    )


def marked(contract: Contract, body: dict[str, Any], about: str | None = None) -> dict[str, Any]:
    """The body with the placeholder of a unique name if one fits; nothing is drawn.

    The member that the case is ``about`` is not changed, and none is added, so that the smallest body stays small.
    """
    fields = {field.path: field for field in contract.fields if field.path != about}
    if MARKED in fields and isinstance(body.get(MARKED), str):
        text = f"{body[MARKED]}{PLACEHOLDER}"
        # Patterns are tested with an example of a name, not with the placeholder.
        fits = admits(fields[MARKED], text.replace(PLACEHOLDER, USUAL_NAME))
        return body | {MARKED: text if fits else PLACEHOLDER}
    free = free_object(contract)
    if free is not None and free.path != about and isinstance(body.get(free.path), dict):
        return body | {free.path: {MARK_MEMBER: PLACEHOLDER, **body[free.path]}}
    for path, field in fields.items():
        words = body.get(path)
        if is_name_like(field) and isinstance(words, str) and admits(field, f"{USUAL_NAME}{words}"):
            return body | {path: f"{PLACEHOLDER}{words}"}
    return body


def valid_bodies(contract: Contract | None = None) -> st.SearchStrategy[Case]:
    """Requests with a valid body, which must be created, with a placeholder for a unique name.

    Every combination of optional members and every documented null occurs, in several encodings. The default contract
    is the page.

    >>> from hypothesis import find
    >>> find(valid_bodies(), lambda case: True).body
    b'{"displayName":"{name}a"}'
    """
    return for_contract(_valid_bodies, contract)


def _valid_bodies(contract: Contract) -> st.SearchStrategy[Case]:
    return st.builds(
        lambda body, style: json_case(
            marked(contract, body), case_set="random.valid", intent="a valid body", style=style
        ),
        member_objects(contract.fields),
        STYLED,
    )
