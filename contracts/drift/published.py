"""What a source says about ``POST /v1/projects``: one form for documents, pages, and our own contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.document import Field


@dataclass(frozen=True, slots=True)
class Published:
    """The operation as one source describes it.

    ``source`` is a file or an address, ``form`` what it turned out to be. ``request`` and ``response`` are
    the bodies as fields (their members are in ``members``), None if no body is described. ``security``
    holds the alternatives, each a set of schemes in words; an empty alternative is access without a key.
    ``statuses`` are those besides refusals (4XX) and ``default``. ``silent`` names what the source has no
    means to say (``security``, ``status``, ``media type``). ``absent`` is non-empty if the source
    describes other operations and not this one: it names them.
    """

    source: str
    form: str
    request: Field | None = None
    response: Field | None = None
    body_required: bool = False
    parameters: tuple[Field, ...] = ()
    security: frozenset[frozenset[str]] = frozenset()
    statuses: tuple[str, ...] = ()
    status: str = "201"
    request_media: frozenset[str] = frozenset()
    response_media: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    absent: str = ""
