"""The key is in no file and no output of a run, whatever the service does with it."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from contracts.exchange import Response
from contracts.secrets import WRONG_KEYS, Secrets
from contracts.verdict import ExitStatus
from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY, ROOT, Process, children_of, live, start_suite, suite, wait_until
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, answer, json_answer, raw

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.end_to_end

#: Characters of the key in a row that nothing may hold.
_TELLING = 16


def _spellings(key: str) -> set[bytes]:
    """Forms of the key and of any long part of it, made here on purpose in another way than the suite does."""
    parts = {key[start : start + _TELLING] for start in range(len(key) - _TELLING + 1)}
    parts |= {part.swapcase() for part in parts} | {part.lower() for part in parts} | {part.upper() for part in parts}
    forms = {part.encode() for part in parts}
    forms |= {json.dumps(part)[1:-1].encode() for part in parts}
    forms |= {json.dumps(json.dumps(part)[1:-1])[1:-1].encode() for part in parts}
    forms |= {quote(part, safe="").encode() for part in parts}
    for before in range(3):
        for after in ("", "a", "ab"):
            whole = base64.b64encode(b"x" * before + key.encode() + after.encode())
            forms |= {whole[start : start + 2 * _TELLING] for start in range(4, len(whole) - 2 * _TELLING - 4)}
    return forms


FORMS = _spellings(KEY)


def _files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


def _unescaped(data: bytes) -> bytes:
    """``data`` with escapes of ASCII decoded as far as there are any, those of JSON within JSON too."""
    plain = re.sub(rb"\\+u00([2-7][0-9a-fA-F])", lambda escape: bytes([int(escape[1], 16)]), data)
    return re.sub(rb"%([2-7][0-9a-fA-F])", lambda escape: bytes([int(escape[1], 16)]), plain)


def _assert_nowhere(run: Process) -> None:
    seen = [(Path("stdout"), run.out.encode()), (Path("stderr"), run.err.encode()), *_files(run.folder)]
    assert len(seen) > 8, "reports, history and ledger were looked at"
    for path, data in seen:
        whole = data + b"\n" + _unescaped(data)
        found = [form for form in FORMS if form in whole]
        assert not found, f"{path} holds {found[:2]}"


def _echoes(seen: Seen) -> Writes | None:
    """Every way of giving the key, or what was presented for it, away."""
    if not seen.creates:
        return None
    token = (seen.header("Authorization") or "").rpartition(" ")[2]
    forms = (token, quote(token, safe=""), base64.b64encode(f"user:{KEY}".encode()).decode(), KEY)
    body = json.dumps({"message": f"invalid token {token}", "debug": list(forms), "pad": "p" * (seen.number % 40)})
    escaped = "".join(f"\\u{ord(character):04x}" for character in KEY)
    partly = "".join(f"%{ord(c):02x}" if place % 3 or not c.isalnum() else c for place, c in enumerate(KEY))
    # An id, so that it gets into the ledger, and a longer text.
    body = body.replace('{"message"', f'{{"id":"{escaped}","displayName":"{partly}","message"', 1)
    # At the places where bodies are cut for histories and reports.
    body += " " * (8_192 - len(body) - 20) + json.dumps(KEY)
    if seen.number % 5 == 0:
        return raw(f"HTTP/1.1 {KEY} {KEY}\r\n\r\n".encode())
    if seen.number % 5 == 1:
        return answer(500, f"panic: {token} at {KEY}", [("X-Debug", KEY), ("Content-Type", "text/plain")])
    if seen.number % 5 == 4:
        return answer(400, ("x" * (seen.number % 200)) + KEY, [("Content-Type", "text/html")])
    return json_answer(400 if seen.number % 2 else 201, body, [("Location", f"/v1/{quote(KEY, safe='')}")])


@pytest.mark.parametrize("workers", [0, 2])
def test_a_service_that_gives_the_key_away_does_not_get_it_into_any_artefact(tmp_path: Path, workers: int) -> None:
    junit = ("--junitxml", str(tmp_path / "junit.xml"), "-o", "junit_logging=all", "--log-level=DEBUG")
    shown = ("-vv", "--tb=long", "--showlocals", "-rA", "--durations=3")
    parallel = ("-n", str(workers)) if workers else ()
    with UnrulyServer("", _echoes) as server:
        arguments = live(server.base_url, "--budget", "120", "--profile", "default", "--patience", "5")
        run = suite(tmp_path, *arguments, *junit, *shown, *parallel)
    assert run.status == ExitStatus.BROKEN, run.out + run.err
    assert "service.token_not_repeated" in (run.reports[0] / "report.json").read_text()
    _assert_nowhere(run)
    assert all(path.stat().st_mode & 0o077 == 0 for path in [run.run, *run.run.iterdir()]), "for their owner alone"


def test_a_mistake_of_the_suite_itself_does_not_show_the_key(service: str, tmp_path: Path) -> None:
    broken = tmp_path / "sabotage.py"
    broken.write_text(
        "from tests.harness.client import transport\n"
        "def fail(self, method, url, headers, *rest):\n"
        "    headers = dict(headers)\n"
        "    raise RuntimeError(f'a mistake with {headers}')\n"
        "def pytest_runtest_setup(item):\n"
        "    transport.Connection._exchange = fail\n"
    )
    shown = ("-p", "sabotage", "--tb=long", "--showlocals", "-vv")
    run = suite(tmp_path, *live(service), *shown, PYTHONPATH=str(tmp_path))
    assert run.status == ExitStatus.NO_VERDICT, run.out + run.err
    assert "a mistake with" in run.out
    _assert_nowhere(run)


def test_the_key_is_on_no_command_line_and_in_no_help(service: str, tmp_path: Path) -> None:
    lines: list[bytes] = []
    with UnrulyServer(service) as server:
        started = start_suite(tmp_path, *live(server.base_url, "--rate", "12", "--budget", "40"), "-n", "2", "-v")
        wait_until(lambda: len(server.requests) > 6)
        processes = [started.pid, *children_of(started.pid)]
        lines += [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes]
        run = started.end()
    assert len(lines) >= 3
    assert not [line for line in lines if any(form in line for form in FORMS)]
    _assert_nowhere(run)
    shown = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/contract", "--help"],
        cwd=ROOT,
        env={"ACTIVEPIECES_API_KEY": KEY, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        timeout=300,
        check=True,
    )
    assert b"--budget" in shown.stdout
    assert KEY.encode() not in shown.stdout + shown.stderr


def test_workers_take_the_key_from_a_file_without_its_passing_through_their_pipe(service: str, tmp_path: Path) -> None:
    key_file = tmp_path.parent / f"{tmp_path.name}.key"
    key_file.write_text(f"{KEY}\n")
    arguments = live(service, "--key-file", str(key_file))
    run = suite(tmp_path, *arguments, "-n", "2", key="", EXECNET_DEBUG="2")
    assert run.status == ExitStatus.KEPT, run.out + run.err
    assert "execnet" in run.err or "gateway" in run.err, "the pipe was written down"
    _assert_nowhere(run)


@pytest.mark.parametrize("key", ["token_nopqrstuvwxyz{|", "GHIJKLMNOPQRSTUVWXYZ", "../a//b/./c?d=e#f"])
def test_a_key_that_the_bodies_of_the_suite_contain_by_chance_is_no_finding(tmp_path: Path, key: str) -> None:
    with MockProcess.start(key=key) as mock:
        run = suite(tmp_path, "--target", "live", "--base-url", mock.base_url, "--budget", "400", key=key)
    assert run.status == ExitStatus.KEPT, run.out + run.err


# -- redaction itself ---------------------------------------------------------------------------------------


def test_a_wrong_key_that_was_made_from_the_right_one_is_redacted_too() -> None:
    secrets = Secrets(KEY)
    for template, make in WRONG_KEYS.items():
        text = secrets.redact(f"unknown token {make(KEY)}!".encode()).decode()
        assert make(KEY)[1:-1] not in text, template
        assert secrets.resolve(text) == f"unknown token {make(KEY)}!"


def test_text_without_a_key_is_unchanged() -> None:
    response = Response(201, (("Content-Type", "application/json"),), b'{"id":"x"}')
    assert Secrets(KEY).redact_response(response) is response


def test_redaction_from_several_threads_is_safe() -> None:
    secrets = Secrets(KEY)
    results: list[bytes] = []

    def redact() -> None:
        results.extend(secrets.redact(KEY.encode() * 3) for _ in range(200))

    threads = [threading.Thread(target=redact) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(results) == {b"{key twice}{key}"}


@pytest.mark.parametrize("plain", ["", "x", "abc", "1234567", "12345678", "01234567890123456789"])
def test_a_key_that_is_an_ordinary_word_spoils_nothing(plain: str) -> None:
    secrets = Secrets(plain)
    assert not secrets.is_telling
    assert secrets.resolve("Bearer {key}") == f"Bearer {plain}"
    text = f'{{"text": "x {plain} y"}}'
    assert secrets.redact_text(text) == text
    assert not secrets.appears_in(text.encode())
