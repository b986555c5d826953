"""Random requests that are invalid as a whole: malformed JSON, another media type, no right key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from hypothesis import assume
from hypothesis import strategies as st

from contracts.exchange import Case
from contracts.json_text import MalformedJSON, NotUTF8, parse
from contracts.secrets import WRONG_KEYS
from strategies.cases.authorization_cases import MISPLACED_KEYS, OTHER_CREDENTIALS
from strategies.cases.media_type_cases import WRONG_MEDIA_TYPES
from strategies.encoding import Token, encode, with_header, without_header
from strategies.surrounding_fields import free_object
from strategies.valid_bodies import STYLED, marked, member_objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.document import Contract

_CASE_SET: Final = "random.adversarial"
#: Literals of other languages; numbers that JSON does not have are drawn.
_FOREIGN_VALUES: Final = ("NaN", "Infinity", "-Infinity", "undefined", "None", "True", "0x10", "'x'", "x")
_FOREIGN_NUMBERS: Final = st.from_regex(r"[+-]?[0-9_.]{1,4}([eE][+-]?[0-9]?)?", fullmatch=True)
#: Structural characters of JSON, and some that lenient parsers accept instead.
_CHARACTERS: Final = "{}[]\",:\\ \n\t019+-.e';#=`xn/*\x00\x0b\xa0\ufeff"
#: Bodies in syntaxes that are not JSON, but that some services accept as JSON.
_OTHER_SYNTAXES: Final[tuple[Callable[[dict[str, Any]], str], ...]] = (
    lambda body: "\n".join(f"{name}: {encode(value).decode()}" for name, value in body.items()),  # YAML, TOML with "="
    lambda body: "\n".join(f"{name} = {encode(value).decode()}" for name, value in body.items()),
    lambda body: urlencode({name: value for name, value in body.items() if isinstance(value, str)}),
    repr,  # of Python
)


def malformed_bodies(contract: Contract) -> st.SearchStrategy[Case]:
    """Bodies that are not JSON: a valid one with a changed character, truncated, with a foreign literal, or YAML."""
    bodies, places_of_values = _valid(contract), _places_of_values(contract)
    values = st.sampled_from(_FOREIGN_VALUES) | _FOREIGN_NUMBERS
    characters = st.sampled_from(_CHARACTERS) | st.just("")

    @st.composite
    def malformed(draw: st.DrawFn) -> Case:
        body, way = draw(bodies), draw(st.integers(0, 3))
        if way == 0:
            text = _foreign(body, draw(places_of_values), draw(values))
        elif way == 1:
            text = draw(st.sampled_from(_OTHER_SYNTAXES))(body)
        else:
            text = encode(body, draw(STYLED)).decode()
            place = draw(st.integers(0, len(text) - 1))
            text = text[: place + 1] if way == 2 else _edited(text, place, draw(characters), draw(st.booleans()))
        assume(_is_malformed(text.encode()))
        return _case(text.encode(), "request.body.json")

    return malformed()


def mistyped_requests(contract: Contract) -> st.SearchStrategy[Case]:
    """Valid bodies under another media type."""
    return _under(contract, "request.mediaType", "Content-Type", st.sampled_from(WRONG_MEDIA_TYPES))


def unauthorized_requests(contract: Contract) -> st.SearchStrategy[Case]:
    """Valid bodies without the right key as a bearer token."""
    made_up = st.from_regex(r"Bearer [A-Za-z0-9._-]{1,40}", fullmatch=True)
    changed = [f"Bearer {template}" for template in WRONG_KEYS]
    credentials = st.one_of(
        st.sampled_from((None, *OTHER_CREDENTIALS, *MISPLACED_KEYS)), st.sampled_from(changed), made_up
    )
    return _under(contract, "authorization.required", "Authorization", credentials)


def _under(
    contract: Contract, clause: str, header: str, values: st.SearchStrategy[str | None]
) -> st.SearchStrategy[Case]:
    """Valid bodies with another value of one header, or without the header."""
    bodies = _valid(contract)

    @st.composite
    def request(draw: st.DrawFn) -> Case:
        case, value = _case(encode(draw(bodies)), clause), draw(values)
        return without_header(case, header) if value is None else with_header(case, header, value)

    return request()


def _valid(contract: Contract) -> st.SearchStrategy[dict[str, Any]]:
    """Valid bodies; half of them have only the required members, which some services validate less strictly."""
    required = member_objects(tuple(field for field in contract.fields if field.required))
    return (required | member_objects(contract.fields)).map(lambda body: marked(contract, body))


def _places_of_values(contract: Contract) -> st.SearchStrategy[tuple[str, ...]]:
    """Positions where a lenient parser would accept a literal: a number, or anything in a free-form object."""
    numeric = [field for field in contract.fields if {"number", "integer"} & set(field.types)]
    places: list[tuple[str, ...]] = [(field.path,) for field in numeric]
    free = free_object(contract)
    places += [(free.path, "x")] if free else []
    return st.sampled_from(places or [(contract.fields[0].path,)])


def _foreign(body: dict[str, Any], place: tuple[str, ...], value: str) -> str:
    token: Any = Token(value)
    return encode(body | {place[0]: dict.fromkeys(place[1:], token) or token}).decode()


def _edited(text: str, place: int, character: str, instead: bool) -> str:  # noqa: FBT001  # drawn, never written
    """The text with a character inserted at a position or replacing one; an empty character deletes."""
    return text[:place] + character + text[place + (instead or not character) :]


def _is_malformed(body: bytes) -> bool:
    try:
        parse(body)
    except MalformedJSON:
        return True
    except NotUTF8:
        return False
    return False


def _case(body: bytes, intent: str) -> Case:
    return Case(body, case_set=_CASE_SET, intent=intent)
