"""Lists of projects in the formats of different services."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from contracts.exchange import Case, Exchange, Response
from tests.harness.client.project_list import by_id, read_page, read_pages

if TYPE_CHECKING:
    from collections.abc import Callable

Shape = tuple[Any, tuple[tuple[str, str], ...]]


def _response(value: Any, headers: tuple[tuple[str, str], ...] = (), status: int = 200) -> Exchange:
    return Exchange(Case(None, method="GET"), Response(status, headers, json.dumps(value).encode()))


def _projects(number: int, start: int = 0) -> list[dict[str, str]]:
    return [{"id": f"p{index}"} for index in range(start, start + number)]


def _service(number: int, size: int, shape: Callable[[list[dict[str, str]], int | None], Shape]) -> list[str]:
    """The ids that are read of so many projects, ``size`` a page."""

    def fetch(query: str) -> Exchange:
        asked = parse_qs(query.lstrip("?"))
        if int(asked.get("limit", ["0"])[0]) > size:
            return _response({"message": "limit"}, status=400)
        start = int(asked.get("cursor", asked.get("after", ["0"]))[0])
        behind = start + size if start + size < number else None
        return _response(*shape(_projects(min(size, number - start), start), behind))

    return [project["id"] for page in read_pages(fetch, 20) for project in page.projects]


@pytest.mark.parametrize(
    "shape",
    [
        lambda projects, behind: ({"data": projects, "next": behind and str(behind), "previous": None}, ()),
        lambda projects, behind: ({"items": projects, "nextCursor": behind and str(behind)}, ()),
        lambda projects, behind: ({"results": projects, "next": behind and f"https://x/y?after={behind}"}, ()),
        lambda projects, behind: (projects, (("Link", f'</y?after={behind}>; rel="next"'),) if behind else ()),
        lambda projects, behind: (
            {"items": projects},
            (("link", f'</y?after=0>; rel="first", </y?after={behind}>; rel=next'),) if behind else (),
        ),
    ],
)
def test_a_list_of_any_format_is_read_to_its_end(shape: Callable[..., Shape]) -> None:
    assert _service(70, 20, shape) == [f"p{index}" for index in range(70)]


@pytest.mark.parametrize(
    ("value", "is_last"),
    [
        ({"data": _projects(10), "next": None}, True),
        ({"data": _projects(10)}, False),
        ({"data": _projects(3)}, True),
        ({"data": _projects(3), "has_more": True}, False),
        (_projects(100), False),
        (_projects(101), True),
        (_projects(700), False),
        ([], True),
    ],
)
def test_a_list_without_information_about_its_end_is_complete_unless_it_has_a_common_page_size(
    value: Any, *, is_last: bool
) -> None:
    page = read_page(_response(value))
    assert page is not None
    assert page.is_last is is_last
    assert not page.following


@pytest.mark.parametrize("identifier", [None, 7, True, ["p1"], {"id": "p1"}])
def test_an_id_that_is_no_string_counts_as_none(identifier: Any) -> None:
    page = read_page(_response({"data": [{"id": identifier}, {}, {"id": "p2"}]}))
    assert page is not None
    assert [project["id"] for project in page.projects] == [None, None, "p2"]
    assert by_id(page.projects) == {"p2": {"id": "p2"}}


@pytest.mark.parametrize("value", [{}, {"data": 5}, "data", None, {"id": "p1", "displayName": "x"}])
def test_a_response_without_a_list_is_none(value: Any) -> None:
    assert read_page(_response(value)) is None
    with pytest.raises(LookupError, match="cannot be listed"):
        list(read_pages(lambda _: _response(value), 2))


def test_a_list_that_shows_only_a_part_is_read_but_not_complete() -> None:
    pages = read_pages(lambda _: _response(_projects(10)), 20)
    assert len(next(pages).projects) == 10
    with pytest.raises(LookupError, match="not where it goes on"):
        next(pages)
