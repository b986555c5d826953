"""What a source says about ``POST /v1/projects``: one type for documents, pages and our own contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.document import Field


@dataclass(frozen=True, slots=True)
class Published:
    """The operation as one source describes it.

    ``source`` is a file or an address, ``form`` the recognised format. ``request`` and ``response`` are the bodies as
    fields (their members are in ``members``), None if no body is described. ``security`` has the alternatives, each a
    set of schemes in words; an empty alternative is access without a key. ``statuses`` are those other than 4XX and
    ``default``. ``silent`` names what the format cannot express (``security``, ``status``, ``media type``). ``absent``
    names the other operations of a source that does not describe this one.
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
