"""Hostile and broken services: limited memory and time, the right verdict, harmless reports."""

from __future__ import annotations

import gzip
import re
import threading
import time
import zlib
from typing import TYPE_CHECKING

import pytest

from contracts.verdict import ExitStatus
from tests.benchmark.runs import MemoryPeaks
from tests.selftest.live_runs import live, priority_run, start_suite, suite
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, answer, endless, json_answer, raw

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.end_to_end

_HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
#: Bytes that a process of a run may need, whatever comes.
_MEMORY = 300_000_000


def _bomb(size: int) -> bytes:
    """``size`` MB of zeros in a few KB of gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(bytes(1 << 20)) for _ in range(size)), packer.flush()])


BOMB = _bomb(200)
_ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31m\u202egnp.exe<script>alert(1)</script><img src=x onerror=alert(2)>"

HUGE: dict[str, Callable[[], Writes]] = {
    "gigabytes": lambda: endless(_HEAD + b"Content-Length: 9999999999\r\n\r\n", b"x" * 65_536),
    "gzip bomb": lambda: answer(201, BOMB, [("Content-Type", "application/json"), ("Content-Encoding", "gzip")]),
    "deep nesting": lambda: json_answer(201, "[" * 500_000),
    "many small values": lambda: json_answer(201, "[" + "{}," * 170_000 + "{}]"),
}
ODD: dict[str, Callable[[], Writes]] = {
    "headers of megabytes": lambda: endless(_HEAD, b"X-A: " + b"a" * 60_000 + b"\r\n"),
    "an endless header": lambda: endless(_HEAD + b"X-A: ", b"a" * 65_536),
    "thousands of headers": lambda: raw(_HEAD + b"X-A: a\r\n" * 50_000 + b"\r\n"),
    "endless chunks": lambda: endless(_CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "no number for a status": lambda: raw(b"HTTP/1.1 abc OK\r\n\r\n"),
    "another protocol": lambda: raw(b"SSH-2.0-OpenSSH_9.6 \x1b[31m\r\n\r\n"),
    "status 999": lambda: raw(b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n"),
    "a length that is too long": lambda: raw(_HEAD + b"Content-Length: 900\r\n\r\n{}"),
    "a length that is no number": lambda: raw(_HEAD + b"Content-Length: many\r\n\r\n{}"),
    "two lengths": lambda: raw(_HEAD + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}"),
    "chunks without sizes": lambda: raw(_CHUNKED + b"zz\r\n{}\r\n"),
    "an unknown coding": lambda: answer(201, b"{}", [("Content-Encoding", "br"), ("Content-Type", "application/json")]),
    "half a gzip": lambda: answer(
        201, gzip.compress(b"{}" * 99)[:20], [("Content-Encoding", "gzip"), ("Content-Type", "application/json")]
    ),
    "scripts and escapes": lambda: json_answer(400, f'{{"message":"{_ESCAPES}"', [("X-Note", "\x1b[31mred")]),
    "a notice in HTML before the JSON": lambda: json_answer(201, '<br /><b>Notice</b>: x in y.php<br />{"id":"a"}'),
    "scripts for a project": lambda: answer(201, _ESCAPES, [("Content-Type", "application/json")]),
}


def _creations(answers: Callable[[], Writes]) -> Callable[[Seen], Writes | None]:
    return lambda seen: answers() if seen.creates else None


@pytest.mark.parametrize("name", HUGE)
def test_huge_answers_cost_little_memory_and_little_time(service: str, tmp_path: Path, name: str) -> None:
    with UnrulyServer(service, _creations(HUGE[name])) as server:
        started = start_suite(tmp_path, *live(server.base_url, "--max-response-time", "2", "--patience", "3"))
        peaks = MemoryPeaks(started.pid)
        threading.Thread(target=peaks.watch, daemon=True).start()
        run = started.end()
        peaks.ended.set()
        assert run.status == ExitStatus.BROKEN, run.out + run.err
        assert 0 < max(peaks.seen.values()) < _MEMORY
        assert run.seconds < 60
        assert sum(path.stat().st_size for path in run.run.rglob("*") if path.is_file()) < 20_000_000


@pytest.mark.parametrize("name", ODD)
def test_hostile_responses_break_a_promise_and_do_no_harm(service: str, tmp_path: Path, name: str) -> None:
    with UnrulyServer(service, _creations(ODD[name])) as server:
        run = priority_run(server.base_url, tmp_path, cases=12)
        assert run.status is ExitStatus.BROKEN, run.sentence
        assert run.seconds < 60


def test_the_reports_of_a_hostile_service_are_inert(service: str, tmp_path: Path) -> None:
    with UnrulyServer(service, _creations(ODD["scripts and escapes"])) as server:
        run = suite(tmp_path, *live(server.base_url))
        assert run.status == ExitStatus.BROKEN
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", (run.out + run.err).replace("\r", ""))
        page = (run.run / "index.html").read_text()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize("drips", ["the head", "the body"])
def test_an_answer_of_one_byte_a_second_is_cut_off_in_time(service: str, tmp_path: Path, drips: str) -> None:
    head = b"HTTP/1.1 201 C" if drips == "the head" else _HEAD + b"Content-Length: 500\r\n\r\n{"

    def behave(seen: Seen) -> Writes | None:
        return endless(head, b"r", 0.3) if seen.creates and b"metadata" in seen.body else None

    with UnrulyServer(service, behave) as server:
        run = priority_run(server.base_url, tmp_path, cases=24, response_time=0.2, connections=8)
        assert run.status is ExitStatus.BROKEN, run.sentence
        assert {finding.partition(":")[0] for finding in run.findings} == {"service.time"}
        assert run.seconds < 40


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(service: str, tmp_path: Path, status: int) -> None:
    with UnrulyServer(service) as elsewhere, UnrulyServer(service) as server:
        place = f"{elsewhere.base_url}/v1/projects"
        server.behave = lambda seen: answer(status, "", [("Location", place)]) if b"metadata" in seen.body else None
        run = priority_run(server.base_url, tmp_path, cases=30)
        assert run.status is ExitStatus.BROKEN
        assert f"service.answers:status-{status}" in run.findings
        assert not elsewhere.requests
        server.behave = lambda _: answer(status, "", [("Location", place)])
        run = priority_run(server.base_url, tmp_path)
        assert run.status is ExitStatus.NO_VERDICT
        assert "redirects to" in run.sentence
        assert not elsewhere.requests


def test_a_service_with_too_large_responses_is_read_for_a_limited_time(tmp_path: Path) -> None:
    began = time.monotonic()
    with UnrulyServer("", lambda _: HUGE["gigabytes"]()) as server:
        run = priority_run(server.base_url, tmp_path, cases=40, patience=2.0)
        assert run.status is ExitStatus.BROKEN, run.sentence
        assert time.monotonic() - began < 40
