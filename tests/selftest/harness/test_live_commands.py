"""Repeating a finding, and the exit statuses of the suite."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from contracts.exchange import Case
from contracts.verdict import ExitStatus
from reports import commands
from tests.harness.client.credentials import WrongUsage, check_base_url, read_key
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, live, suite
from tests.selftest.unruly_server import Seen, UnrulyServer, json_answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.end_to_end

FINDING = "request.displayName.pattern:accepted"


@pytest.fixture(scope="module")
def faulty() -> Iterator[str]:
    with MockProcess.start(key=KEY, fault="accepts_dot_in_display_name") as mock:
        yield mock.base_url


@pytest.fixture(scope="module")
def broken_run(faulty: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = suite(tmp_path_factory.mktemp("broken"), *live(faulty))
    assert run.status == ExitStatus.BROKEN, run.out + run.err
    return run.run


def _replay(folder: Path, base_url: str, finding: str, run: Path) -> tuple[int, str]:
    done = suite(folder, "--target", "live", "--base-url", base_url, "--replay", finding, "--run", str(run))
    return done.status, " ".join((done.out + done.err).split())


def test_a_finding_that_is_still_broken_is_reported_as_broken(faulty: str, broken_run: Path, tmp_path: Path) -> None:
    status, said = _replay(tmp_path, faulty, FINDING, broken_run)
    assert status == ExitStatus.BROKEN
    assert f"{FINDING}: still broken" in said


def test_a_fixed_finding_is_reported_as_fixed(service: str, broken_run: Path, tmp_path: Path) -> None:
    status, said = _replay(tmp_path, service, FINDING, broken_run)
    assert status == ExitStatus.KEPT
    assert f"{FINDING}: no longer broken" in said


def test_a_replay_against_nothing_has_no_verdict(broken_run: Path, tmp_path: Path) -> None:
    status, said = _replay(tmp_path, "http://127.0.0.1:9/api", FINDING, broken_run)
    assert status == ExitStatus.NO_VERDICT
    assert "nothing listens" in said


def test_an_unknown_finding_and_an_unknown_run_are_wrong_usage(broken_run: Path, tmp_path: Path) -> None:
    status, said = _replay(tmp_path, "http://127.0.0.1:9/api", "request.x:y", broken_run)
    assert status == ExitStatus.USAGE
    assert FINDING in said, "it says which there are"
    assert _replay(tmp_path, "http://127.0.0.1:9/api", FINDING, tmp_path / "nowhere")[0] == ExitStatus.USAGE


def test_a_replay_sends_the_same_bytes_but_a_new_name(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service) as server:
        server.behave = lambda seen: json_answer(500, "{}") if b'"externalId":"ct' in seen.body else None
        run = suite(tmp_path / "one", *live(server.base_url)).run
        report = json.loads((run / "report.json").read_text())
        identifier = next(f["id"] for f in report["findings"] if f["clause"] == "service.no_5xx")
        before = len(server.requests)
        assert _replay(tmp_path / "two", server.base_url, identifier, run)[0] == ExitStatus.BROKEN
        sent = {_nameless(seen) for seen in server.requests[:before]}
        again = [seen for seen in server.requests[before:] if b'"externalId":"ct' in seen.body]
        assert again
        assert {_nameless(seen) for seen in again} & sent
        assert not {seen.body for seen in again} & {seen.body for seen in server.requests[:before]}


def test_a_refusal_is_replayed_although_triage_found_its_field_and_its_request_has_an_unusual_header(
    service: str, tmp_path: Path
) -> None:
    with UnrulyServer(service) as server:
        told = json_answer(400, '{"message":"maxConcurrentJobs is out of range"}')
        server.behave = lambda seen: told if b"-2147483649" in seen.body else None
        run = suite(tmp_path / "one", *live(server.base_url, "--profile", "smoke")).run
        (found,) = json.loads((run / "report.json").read_text())["findings"]
        assert found["clause"] == "request.maxConcurrentJobs.type"
        status, said = _replay(tmp_path / "two", server.base_url, found["id"], run)
    assert status == ExitStatus.BROKEN, said


def _nameless(seen: Seen) -> bytes:
    return re.sub(rb"ct[a-z0-9]{10}-\d+", b"", seen.body)


# -- curl ---------------------------------------------------------------------------------------------------

_AUTHORIZED = ("Authorization", "Bearer {key}")
_JSON = ("Content-Type", "application/json")
CASES = {
    "plain": Case(b'{"displayName":"a"}', (_AUTHORIZED, _JSON)),
    "quotes and expansions": Case(b'{"a":"\'$HOME `id` \\\\ %s !x"}', (_AUTHORIZED, _JSON)),
    "every byte": Case(bytes(range(256)) * 2, (_AUTHORIZED, _JSON)),
    "an at sign first": Case(b"@/etc/passwd", (_AUTHORIZED, _JSON)),
    "a dash first": Case(b"-n \xff", (_AUTHORIZED, _JSON)),
    "zero bytes and line breaks": Case(b"\0\r\n\n{}\n", (_AUTHORIZED, _JSON)),
    "no body": Case(None, (_AUTHORIZED, _JSON)),
    "an empty body": Case(b"", (_AUTHORIZED, _JSON)),
    "no media type": Case(b"{}", (_AUTHORIZED,)),
    "no authorization": Case(b"{}", (_JSON,)),
    "an empty header": Case(b"{}", (("Authorization", ""), _JSON)),
    "a wrong key": Case(b"{}", (("Authorization", "Bearer {key minus its last character}"), _JSON)),
    "unicode": Case('{"displayName":"\u202eé😀\u2028"}'.encode(), (_AUTHORIZED, _JSON)),
}


@pytest.mark.parametrize("name", CASES)
def test_the_curl_line_sends_the_same_bytes(name: str) -> None:
    case = CASES[name]
    with UnrulyServer("", lambda _: json_answer(400, "{}")) as server:
        line = commands.curl(case, server.base_url, "false")
        environment = {"PATH": "/usr/bin:/bin", "ACTIVEPIECES_API_KEY": KEY}
        subprocess.run(["/bin/bash", "-c", line], env=environment, check=True, capture_output=True, timeout=20)
        (seen,) = server.requests
    assert KEY not in line
    assert (seen.method, seen.path, seen.body) == ("POST", "/api/v1/projects", case.body or b"")
    expected = {
        header: value.replace("{key minus its last character}", KEY[:-1]).replace("{key}", KEY)
        for header, value in case.headers
    }
    for header in ("Authorization", "Content-Type"):
        assert seen.header(header) == expected.get(header), header


# -- exit statuses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("--no-such-option",),
        ("--budget", "many"),
        ("--budget", "3"),
        ("--target", "live"),
        ("--target", "live", "--base-url", "http://127.0.0.1:9/api", "--fault", "x"),
        ("--client-key", "nowhere.pem"),
        ("--replay", FINDING),
        ("tests/contract/test_nothing.py", "--profile", "smoke"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_status_4_and_a_sentence(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    run = suite(tmp_path, *arguments)
    assert run.status == ExitStatus.USAGE, run.out + run.err
    assert "Traceback" not in run.out + run.err
    assert "ERROR" in run.err or "error" in run.err


def test_a_live_run_without_a_key_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = suite(tmp_path, *live("http://127.0.0.1:9/api"), key="")
    assert run.status == ExitStatus.USAGE
    assert "ACTIVEPIECES_API_KEY" in run.err
    monkeypatch.delenv("ACTIVEPIECES_API_KEY", raising=False)
    for key_file in (str(tmp_path / "nowhere"), str(tmp_path)):
        with pytest.raises(WrongUsage, match="cannot read --key-file"):
            read_key(key_file, "live")
    (tmp_path / "key").write_text("two words")
    with pytest.raises(WrongUsage, match="no Authorization header can carry"):
        read_key(str(tmp_path / "key"), "live")


@pytest.mark.parametrize(
    "address",
    [
        "localhost/api",
        "ftp://host/api",
        "http://",
        "http://h:x/api",
        "http://u:p@h/api",
        "http://h/api?a=b",
        "http://h /a",
    ],
)
def test_an_address_that_is_none_is_wrong_usage(address: str) -> None:
    with pytest.raises(WrongUsage, match="--base-url"):
        check_base_url(address)


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_run_that_runs_no_test_has_no_verdict(service: str, tmp_path: Path, workers: tuple[str, ...]) -> None:
    run = suite(tmp_path, *live(service, "-k", "no_such_test"), *workers)
    assert run.status == ExitStatus.NO_VERDICT
    assert "no test was run" in run.out
