"""The network: TLS, certificate authorities, client certificates, proxies, and wrong addresses."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from contracts.verdict import ExitStatus
from tests.selftest.live_runs import KEY, Run, live, priority_run, suite
from tests.selftest.unruly_server import Seen, UnrulyServer, Writes, answer, close, hang, json_answer, raw, reset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody but itself vouches for; its key stands beside it."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
    return folder / "cert.pem"


def _tls(certificate: Path, *, asks: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    if asks:
        context.load_verify_locations(certificate)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _no_verdict(run: Run) -> str:
    assert (run.status, run.findings) == (ExitStatus.NO_VERDICT, set())
    return run.sentence


# -- TLS ----------------------------------------------------------------------------------------------------


def test_an_untrusted_certificate_is_reported_in_one_sentence(service: str, certificate: Path, tmp_path: Path) -> None:
    with UnrulyServer(service, tls=_tls(certificate)) as server:
        sentence = _no_verdict(priority_run(server.base_url, tmp_path))
        assert "certificate" in sentence
        assert "REQUESTS_CA_BUNDLE" in sentence
        assert not server.requests, "the key must not travel"


def test_a_custom_certificate_authority_is_read_from_the_environment(
    service: str, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with UnrulyServer(service, tls=_tls(certificate)) as server:
        assert priority_run(server.base_url, tmp_path, cases=10).status is ExitStatus.KEPT


def test_a_tls_connection_that_breaks_off_once_is_no_finding_and_not_called_unreachable(
    service: str, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with UnrulyServer(service, tls=_tls(certificate)) as server:
        server.behave = lambda seen: close() if seen.number == 14 else None
        run = priority_run(server.base_url, tmp_path, cases=15)
        assert (run.status, run.findings) == (ExitStatus.KEPT, set())
        assert "a request was repeated after: " in run.notes


def test_a_client_certificate_is_sent_if_one_is_given(
    service: str, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with UnrulyServer(service, tls=_tls(certificate, asks=True)) as server:
        _no_verdict(priority_run(server.base_url, tmp_path, cases=10))
        shown = {"client_cert": str(certificate), "client_key": str(certificate.with_name("key.pem"))}
        assert priority_run(server.base_url, tmp_path, cases=10, **shown).status is ExitStatus.KEPT


# -- proxies ------------------------------------------------------------------------------------------------


def test_requests_go_through_the_proxy_of_the_environment(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with UnrulyServer(service) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        run = priority_run("http://activepieces.example/api", tmp_path, cases=10)
        assert run.status is ExitStatus.KEPT, run.sentence
        assert all(seen.path.startswith("http://activepieces.example/api/v1/projects") for seen in proxy.requests)


def test_the_mock_is_not_reached_through_the_proxy_of_the_environment(tmp_path: Path) -> None:
    run = suite(tmp_path, "--profile", "smoke", HTTP_PROXY="http://127.0.0.1:9", http_proxy="http://127.0.0.1:9")
    assert run.status == ExitStatus.KEPT, run.out + run.err


class _Tunnel:
    """A proxy that knows CONNECT alone, and takes every name for the host of a test."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.asked: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        head = b""
        with client, socket.create_connection(("127.0.0.1", self._port)) as service:
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.asked.append(head)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_copy, args=(service, client), daemon=True)
            back.start()
            _copy(client, service)
            back.join(timeout=10)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _copy(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65_536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return  # one side has gone


def test_requests_over_tls_go_through_a_tunnel_that_does_not_see_the_key(
    service: str, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with UnrulyServer(service, tls=_tls(certificate)) as server:
        tunnel = _Tunnel(server.port)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{tunnel.port}")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        run = priority_run(server.base_url, tmp_path, cases=10)
        tunnel.close()
        assert run.status is ExitStatus.KEPT, run.sentence
        assert tunnel.asked
        assert all(head.startswith(b"CONNECT 127.0.0.1:") and KEY[:8].encode() not in head for head in tunnel.asked)


@pytest.mark.parametrize("proxy", ["refuses", "asks for credentials"])
def test_a_proxy_that_does_not_let_through_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    with UnrulyServer("", lambda _: answer(407, "who are you?")) as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.port if proxy != 'refuses' else 9}")
        assert "proxy" in _no_verdict(priority_run("http://activepieces.example/api", tmp_path))


# -- a wrong address, key or account ------------------------------------------------------------------------

_PAGE = "<!doctype html><html><body>Activepieces</body></html>"


@pytest.mark.parametrize(
    ("gives", "words"),
    [
        (lambda: answer(200, _PAGE, [("Content-Type", "text/html; charset=utf-8")]), "usually ends in /api"),
        (lambda: json_answer(401, '{"code":"AUTHENTICATION"}'), "refuses the key (status 401)"),
        (lambda: json_answer(403, '{"code":"AUTHORIZATION"}'), "refuses the key (status 403)"),
        (lambda: json_answer(402, '{"code":"FEATURE_DISABLED"}'), "may not create projects (status 402)"),
        (lambda: json_answer(409, '{"code":"VALIDATION"}'), "may not create more projects (status 409)"),
        (lambda: json_answer(404, '{"message":"Route not found"}'), "has no /v1/projects (status 404)"),
        (lambda: json_answer(429, "{}", [("Retry-After", "600")]), "asks to wait for 600 s"),
        (lambda: answer(503, "starting"), "status 503"),
        (lambda: answer(308, "", [("Location", "https://elsewhere.example/\x1b[2Japi")]), "redirects to"),
        (close, "closes connections without a response"),
        (reset, "connection"),
        (lambda: hang(5), "did not respond in time"),
        (lambda: json_answer(402, f'{{"message":"\x1b[2J{KEY}"}}'), "status 402"),
    ],
    ids=["page", "401", "403", "402", "409", "404", "429", "503", "308", "closed", "reset", "hang", "key"],
)
def test_a_service_that_cannot_be_tested_is_reported_in_one_sentence_before_the_first_test(
    tmp_path: Path, gives: Callable[[], Writes], words: str
) -> None:
    def behave(_: Seen) -> Writes | None:
        return gives()

    with UnrulyServer("", behave) as server:
        # The number of connections is found in the preflight: here there is none yet.
        run = priority_run(server.base_url, tmp_path, patience=1.0, response_time=0.5, connections=0)
        assert words in _no_verdict(run)
        assert "the preflight failed" not in run.sentence
        assert "raised an error" not in run.sentence
        assert run.sentence.isprintable()
        assert KEY not in run.sentence
        assert run.seconds < 20


@pytest.mark.parametrize("given", ["", "/v1", "/v1/projects", "/api/v1", "/api/v1/projects", "/other/api"])
def test_a_wrong_base_url_names_the_one_that_works(tmp_path: Path, service: str, given: str) -> None:
    origin = service.removesuffix("/api")

    def behave(seen: Seen) -> Writes | None:
        if seen.path.startswith("/api/v1/projects") and not seen.path.startswith("/api/v1/projects/v1"):
            return None
        page = answer(200, _PAGE, [("Content-Type", "text/html")])
        return page if len(given) % 2 else json_answer(404, '{"message":"Route not found"}')

    with UnrulyServer(origin, behave) as server:
        run = priority_run(server.base_url.removesuffix("/api") + given, tmp_path)
        right = f"{server.base_url.removesuffix('/api')}/api works: use it as --base-url"
        assert right in _no_verdict(run)
        assert [seen.method for seen in server.requests if seen.path.startswith("/api/v1/projects?")] == ["GET"]


@pytest.mark.parametrize(
    ("address", "words"),
    [("http://127.0.0.1:9/api", "nothing listens at 127.0.0.1:9"), ("http://no.such.host.invalid/api", "resolved")],
)
def test_a_wrong_address_has_no_verdict(tmp_path: Path, address: str, words: str) -> None:
    run = suite(tmp_path, *live(address, "--patience", "1"))
    assert run.status == ExitStatus.NO_VERDICT
    assert words in " ".join(run.out.split())
    assert "Traceback" not in run.out + run.err
    assert run.out.count("No verdict") == 1


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (lambda: raw(b"220 mail.example ESMTP\r\n"), "does not speak HTTP"),
        (lambda: raw(b"\x15\x03\x01\x00\x02\x02\x46"), "the scheme (http, https)"),
        (lambda: answer(400, "Client sent an HTTP request to an HTTPS server.\n"), "use https in --base-url"),
        (
            lambda: answer(
                400, "<h1>The plain HTTP request was sent to HTTPS port</h1>", [("Content-Type", "text/html")]
            ),
            "use https in --base-url",
        ),
    ],
)
def test_a_port_of_another_protocol_has_no_verdict(tmp_path: Path, happens: Callable[[], Writes], words: str) -> None:
    with UnrulyServer("", lambda _: happens()) as server:
        run = priority_run(server.base_url, tmp_path, cases=10, patience=2.0)
        assert words in _no_verdict(run)


@pytest.mark.parametrize(("status", "clause"), [(500, "service.no_5xx"), (400, ""), (201, "response.201.mediaType")])
@pytest.mark.parametrize("lists", [True, False])
def test_a_page_of_an_api_is_its_failure_and_not_a_wrong_address(
    service: str, tmp_path: Path, status: int, clause: str, *, lists: bool
) -> None:
    """An error of the server counts in any case, other pages where the address serves a list of projects."""

    def behave(seen: Seen) -> Writes | None:
        return answer(status, "<h1>Oh</h1>", [("Content-Type", "text/html")]) if seen.creates or not lists else None

    with UnrulyServer(service, behave) as server:
        run = priority_run(server.base_url, tmp_path, cases=10)
    is_failure = lists or status == 500
    assert run.status is (ExitStatus.BROKEN if is_failure else ExitStatus.NO_VERDICT), run.sentence
    assert any(finding.startswith(clause) for finding in run.findings) or not is_failure
    assert "serves a web page" in run.sentence or is_failure
