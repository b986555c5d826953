"""Accepted wrong values of alertReceiverEmail."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tests.mock.mistakes import accepts

if TYPE_CHECKING:
    from tests.mock.json_codec import Json

_PATTERN = "request.alertReceiverEmail.pattern"
_TYPE = "request.alertReceiverEmail.type"
_FIELD = "alertReceiverEmail"
_LOCAL = r"(?!\.)(?!.*\.\.)[A-Za-z0-9_'+\-.]*[A-Za-z0-9_+-]"
_DOMAIN = r"([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}"
_ADDRESS = re.compile(rf"{_LOCAL}@{_DOMAIN}", re.ASCII)


def _matches(expression: str, value: Json) -> bool:
    return isinstance(value, str) and re.fullmatch(expression, value, re.ASCII | re.DOTALL) is not None


def _address(value: Json) -> bool:
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


accepts(_FIELD, breaks=_PATTERN).each(
    accepts_anything_with_an_at_sign=lambda value: _matches(r"[^@]+@[^@]+", value),
    accepts_any_text_as_email=lambda value: isinstance(value, str),
    accepts_two_dots_in_an_address=lambda value: _matches(r"(?!\.)[\w'+\-.]*[\w+-]@" + _DOMAIN, value),
    accepts_a_dot_at_the_start_of_an_address=lambda value: _matches(r"\.(?!.*\.\.)[\w'+\-.]*[\w+-]@" + _DOMAIN, value),
    accepts_a_dot_before_the_at_sign=lambda value: _matches(r"(?!\.)(?!.*\.\.)[\w'+\-.]+@" + _DOMAIN, value),
    accepts_nothing_before_the_at_sign=lambda value: _matches("@" + _DOMAIN, value),
    # as localhost
    accepts_a_domain_without_a_dot=lambda value: _matches(_LOCAL + r"@[A-Za-z0-9-]+", value),
    accepts_a_top_level_of_one_letter=lambda value: _matches(_LOCAL + r"@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]", value),
    accepts_underscores_in_the_domain=lambda value: _matches(_LOCAL + r"@(\w[\w-]*\.)+[A-Za-z]{2,}", value),
    trims_before_it_checks_the_address=lambda value: isinstance(value, str) and _address(value.strip()),
    matches_any_line_of_the_address=lambda value: isinstance(value, str) and any(map(_address, value.split("\n"))),
    # as RFC 5322 does
    accepts_a_quoted_local_part=lambda value: _matches(r'"[^"]+"@' + _DOMAIN, value),
    searches_for_an_address=lambda value: isinstance(value, str) and _ADDRESS.search(value) is not None,
    accepts_an_empty_address=lambda value: value == "",
    accepts_an_address_literal=lambda value: _matches(_LOCAL + r"@\[[0-9.:]+\]", value),
)


@accepts(_FIELD, breaks=_PATTERN)
def accepts_digits_in_the_top_level(value: Json) -> bool:
    """Accepts digits in the top-level domain."""
    return _matches(_LOCAL + r"@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z0-9]{2,}", value)


@accepts(_FIELD, breaks=_PATTERN)
def accepts_hyphens_in_the_top_level(value: Json) -> bool:
    """Accepts a hyphen or an underscore in the top-level domain."""
    return _matches(_LOCAL + r"@([A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z_-]{2,}", value)


@accepts(_FIELD, breaks=_PATTERN)
def accepts_a_domain_that_starts_with_a_hyphen(value: Json) -> bool:
    """Lets labels of the domain start with a hyphen."""
    return _matches(_LOCAL + r"@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}", value)


@accepts(_FIELD, breaks=_PATTERN)
def accepts_two_dots_in_the_domain(value: Json) -> bool:
    """Accepts an empty label in the domain."""
    return _matches(_LOCAL.replace(r"(?!.*\.\.)", "") + r"@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}", value)


@accepts(_FIELD, breaks=_PATTERN)
def accepts_a_dot_at_the_end_of_an_address(value: Json) -> bool:
    """Accepts an address that ends with a dot."""
    return isinstance(value, str) and value.endswith(".") and _address(value[:-1])


@accepts(_FIELD, breaks=_PATTERN)
def accepts_a_line_break_behind_an_address(value: Json) -> bool:
    """Accepts a line break at the end, as Python's $ does."""
    return isinstance(value, str) and value.endswith("\n") and _address(value[:-1])


@accepts(_FIELD, breaks=_PATTERN)
def accepts_letters_beyond_ascii_in_an_address(value: Json) -> bool:
    r"""Accepts every letter of Unicode before the at sign, as \w of other dialects does."""
    if not isinstance(value, str) or value.isascii():
        return False
    return _address("".join("a" if letter.isalnum() and not letter.isascii() else letter for letter in value))


@accepts(_FIELD, breaks=_PATTERN)
def normalises_before_it_checks_the_address(value: Json) -> bool:
    """Checks the compatibility form (NFKC) of the address."""
    return isinstance(value, str) and _address(unicodedata.normalize("NFKC", value))


@accepts(_FIELD, breaks=_PATTERN)
def accepts_every_atom_of_mail(value: Json) -> bool:
    """Accepts the punctuation marks that RFC 5322 admits before the at sign."""
    return _matches(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@" + _DOMAIN, value)


@accepts(_FIELD, breaks=_PATTERN)
def accepts_a_name_beside_the_address(value: Json) -> bool:
    """Accepts a name with the address in angle brackets."""
    found = re.fullmatch(r"[^<>]*<([^<>]+)>", value) if isinstance(value, str) else None
    return found is not None and _address(found.group(1))


@accepts(_FIELD, breaks=_PATTERN)
def accepts_several_addresses(value: Json) -> bool:
    """Accepts several addresses, with commas or semicolons between them."""
    return isinstance(value, str) and all(_address(part.strip()) for part in re.split("[,;]", value))


accepts(_FIELD, breaks=_TYPE).each(
    accepts_a_list_of_addresses=lambda value: isinstance(value, list) and bool(value) and all(map(_address, value)),
    accepts_a_number_as_email=lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    accepts_false_as_email=lambda value: value is False,
    accepts_an_object_as_email=lambda value: isinstance(value, dict),
    accepts_an_object_with_an_email=lambda value: isinstance(value, dict) and _address(value.get("email")),
)


@accepts(_FIELD, breaks=_PATTERN)
def checks_dots_in_64_characters_of_an_address(value: Json) -> bool:
    """Looks for two dots in a row in the first 64 characters of an address only."""
    return isinstance(value, str) and ".." not in value[:64] and _address(re.sub(r"\.\.+", ".", value))
