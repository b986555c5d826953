"""The impacts of a difference for clients and for the service, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

Side = Literal["request", "response"]


class Effect(Enum):
    """The impact of a difference in one line, if the service follows the source and not our contract."""

    BREAKS = "a client that relied on it breaks"
    REFUSES = "a service may now refuse what it accepted"
    TAKES = "a service may now accept what it refused"
    PROMISES = "a service now promises more than the contract"
    WORDING = "only wording"


@dataclass(frozen=True, slots=True)
class Impact:
    """``client``: what happens to a client written for our contract. ``service``: what the service may do."""

    effects: tuple[Effect, ...]
    client: str
    service: str


def admitted(side: Side, fewer: str = "", more: str = "") -> Impact:
    """The impact of a difference in the allowed values: only we allow ``fewer``, only the source allows ``more``.

    Request bodies constrain the service, responses constrain the client, so the same difference has opposite
    impacts.
    """
    effects: list[Effect] = []
    service: list[str] = []
    if side == "request":
        if fewer:
            effects += [Effect.BREAKS, Effect.REFUSES]
            service.append(f"a service may now refuse {fewer}, which it accepted")
        if more:
            effects.append(Effect.TAKES)
            service.append(f"a service may now accept {more}, which it refused")
        client = f"a client that sends {fewer} breaks" if fewer else f"no client breaks; {more} may be sent"
    else:
        if more:
            effects.append(Effect.BREAKS)
            service.append(f"a service may now respond with {more}")
        if fewer:
            effects.append(Effect.PROMISES)
            service.append(f"a service that still responds with {fewer} breaks the published document")
        client = f"a client that never had to expect {more} breaks" if more else "no client breaks"
    return Impact(tuple(effects), client, "; ".join(service))


def added(side: Side, name: str, *, required: bool) -> Impact:
    """The impact of a member that only the source has."""
    if side == "response":
        must = "must" if required else "may"
        return Impact(
            (Effect.PROMISES,),
            f"no client breaks; clients may come to rely on {name}, which the contract does not check",
            f"a service {must} now respond with {name}, which the contract does not require",
        )
    if required:
        return Impact(
            (Effect.BREAKS, Effect.REFUSES),
            f"every client that does not send {name} breaks",
            f"a service may now refuse a request without {name}, which it accepted",
        )
    return Impact(
        (Effect.PROMISES,),
        f"no client breaks; {name} may be sent",
        f"a service now promises to accept {name}, which the contract does not mention",
    )


def removed(side: Side, name: str) -> Impact:
    """The impact of a member that only our contract has."""
    if side == "response":
        return Impact(
            (Effect.BREAKS,),
            f"a client that reads {name} breaks",
            f"a service may now omit {name}, or respond with any value for it",
        )
    return Impact(
        (Effect.BREAKS, Effect.REFUSES),
        f"a client that sends {name} breaks, or its value is silently ignored",
        f"a service may now refuse or ignore {name}, which it accepted",
    )


def annotation(name: str) -> Impact:
    """The impact of a difference that does not constrain values (JSON Schema 2020-12, section 7.2.1)."""
    return Impact(
        (Effect.WORDING,),
        "no client breaks",
        f"nothing changes: {name} is an annotation (a service that enforces it refuses more than the document says)",
    )


def same_language() -> Impact:
    """The impact of two patterns that match the same texts."""
    return Impact((Effect.WORDING,), "no client breaks", "nothing changes: both patterns match the same texts")
