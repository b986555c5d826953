"""Compares our contract with a source: every difference, once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.drift.difference import NOTHING, Difference, shown, shown_field
from contracts.drift.field_differences import compare_field
from contracts.drift.impact import Effect, Impact, added, admitted, removed
from contracts.exchange import COLLECTION_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.document import Field
    from contracts.drift.impact import Side
    from contracts.drift.published import Published


def compare(held: Published, published: Published) -> tuple[Difference, ...]:
    """Every difference between ``held`` (our contract) and ``published``, in the order of the contract.

    What a source cannot express is no difference, nor are 4xx responses: our contract allows all of them and describes
    none.
    """
    if published.absent:
        everything = Impact(
            (Effect.BREAKS, Effect.REFUSES),
            "every client breaks",
            "a service may now refuse every request",
        )
        operation = f"POST {COLLECTION_PATH}"
        return (Difference(operation, "removed", "the operation", f"only {shown(published.absent)}", everything),)
    differences = (
        difference
        for part in (_security, _parameters, _request, _status, _response)
        for difference in part(held, published)
    )
    return tuple(_together(differences))


def _together(differences: Iterable[Difference]) -> Iterator[Difference]:
    """The differences; those of several objects with the same limit are merged."""
    alike: dict[object, list[Difference]] = {}
    for number, difference in enumerate(differences):
        is_limit = difference.aspect == "limit"
        key = (difference.held, difference.published, difference.impact) if is_limit else number
        alike.setdefault(key, []).append(difference)
    for first, *others in alike.values():
        yield replace(first, also=tuple(other.member for other in others))


def _security(held: Published, published: Published) -> Iterator[Difference]:
    if "security" in published.silent or held.security == published.security:
        return
    lost, gained = held.security - published.security, published.security - held.security
    effects: list[Effect] = []
    client, service = "no client breaks", ""
    if lost and frozenset() not in published.security:
        effects += [Effect.BREAKS, Effect.REFUSES]
        client = f"a client that authorizes itself with {_schemes(lost)} breaks"
        service = f"a service may now refuse {_schemes(lost)}, which it accepted"
    if gained:
        effects.append(Effect.TAKES)
        service = "; ".join(
            [*filter(None, [service]), f"a service may now accept {_schemes(gained)}, which it refused"]
        )
    impact = Impact(tuple(effects), client, service)
    yield Difference("authorization", "security", _schemes(held.security), _schemes(published.security), impact)


def _schemes(alternatives: Iterable[frozenset[str]]) -> str:
    words = [" with a ".join(sorted(alternative)) for alternative in alternatives]
    return shown(" or ".join(f"a {word}" if word else "no key" for word in sorted(words))) or NOTHING


def _parameters(held: Published, published: Published) -> Iterator[Difference]:
    yield from compare_members(held.parameters, published.parameters, "request", "request")


def _request(held: Published, published: Published) -> Iterator[Difference]:
    if held.request is None or published.request is None:
        yield from _body(held.request, published.request, "request")
        return
    if held.body_required != published.body_required:
        without = "a request without a body"
        impact = admitted("request", **{"more" if held.body_required else "fewer": without})
        words = ("optional", "required")
        yield Difference("request", "required", words[held.body_required], words[published.body_required], impact)
    yield from _media("request", "request", held.request_media, published.request_media, published)
    yield from compare_field(held.request, published.request, "request", "request")
    yield from compare_members(held.request.members, published.request.members, "request", "request")


def _status(held: Published, published: Published) -> Iterator[Difference]:
    if "status" in published.silent or held.statuses == published.statuses:
        return
    lost = _codes(code for code in held.statuses if code not in published.statuses)
    gained = _codes(code for code in published.statuses if code not in held.statuses)
    impact = admitted("response", lost and f"the status {lost}", gained and f"the status {gained}")
    if not gained and held.status not in published.statuses:
        impact = removed("response", f"the status {lost}")
    ours, theirs = _codes(held.statuses), _codes(published.statuses)
    yield Difference("response", "status", ours or NOTHING, theirs or NOTHING, impact)


def _codes(statuses: Iterable[str]) -> str:
    """Statuses, which may be any texts in a source."""
    return shown(", ".join(statuses))


def _response(held: Published, published: Published) -> Iterator[Difference]:
    prefix = f"response.{held.status}"
    if held.response is None or published.response is None:
        if held.status in published.statuses or published.response is not None:
            yield from _body(held.response, published.response, prefix)
        return
    yield from _media(prefix, "response", held.response_media, published.response_media, published)
    yield from compare_field(held.response, published.response, prefix, "response")
    yield from compare_members(held.response.members, published.response.members, prefix, "response")


def _body(held: Field | None, published: Field | None, prefix: str) -> Iterator[Difference]:
    """One side describes a body and the other does not."""
    side: Side = "request" if prefix == "request" else "response"
    if held is not None:
        yield Difference(prefix, "removed", "a body", "no body", removed(side, "the body"))
    elif published is not None:
        yield Difference(prefix, "added", "no body", "a body", added(side, "a body", required=True))


def _media(
    member: str, side: Side, held: frozenset[str], theirs: frozenset[str], published: Published
) -> Iterator[Difference]:
    if "media type" in published.silent or held == theirs:
        return
    fewer, more = ", ".join(sorted(held - theirs)), ", ".join(sorted(theirs - held))
    impact = admitted(side, shown(fewer), shown(more))
    ours, published_words = ", ".join(sorted(held)), ", ".join(sorted(theirs))
    yield Difference(member, "media type", shown(ours), shown(published_words), impact)


def compare_members(
    held: tuple[Field, ...], published: tuple[Field, ...], prefix: str, side: Side
) -> Iterator[Difference]:
    """The members of one object on both sides: ours first, then those that only the source has."""
    theirs = {field.path: field for field in published}
    ours = {field.path for field in held}
    for field in held:
        name = f"{prefix}.{field.path}"
        other = theirs.get(field.path)
        if other is None:
            yield Difference(name, "removed", shown_field(field), NOTHING, removed(side, shown(field.path)))
            continue
        yield from compare_field(field, other, name, side)
        yield from compare_members(field.members, other.members, prefix, side)
        yield from _items(field, other, prefix, side)
    for field in published:
        if field.path not in ours:
            impact = added(side, shown(field.path), required=field.required)
            yield Difference(f"{prefix}.{shown(field.path)}", "added", NOTHING, shown_field(field), impact)


def _items(field: Field, other: Field, prefix: str, side: Side) -> Iterator[Difference]:
    if field.items is not None and other.items is not None:
        yield from compare_field(field.items, other.items, f"{prefix}.{field.items.path}", side)
        yield from compare_members(field.items.members, other.items.members, prefix, side)
        yield from _items(field.items, other.items, prefix, side)
