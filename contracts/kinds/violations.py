"""Kinds of violations: how a text misses its pattern, and how credentials or a media type are wrong."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from contracts.exchange import JSON_MEDIA_TYPE, media_type
from contracts.patterns import Pattern, state_cover

if TYPE_CHECKING:
    from collections.abc import Callable

#: The template of the key, or of a wrong key derived from it (see :mod:`contracts.secrets`).
_TEMPLATE: Final = re.compile(r"\{[^{}]*\}")
#: The kind of a value of the wrong type that is returned with the right type. It does not distinguish mistakes under
#: one clause, but shows that one mistake breaks clauses of several fields.
CONVERTED: Final = "converted"
#: The kind of a value of the wrong type in a field that the response does not show; it distinguishes nothing either.
NOT_SHOWN: Final = "not shown"
#: The kind of an invalid request that gets a 2xx other than 201, without a project: an error with a wrong status.
NO_PROJECT: Final = "a 2xx without a project"
#: The kinds of a text of which a part matches the pattern: its start, its end.
BEGINS_RIGHT: Final = "with a beginning that is right"
ENDS_RIGHT: Final = "with an end that is right"
#: The kind of a text that matches the pattern without the white space at its ends.
RIGHT_WHEN_TRIMMED: Final = "right but for white space"
#: The maximum number of offending characters after which the rest of a text may match.
_OFFENCES: Final = 8
#: The maximum length of a value in a kind.
_SHOWN: Final = 80


@lru_cache(maxsize=4_096)
def kinds_of_mismatch(pattern: str, text: str) -> tuple[str, ...]:
    """How a text misses a pattern: the offending character, its position, and the part that matches."""
    compiled = Pattern.compile(pattern)
    index, state = compiled.offence(text)
    place = f"behind {json.dumps(_prefixes(pattern)[state])}" if state else "at the start"
    if index == len(text):
        return (f"the end {place}",)
    char = text[index]
    number = compiled.automaton.class_of(char)
    name = json.dumps(char) if char.isascii() else f"another character ({compiled.automaton.classes[number].name})"
    at_the_end = [f"{name} at the end"] if index == len(text) - 1 else []
    # The whole text is wrong; only a different part of it can match.
    parts = (
        kind for kind, divide in _PARTS.items() if any(part != text and compiled.matches(part) for part in divide(text))
    )
    beginning = (BEGINS_RIGHT,) if index and compiled.matches(text[:index]) else ()
    ending = (ENDS_RIGHT,) if _ends_right(compiled, text[index + 1 :]) else ()
    return (name, f"{name} {place}", *at_the_end, *parts, *beginning, *ending)


def _ends_right(pattern: Pattern, rest: str) -> bool:
    """Whether the text after an offending character, or after one of the next ones, matches."""
    for _ in range(_OFFENCES):
        if not rest or pattern.matches(rest):
            return bool(rest)
        rest = rest[pattern.offence(rest)[0] + 1 :]
    return False


#: Parts or changes of a text that a service may match instead of the text, by name.
_PARTS: Final[dict[str, Callable[[str], list[str]]]] = {
    RIGHT_WHEN_TRIMMED: lambda text: [text.strip()],
    "with a line that is right": lambda text: text.split("\n"),
    "with a line of ECMA-262 that is right": lambda text: re.split(r"[\n\r\u2028\u2029]", text),
    "with a part that is right": lambda text: re.split(r"[\s,;]+", text),
}


@lru_cache(maxsize=64)
def _prefixes(pattern: str) -> dict[int, str]:
    """For each state of the pattern's automaton a shortest text that leads to it."""
    automaton = Pattern.compile(pattern).automaton
    return {state: automaton.text_of(word) for state, word in state_cover(automaton).items()}


#: How a wrong key is derived from the right one, by a word of its name (see :mod:`contracts.secrets`).
_FORMS: Final = {
    "minus": "a part of the key",
    "half": "a part of the key",
    "base64": "{key}",
    "case": "the key in another case",
}


#: Wrong keys that hold the right one, that are a beginning of it, and that begin as it does.
LONGER: Final = ("{key}", "{key twice}", "{key with one more character}")
SHORTER: Final = ("{key minus its last character}", "{first half of the key}")
OTHER_ENDS: Final = ("{key with a character in the middle replaced}", "{key with its last character replaced}")
#: Wrong keys that end as the right one does.
SAME_ENDS: Final = (
    *("{key}", "{key twice}", "{key minus its first character}"),
    *("{key with its first character replaced}", "{key with a character in the middle replaced}"),
)
#: Kinds of credentials that pass where a service compares only a part of them, or looks for the key in them.
HOLDS_KEY: Final = "with the key in it"
BEGINS_WITH_KEY: Final = "a token that begins with the key"
BEGINS_AS_KEY: Final = "a token that begins as the key does"
ENDS_AS_KEY: Final = "a token that ends as the key does"
_BEGINNING: Final = "a beginning of the key, or nothing"
#: The kind of a request without credentials, or with empty ones.
_NOTHING: Final = "nothing presented"
#: The kind of credentials that lack a scheme or a token.
_ONE_WORD: Final = "one word alone"


def kinds_of_credentials(value: str | None) -> tuple[str, ...]:
    """The kinds of a wrong Authorization header: its scheme, and what follows the scheme."""
    if value is None:
        return (_NOTHING, "no credentials", _BEGINNING)
    scheme, _, rest = value.partition(" ")
    template = _TEMPLATE.search(value)
    token = template.group() if template else "another token" if rest.strip() else "no token"
    scheme = scheme.lower() if scheme.isalpha() else "none"
    form = next((name for word, name in _FORMS.items() if word in token), token)
    words = {0: (_NOTHING,), 1: (_ONE_WORD,)}.get(len(value.split()), ())
    return (
        *words,
        *_relations(value),
        token,
        f"scheme {scheme}",
        f"scheme {scheme}, {form}",
        f"scheme {scheme}, {token}",
    )


def _relations(value: str) -> list[str]:
    """How credentials are related to the key, for services that compare only a part of them."""
    token = value.removeprefix("Bearer ")
    found = [HOLDS_KEY] if any(name in value for name in LONGER) else []
    found += [BEGINS_WITH_KEY] if value != token and token.startswith(LONGER) else []
    found += [BEGINS_AS_KEY] if value != token and token.startswith((*LONGER, *SHORTER, *OTHER_ENDS)) else []
    found += [ENDS_AS_KEY] if value != token and token.endswith(SAME_ENDS) else []
    found += [_BEGINNING] if token in {"", "{key}", *SHORTER} and value.strip() != "Bearer" else []
    return found


def kinds_of_media_type(value: str | None) -> tuple[str, ...]:
    """The kind of a wrong Content-Type: similar to JSON, another type, or none."""
    essence = media_type(value)
    if not essence:
        return ("no media type", "none" if value is None else "an empty one")
    families = [f"a media type of {essence.partition('/')[0]}"]
    families += ["a media type that begins like the right one"] if essence.startswith(JSON_MEDIA_TYPE) else []
    families += ["a media type with json in it"] if "json" in essence else []
    return (*(family[:_SHOWN] for family in families), f"the media type {essence!r}"[:_SHOWN])
