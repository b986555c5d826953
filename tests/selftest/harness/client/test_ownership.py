from __future__ import annotations

import json
import re
from typing import Any

import pytest

from contracts.exchange import Case, Exchange, Response
from tests.harness.client.ownership import (
    Existing,
    Sent,
    carries_name,
    folded,
    is_as_sent,
    project_path,
    proof,
    shown_project,
    shows_deletion,
)

RUN = "ctq7w2x9k4mz"
NOW = 1_790_000_000.0
DATE = "Mon, 21 Sep 2026 14:13:20 GMT"  # NOW
PROJECT = {"id": "A" * 21, "created": "2026-09-21T14:13:20.250Z", "displayName": f"Beta {RUN}-31", "externalId": None}


def _signs(sent: dict[str, Any], project: dict[str, Any] | bytes, date: str | None = DATE) -> str:
    case = Case(json.dumps(sent).encode())
    body = project if isinstance(project, bytes) else json.dumps(project).encode()
    headers = (("Date", date),) if date else ()
    exchange = Exchange(case, Response(201, headers, body), started=NOW, elapsed=0.1)
    return proof(Sent.of(case, RUN, NOW), shown_project(exchange.response.body if exchange.response else b""), exchange)


def test_a_name_in_a_member_that_no_project_shows_is_none_of_the_request() -> None:
    body = {"displayName": "plain", "unknown": f"{RUN}-31", "metadata": {"x": f"{RUN}-32"}}
    assert Sent.of(Case(json.dumps(body).encode()), RUN, NOW).names == [f"{RUN}-32"]
    assert Sent.of(Case(json.dumps(body).encode()[:-1]), RUN, NOW).names == [f"{RUN}-31", f"{RUN}-32"]


@pytest.mark.parametrize(
    ("project", "signs"),
    [
        (PROJECT, "values+time"),
        (PROJECT | {"created": "2025-01-01T00:00:00.000Z"}, "values"),
        (PROJECT | {"created": None}, "values"),
        (PROJECT | {"displayName": "somebody's"}, "time"),
        (PROJECT | {"displayName": f"{RUN}"}, "values+time"),
        (PROJECT | {"displayName": f"beta {RUN}-31".upper()}, "values+time"),
        (PROJECT | {"displayName": "Beta ctother-31", "created": "2026-09-21T13:00:00Z"}, ""),
    ],
)
def test_a_project_is_recognised_by_what_was_sent_and_when(project: dict[str, Any], signs: str) -> None:
    assert _signs({"displayName": f"Beta {RUN}-31"}, project) == signs


def test_without_a_name_of_the_run_the_display_name_must_be_the_same() -> None:
    assert _signs({"displayName": "a"}, PROJECT | {"displayName": "a"}) == "values+time"
    assert _signs({"displayName": "a"}, PROJECT | {"displayName": "see a"}) == "time"


def test_without_a_date_header_the_clock_of_the_client_counts() -> None:
    assert _signs({"displayName": "a"}, PROJECT | {"displayName": "a"}, date=None) == "values+time"
    old = PROJECT | {"displayName": "a", "created": "2026-09-21T14:10:00Z"}
    assert _signs({"displayName": "a"}, old, date=None) == "values"


@pytest.mark.parametrize("date", ["Mon, 21 Sep 99999999 14:13:20 GMT", "yesterday", ""])
def test_an_unreadable_date_disables_nothing(date: str) -> None:
    assert "values" in _signs({"displayName": "a"}, PROJECT | {"displayName": "a"}, date=date)


def test_ownership_needs_two_signs_or_the_complete_list_of_earlier_projects() -> None:
    there, some = Existing({"old"}, complete=True), Existing({"old"}, complete=False)
    assert [there.owns("new", signs) for signs in ("values+time", "values", "time", "")] == [True, True, True, False]
    assert [some.owns("new", signs) for signs in ("values+time", "values", "time", "")] == [True, False, False, False]
    assert not there.owns("old", "values+time")


WRAPPED = json.dumps(PROJECT | {"plan": {"id": "P" * 21}})


