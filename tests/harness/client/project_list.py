"""Reads the list of projects in the formats of common services; the page documents none."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from contracts import lenient_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from contracts.exchange import Exchange

#: Projects per page.
PAGE: Final = 100
#: The factor by which the page size is reduced after a page that is too large.
_SMALLER: Final = 10
#: Statuses of a service that does not accept the page size.
_BAD_QUERY: Final = frozenset({400, 422})
#: The members of a response that may contain its projects, the most common one first.
_HOLDERS: Final = ("data", "items", "results", "projects", "content", "records")
#: The members that name the next page, and those that only say that there is one.
_FOLLOWING: Final = ("next", "nextCursor", "next_cursor", "nextPageToken", "next_page_token")
_GOES_ON: Final = ("hasMore", "has_more", "hasNext", "has_next")
#: Common page sizes: a list of such a length without information about its end may be incomplete.
_USUAL_SIZES: Final = frozenset(
    {10, 12, 15, 16, 20, 24, 25, 30, 32, 40, 48, 50, 60, 64, 75, 80, 100, 128, 200, 250, 256}
)
_LARGEST_USUAL: Final = 500
_LINK_TO_NEXT: Final = re.compile(r'<([^<>]*)>[^,<]*;\s*rel\s*=\s*"?[^",;]*\bnext\b', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """A part of the list of projects; the ``id`` of each is a string or None.

    ``following`` names the next page, by a cursor or (with a question mark) a query; ``is_last`` means that there is
    none. A list may have neither.
    """

    projects: list[dict[str, Any]]
    following: str
    is_last: bool


def read_page(exchange: Exchange | None) -> ProjectPage | None:
    """The projects in a response; None if it has no list."""
    if exchange is None or exchange.response is None or exchange.status != 200:
        return None
    found = lenient_json.value_of(exchange.response.body)
    values = _listed(found)
    if values is None:
        return None
    projects = [{**value, "id": _text(value.get("id"))} for value in values if isinstance(value, dict)]
    following = _following(found, exchange.response.header("Link") or "") if values else ""
    return ProjectPage(projects, following, is_last=not following and _ends(found, len(values)))


def by_id(projects: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The listed projects that have an id, by id."""
    return {project["id"]: project for project in projects if project["id"] is not None}


def read_pages(fetch: Callable[[str], Exchange | None], most: int) -> Iterator[ProjectPage]:
    """The pages of the list, in order.

    Args:
        fetch: Sends a GET to the collection with this query.
        most: The maximum number of pages of the usual size.

    Raises:
        LookupError: The list cannot be read to its end.
    """
    following, seen, size, left = "", set[str](), PAGE, most * PAGE
    for _ in range(most * _SMALLER):
        exchange = fetch(_query(size, following))
        page = read_page(exchange)
        if page is None and exchange is not None:
            if size > 1 and exchange.failure and exchange.failure.kind == "too_large":
                size //= _SMALLER
                continue
            if size and exchange.status in _BAD_QUERY:  # a service may limit the size, or not support it
                size = 0
                continue
        if page is None:
            received = f"status {exchange.status}" if exchange and exchange.status else "no answer"
            raise LookupError(f"the projects cannot be listed ({received})")
        if seen and not page.following:  # earlier pages named the next one
            page = replace(page, is_last=True)
        yield page
        if page.is_last:
            return
        following = page.following
        if not following or following in seen:
            raise LookupError("the list of projects shows a part, and not where it goes on")
        seen.add(following)
        left -= size or len(page.projects)
        if left <= 0:
            break
        size = min(PAGE, size * _SMALLER)  # the rest may be small
    raise LookupError(f"the list of projects was read for {most} pages, and goes on")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _query(size: int, following: str) -> str:
    if following.startswith("?"):
        return following
    parts = [f"limit={size}"] if size else []
    parts += [f"cursor={quote(following, safe='')}"] if following else []
    return f"?{'&'.join(parts)}" if parts else ""


def _listed(found: Any) -> list[Any] | None:
    """The array of projects: the response itself, or one of its members."""
    if isinstance(found, dict):
        return next((found[name] for name in _HOLDERS if isinstance(found.get(name), list)), None)
    return found if isinstance(found, list) else None


def _following(found: Any, link: str) -> str:
    linked = _LINK_TO_NEXT.search(link)
    named = [found[name] for name in _FOLLOWING if found.get(name)] if isinstance(found, dict) else []
    following = named[0] if named else linked[1] if linked else ""
    if not isinstance(following, str):
        return ""
    if following.startswith(("http://", "https://", "/", "?")):
        # Only the query is used: the key is not sent to another address.
        query = urlsplit(following).query
        return f"?{query}" if query else ""
    return following


def _ends(found: Any, length: int) -> bool:
    """Whether a page without information about the next one is the last."""
    if not length:
        return True
    if isinstance(found, dict):
        said = [found[name] for name in (*_FOLLOWING, *_GOES_ON) if name in found]
        if said:
            return not any(said)
    return length not in _USUAL_SIZES and length < _LARGEST_USUAL
