"""Persistent failures of the network or the gateway: the run ends soon, without a verdict and without findings."""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from contracts.verdict import ExitStatus
from tests.selftest.live_runs import Run, priority_run
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, answer, close, hang, json_answer, relayed, reset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.end_to_end

#: Seconds: what the runs below wait for at most, and what they may take beyond it.
PATIENCE, MORE = 1.0, 20.0


def _from(number: int, happens: Callable[[], Writes], *, creations: bool = False) -> Callable[[Seen], Writes | None]:
    """What happens to every request, or every creation, from one on."""
    return lambda seen: happens() if seen.number >= number and (seen.creates or not creations) else None


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (lambda: answer(503, "down"), "status 503"),
        (close, "stopped answering"),
        (reset, "stopped answering"),
        (lambda: json_answer(401, '{"code":"AUTHENTICATION"}'), "the key is no longer accepted (status 401"),
        (
            lambda: json_answer(403, '{"code":"AUTHORIZATION"}'),
            "the key may not create projects any more, or the account allows no more of them (status 403",
        ),
        (lambda: json_answer(429, "{}"), "--rate"),
        (lambda: json_answer(429, "{}", [("Retry-After", "3600")]), "asks to wait for 3,600 s"),
    ],
    ids=["gateway", "closed", "reset", "revoked", "forbidden", "limited", "limited for an hour"],
)
def test_a_persistent_outage_ends_the_run_without_a_verdict(
    service: str, tmp_path: Path, happens: Callable[[], Writes], words: str
) -> None:
    with UnrulyServer(service, _from(25, happens)) as server:
        run = priority_run(server.base_url, tmp_path, patience=PATIENCE)
        assert run.findings == set(), run.sentence
        assert run.status is ExitStatus.NO_VERDICT
        assert words in run.sentence
        assert run.seconds < 2 * PATIENCE + MORE  # the cleanup is patient too


