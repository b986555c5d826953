"""Hypotheses about credentials and media types that are accepted wrongly or cause failures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from contracts.diagnosis.hypothesis import ACCEPTS, FAILS, Hypothesis, Part, is_absent, is_present, when
from contracts.diagnosis.observation import AUTHORIZATION, MEDIA_TYPE
from contracts.exchange import JSON_MEDIA_TYPE, media_type
from contracts.kinds.violations import LONGER, OTHER_ENDS, SAME_ENDS, SHORTER

Passes = Callable[[Any], bool]

_KEY: Final = "{key}"
#: Wrong keys of the length of the right one.
_AS_LONG: Final = frozenset(
    {"{key with its case swapped}", "{key in lower case}", "{key in upper case}", *OTHER_ENDS}
    | {"{key with its first character replaced}"}
)
_BEGINNINGS: Final = frozenset({"", _KEY, *SHORTER, *(f"Bearer {name}" for name in SHORTER)})
_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_CREDENTIALS: Final[dict[str, Passes]] = {
    "no credentials are needed: every request passes": lambda _: True,
    "a request without an Authorization header passes": is_absent,
    "a request without an Authorization header, or with an empty one, passes": lambda v: is_absent(v) or not v.strip(),
    "any Authorization header passes": is_present,
    "any Authorization header that is not empty passes": lambda v: is_present(v) and v.strip() != "",
    "any bearer token passes": lambda v: _scheme(v) == "bearer" and _token(v) != "",
    "any bearer token passes, an empty one too": lambda v: _scheme(v) == "bearer",
    "an empty bearer token passes": lambda v: _scheme(v) == "bearer" and not _token(v),
    "an empty Authorization header passes": lambda v: is_present(v) and not v.strip(),
    "the scheme is not checked, only the key": lambda v: is_present(v) and v.rpartition(" ")[2] == _KEY,
    "the scheme may be another one, but not left out": lambda v: _scheme(v) != "" and _token(v) == _KEY,
    "the scheme may be left out": lambda v: v == _KEY,
    "the key passes with the basic scheme": lambda v: _scheme(v) == "basic" and _token(v) == _KEY,
    "the key passes anywhere in the header": lambda v: is_present(v) and any(name in v for name in LONGER),
    "the header has to end with the key": lambda v: is_present(v) and v.endswith((_KEY, "{key twice}")),
    "what follows the key is ignored, up to a space": lambda v: (
        _bearer(v).startswith(LONGER) and not _bearer(v).startswith(f"{_KEY} ")
    ),
    "the token has to begin with the key": lambda v: _bearer(v).startswith(LONGER),
    "only the beginning of the key is compared": lambda v: _bearer(v).startswith((*LONGER, *SHORTER, *OTHER_ENDS)),
    "only the end of the key is compared": lambda v: _bearer(v).endswith(SAME_ENDS),
    "only the length of the key is compared": lambda v: _bearer(v) in _AS_LONG,
    "every beginning of the key passes": lambda v: _bearer(v) in SHORTER,
    "every beginning of the key passes, also nothing": lambda v: is_absent(v) or v in _BEGINNINGS,
    "what follows the key behind a space is ignored": lambda v: is_present(v) and v.startswith(f"Bearer {_KEY} "),
    "every wrong key of the right form passes": lambda v: re.match(r"Bearer (?:sk-|\{)", str(v)) is not None,
}
#: Bodies that are JSON and declare another media type.
_MEDIA_TYPES: Final[dict[str, Passes]] = {
    "the media type is not checked": lambda _: True,
    "a body without a media type is accepted": lambda v: is_absent(v) or not v.strip(),
    "every media type is accepted, but not a missing one": lambda v: is_present(v) and v.strip() != "",
    "every media type with the word json in it is accepted": lambda v: "json" in _essence(v),
    "every Content-Type with the word json in it is accepted, in parameters, too": lambda v: "json" in str(v).lower(),
    "every Content-Type with application/json in it is accepted": lambda v: JSON_MEDIA_TYPE in str(v).lower(),
    "every media type that ends with +json is accepted": lambda v: _essence(v).endswith("+json"),
    "every media type that ends with json is accepted": lambda v: _essence(v).endswith("json"),
    "every media type that begins with application/json is accepted": lambda v: _essence(v).startswith(JSON_MEDIA_TYPE),
    "every XML media type is accepted": lambda v: "xml" in _essence(v),
    "every text media type is accepted": lambda v: _essence(v).startswith("text/"),
    "every media type of application is accepted": lambda v: _essence(v).startswith("application/"),
    "text/plain is accepted": lambda v: _essence(v) == "text/plain",
    "text/plain is accepted, and a missing media type": lambda v: _essence(v) in {"text/plain", ""},
    f"JSON in a body of the type {_FORM} is accepted": lambda v: _essence(v) == _FORM,
}
_FORMS: Final = (_FORM, _MULTIPART)


def request_hypotheses() -> Iterator[Hypothesis]:
    """Hypotheses about requests without the right key, or with another media type."""
    for sentence, passes in _CREDENTIALS.items():
        yield when(sentence, AUTHORIZATION, passes, ACCEPTS)
    for sentence, passes in _MEDIA_TYPES.items():
        yield when(sentence, MEDIA_TYPE, passes, ACCEPTS)
    for form in _FORMS:
        yield _of_form(f"forms are accepted, too: bodies of the type {form}", partial(_is_of, form))
    yield _of_form("forms of both types are accepted, too", lambda v: _essence(v) in _FORMS)
    yield _of_form(
        "a multipart body without a boundary makes the service fail", _lacks_boundary, FAILS, of_json=(True, False)
    )


def _of_form(sentence: str, passes: Passes, does: Part = ACCEPTS, of_json: tuple[bool, ...] = (False,)) -> Hypothesis:
    def model(_: str, value: Any) -> Part | None:
        return does if passes(value) else None

    return Hypothesis(sentence, (MEDIA_TYPE,), model, of_json=of_json)


def _is_of(form: str, value: Any) -> bool:
    return _essence(value) == form


def _lacks_boundary(value: Any) -> bool:
    return _essence(value).startswith("multipart/") and "boundary=" not in str(value)


def _scheme(value: Any) -> str:
    return value.partition(" ")[0].lower() if isinstance(value, str) else ""


def _bearer(value: Any) -> str:
    """The token of a header with the scheme as the page writes it."""
    return value.removeprefix("Bearer ") if isinstance(value, str) and value.startswith("Bearer ") else ""


def _token(value: Any) -> str:
    return value.partition(" ")[2].strip() if isinstance(value, str) else ""


def _essence(value: Any) -> str:
    return media_type(value) if isinstance(value, str) else ""