@pytest.mark.parametrize(
    "body",
    [
        WRAPPED,
        f"[{WRAPPED}]",
        f'{{"status": "ok", "data": {WRAPPED}}}',
        json.dumps(WRAPPED),
        f"<b>Notice</b>{WRAPPED}",
        f"{WRAPPED} trailing",
        WRAPPED[:-20],
        "\ufeff" + WRAPPED,
    ],
)
def test_an_id_is_read_from_broken_responses(body: str) -> None:
    assert shown_project(body.encode())["id"] == PROJECT["id"]


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"plan": {"id": "P"}}', '{"id": 5}', "\x00\x01", "[" * 3_000])
def test_a_response_without_a_project_shows_none(body: str) -> None:
    assert shown_project(body.encode()) == {}


@pytest.mark.parametrize(
    ("display_name", "own"),
    [
        ("Project alpha", True),
        ("Draft", True),
        ("PROJECT ALPHA", True),
        ("Project alphabet", True),
        ("Project alpha clone", False),
        ("Copy of Project alpha", False),
        ("Project alpha (2)", False),
        ("    clone", False),
        ("Copy of    ", False),
    ],
)
def test_a_copy_shows_the_displayname_with_words_before_or_after_it(display_name: str, *, own: bool) -> None:
    names = re.compile(r"ctabc-\d+")
    project = {"id": "p", "displayName": display_name, "externalId": "ctabc-7"}
    assert is_as_sent(project, names, {folded("Project alpha"), folded("Other"), folded("   ")}) is own


@pytest.mark.parametrize("length", [299, 300, 301, 5_000])
def test_a_copy_of_a_project_with_a_long_name_is_not_deleted(length: int) -> None:
    name = "Project" + "x" * (length - 7)
    body = json.dumps({"displayName": name, "externalId": "ctabc-7"}).encode()
    sent = Sent.of(Case(body), "ctabc", 0.0).shown_names()
    names = re.compile(r"ctabc-\d+")

    def is_own(display_name: str) -> bool:
        return is_as_sent({"displayName": display_name, "externalId": "ctabc-7"}, names, sent)

    assert is_own(name)
    assert is_own(f" {name.upper()} ")
    assert is_own(name[:255]), "a service may truncate it"
    assert not is_own(f"{name} clone")
    assert not is_own(f"Copy of {name}")


@pytest.mark.parametrize(
    ("members", "deleted"),
    [
        ({"deletedAt": "2026-01-01T00:00:00Z"}, True),
        ({"isArchived": True}, True),
        ({"status": "PENDING_DELETION"}, True),
        ({"state": "Archived"}, True),
        ({"deletedAt": None, "isDeleted": False, "removed": 0, "status": "ACTIVE"}, False),
        ({"displayName": "Deleted", "externalId": "archived", "metadata": {"deleted": True}}, False),
    ],
)
def test_a_mark_of_deletion_is_a_member_with_a_value_or_a_status(members: dict[str, Any], *, deleted: bool) -> None:
    assert shows_deletion(PROJECT | members) is deleted


@pytest.mark.parametrize("identifier", ["", ".", "..", "a/b", "a?b", "\ud800", "a\x00", "x" * 1001, "%2e", "a\\b"])
def test_an_id_that_means_something_else_in_a_url_has_no_path(identifier: str) -> None:
    assert project_path(identifier) is None


def test_other_characters_of_an_id_are_escaped_in_its_path() -> None:
    assert project_path("urn:a.b é+@" + "x" * 900) == "/v1/projects/urn%3Aa.b%20%C3%A9%2B%40" + "x" * 900


@pytest.mark.parametrize(
    ("body", "shows"),
    [
        ('{"displayName":"a","externalId":"ctabc-7"}', True),
        ('{"displayName":"a","metadata":{"ct":"ctabc-7"}}', True),
        ('{"displayName":"a ctabc-7 b"}', True),
        ('{"displayName":"a","externalId":"ctabc-7","externalId":null}', False),
        ('{"displayName":"a","globalConnectionExternalIds":["ctabc-7"]}', False),
        ('{"displayName":"a","externalId":"ctother-7"}', False),
        ('["ctabc-7"]', False),
        ("ctabc-7", False),
    ],
)
def test_a_name_counts_if_a_project_would_show_it(body: str, *, shows: bool) -> None:
    assert carries_name(Case(body.encode()), "ctabc") is shows


def test_a_project_that_its_metadata_holds_is_none() -> None:
    project = {"displayName": "a", "metadata": {"id": "x", "displayName": "b"}}
    assert shown_project(json.dumps(project).encode()) == {}
    assert shown_project(json.dumps({"data": {**project, "id": "y"}}).encode())["id"] == "y"