def test_a_service_that_is_gone_for_good_ends_the_run(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:

        def leave(seen: Seen) -> Writes | None:
            if seen.number == 25:
                server.refuse()
            return None

        server.behave = leave
        run = priority_run(server.base_url, tmp_path, patience=PATIENCE)
        assert (run.status, run.findings) == (ExitStatus.NO_VERDICT, set())
        assert run.seconds < 2 * PATIENCE + MORE
        assert run.summary.cleanup is not None
        assert run.summary.cleanup.kept_count > 0, "what could not be deleted is listed"


def test_the_request_that_a_service_did_not_survive_is_named(service: str, tmp_path: Path) -> None:
    died = list[Seen]()
    with UnrulyServer(service) as server:

        def die(seen: Seen) -> Writes | None:
            if seen.number < 25 or not seen.creates:
                return None
            died.append(seen)
            server.refuse()
            return close()

        server.behave = die
        # One connection: with several, requests before it are lost too, and one of them may be named.
        run = priority_run(server.base_url, tmp_path, patience=PATIENCE, connections=1)
    assert run.status is ExitStatus.NO_VERDICT
    assert "when it had request" in run.sentence
    assert json.dumps(died[0].body.decode()[:40])[1:-1] in run.sentence, run.sentence


def test_a_service_that_hangs_from_one_request_on_ends_the_run(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service, _from(25, lambda: hang(3))) as server:
        run = priority_run(server.base_url, tmp_path, patience=PATIENCE, response_time=0.5)
        assert (run.status, run.findings) == (ExitStatus.NO_VERDICT, set()), run.sentence


@pytest.mark.parametrize("status", [400, 402, 409, 422])
def test_an_account_that_reaches_its_limit_ends_the_run(service: str, tmp_path: Path, status: int) -> None:
    def behave(seen: Seen) -> Writes | None:
        if seen.number < 25 or not seen.creates:
            return None
        # The service looks at the body before it looks at the key.
        kept = tuple(pair for pair in seen.headers if pair[0].lower() != "authorization")
        found = server.forward(replace(seen, headers=kept))
        return json_answer(status, '{"code":"QUOTA_EXCEEDED"}') if found[0] in {401, 403} else relayed(found)

    with UnrulyServer(service, behave) as server:
        run = priority_run(server.base_url, tmp_path, patience=PATIENCE)
        assert (run.status, run.findings) == (ExitStatus.NO_VERDICT, set())
        assert "the account allows no more projects" in run.sentence


def test_a_refusal_of_the_simplest_request_alone_is_a_finding(service: str, tmp_path: Path) -> None:
    def behave(seen: Seen) -> Writes | None:
        if seen.number < 25 or not seen.creates or b"externalId" in seen.body:
            return None
        return json_answer(422, '{"message":"externalId is taken"}')

    with UnrulyServer(service, behave) as server:
        run = priority_run(server.base_url, tmp_path, patience=PATIENCE)
        assert run.status is ExitStatus.BROKEN, run.sentence


def test_a_name_that_no_longer_resolves_ends_the_run(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with UnrulyServer(service) as server:
        look_up, lost = socket.getaddrinfo, list[float]()

        def behave(seen: Seen) -> Writes | None:
            if seen.number == 25:
                lost.append(time.monotonic())
                server.cut()
            return None

        def resolve(*arguments: Any, **options: Any) -> Any:
            if lost:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return look_up(*arguments, **options)

        server.behave = behave
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        run = priority_run(server.base_url, tmp_path, patience=PATIENCE)
        assert (run.status, run.findings) == (ExitStatus.NO_VERDICT, set())
        assert "resolve" in run.sentence
        assert time.monotonic() - lost[0] < 2 * PATIENCE + MORE


# -- what is the service's own, whatever it looks like ------------------------------------------------------


def test_one_error_of_the_server_is_a_broken_promise(service: str, tmp_path: Path) -> None:
    failed: list[int] = []

    def behave(seen: Seen) -> Writes | None:
        if seen.creates and seen.number > 25 and not failed:
            failed.append(seen.number)
            return json_answer(500, '{"message":"Internal Server Error"}')
        return None

    with UnrulyServer(service, behave) as server:
        run = priority_run(server.base_url, tmp_path)
        assert run.status is ExitStatus.BROKEN
        assert {finding.partition(":")[0] for finding in run.findings} == {"service.no_5xx"}


@pytest.mark.parametrize("status", [502, 503])
def test_a_gateway_status_for_some_requests_only_is_a_broken_promise(service: str, tmp_path: Path, status: int) -> None:
    with UnrulyServer(service, lambda seen: answer(status) if b"alertReceiverEmail" in seen.body else None) as server:
        run = priority_run(server.base_url, tmp_path)
        assert run.status is ExitStatus.BROKEN
        assert {finding.partition(":")[0] for finding in run.findings} == {"service.no_5xx"}


def test_a_connection_that_some_requests_break_is_a_broken_promise(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service, lambda seen: reset() if b"metadata" in seen.body else None) as server:
        run = priority_run(server.base_url, tmp_path)
        assert run.status is ExitStatus.BROKEN
        assert {finding.partition(":")[0] for finding in run.findings} == {"service.answers"}


def test_repeated_resets_are_a_broken_promise(service: str, tmp_path: Path) -> None:
    def now_and_then(seen: Seen) -> Writes | None:
        return reset() if seen.creates and seen.number % 11 == 10 else None

    with UnrulyServer(service, now_and_then) as server:
        run = priority_run(server.base_url, tmp_path, connections=1)
        assert run.status is ExitStatus.BROKEN
        assert run.findings <= {"service.answers:reset-at-times", "service.answers:closed-at-times"}


def test_a_service_that_refuses_creations_in_company_breaks_a_promise(service: str, tmp_path: Path) -> None:
    one_at_a_time = threading.Lock()

    def behave(seen: Seen) -> Writes | None:
        if not seen.creates:
            return None
        if not one_at_a_time.acquire(blocking=False):
            return json_answer(409, '{"code":"CONFLICT"}')
        time.sleep(0.02)
        one_at_a_time.release()
        return None

    with UnrulyServer(service, behave) as server:
        run = priority_run(server.base_url, tmp_path, connections=8)
        assert run.status is ExitStatus.BROKEN, run.sentence
        assert run.findings


def test_a_service_that_hangs_at_some_requests_breaks_a_promise(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service, lambda seen: hang(4) if b"maxConcurrentJobs" in seen.body else None) as server:
        run = priority_run(server.base_url, tmp_path, response_time=0.5, connections=8)
        assert run.status is ExitStatus.BROKEN
        assert {finding.partition(":")[0] for finding in run.findings} == {"service.time"}


# -- hangs, again and again, of a service that is otherwise well --------------------------------------------

_LEFT_OUT = "10 requests got no response in time; the rest of the run was skipped"


def _reasons(run: Run) -> str:
    lines = (run.folder / "history-main.ndjson").read_text().splitlines()
    return " ".join(record["reason"] for record in map(json.loads, lines) if record["type"] == "end")


def test_more_than_ten_hangs_at_some_requests_end_the_run_with_their_finding(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service, lambda seen: hang(4) if seen.number > 12 and len(seen.body) > 100 else None) as server:
        run = priority_run(server.base_url, tmp_path, response_time=0.5)
        assert run.status is ExitStatus.BROKEN
        assert {finding.partition(":")[0] for finding in run.findings} == {"service.time"}
        assert _LEFT_OUT in _reasons(run)
        assert run.seconds < 40


def test_more_than_ten_timeouts_that_do_not_repeat_end_the_run_with_their_finding(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service, lambda seen: hang(4) if seen.creates and seen.number % 5 == 4 else None) as server:
        run = priority_run(server.base_url, tmp_path, response_time=0.4, connections=1)
        assert run.status is ExitStatus.BROKEN
        assert run.findings == {"service.time:hang-at-times"}
        assert _LEFT_OUT in _reasons(run)
        assert len(server.creations) < 90


def test_simultaneous_timeouts_count_as_one(service: str, tmp_path: Path) -> None:
    began: list[float] = []
    lock = threading.Lock()

    def behave(seen: Seen) -> Writes | None:
        with lock:
            if seen.number > 25 and not began:
                began.append(time.monotonic())
        return hang(4) if began and time.monotonic() < began[0] + 0.4 else None

    with UnrulyServer(service, behave) as server:
        run = priority_run(server.base_url, tmp_path, response_time=0.5, connections=16)
        assert run.findings == set(), run.sentence
        assert run.status is ExitStatus.KEPT
