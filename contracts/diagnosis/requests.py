"""Credentials and media types that pass although they should not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from contracts.diagnosis.observations import ACCEPTED, REFUSED, Observation

Prediction = Callable[[Observation], str | None]
Passes = Callable[[str | None], bool]

_AUTHORIZATION: Final = "authorization.required"
_MEDIA_TYPE: Final = "request.mediaType"
_CREDENTIALS: Final[dict[str, Passes]] = {
    "no credentials are needed: every request passes": lambda _: True,
    "a request without an Authorization header passes": lambda value: value is None,
    "any Authorization header passes": lambda value: value is not None and value != "",
    "any bearer token passes": lambda v: v is not None and re.match(r"(?i)bearer\s+\S", v) is not None,
    "the scheme is not looked at, only the key": lambda v: v is not None and v.rpartition(" ")[2] == "{key}",
    "the key passes anywhere in the header": lambda value: value is not None and "{key}" in value,
    "every wrong key of the right form passes": lambda v: re.match(r"Bearer (?:sk-|\{)", v or "") is not None,
}
_MEDIA_TYPES: Final[dict[str, Passes]] = {
    "the media type is not looked at": lambda _: True,
    "a body without a media type is taken for JSON": lambda value: value is None or value == "",
    "the word json anywhere in the media type is enough": lambda v: v is not None and "json" in v.lower(),
    "a media type that ends in +json is taken for JSON": lambda v: v is not None and v.lower().endswith("+json"),
    "the beginning application/json is enough": lambda v: (v or "").lower().startswith("application/json"),
    "text/plain is taken for JSON": lambda value: (value or "").startswith("text/plain"),
}


def lax_requests(failing: Sequence[Observation]) -> Iterator[tuple[str, Prediction]]:
    """Hypotheses about requests without the right key, or of another media type, that are accepted."""
    for clause, header, models in (
        (_AUTHORIZATION, "Authorization", _CREDENTIALS),
        (_MEDIA_TYPE, "Content-Type", _MEDIA_TYPES),
    ):
        if failing[0].broken == clause:
            for sentence, passes in models.items():
                yield sentence, _passing(clause, header, passes)


def _passing(clause: str, header: str, passes: Passes) -> Prediction:
    def predicts(seen: Observation) -> str | None:
        if seen.broken != clause or not seen.body:  # what is no JSON object may be refused as such
            return None
        return ACCEPTED if passes(seen.case.header(header)) else REFUSED

    return predicts
