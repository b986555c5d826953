"""Unreadable sources give one sentence and status 3; web pages are read within limits."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.drift import DocumentError, compare, compare_source, fetching, read_contract, read_source
from contracts.drift.difference import shown, shown_text
from contracts.openapi import document_text
from tests.harness.command_line import main
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PUBLISHED, PAGE = DATA / "published-openapi-0.83.json", DATA / "create-project.txt"
HELD = read_contract(load_contract())
OPERATION = '"paths": {"/v1/projects": {"post": '


@contextmanager
def serving(pages: dict[str, tuple[int, str, bytes]]) -> Iterator[str]:
    """A site on a loopback port: path to status, media type (or Location) and body."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = pages.get(self.path, (404, "text/html", b"<html>"))
            self.send_response(status)
            self.send_header("Location" if 300 <= status < 400 else "Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_document_on_the_web_is_read() -> None:
    pages = {
        "/openapi.json": (200, "application/json", PUBLISHED.read_bytes()),
        "/create.md": (200, "text/markdown", PAGE.read_bytes()),
        "/moved": (302, "/openapi.json", b""),
    }
    with serving(pages) as site:
        assert len(compare(HELD, read_source(f"{site}/openapi.json"))) == 8
        assert len(compare(HELD, read_source(f"{site}/moved"))) == 8
        assert compare(HELD, read_source(f"{site}/create.md")) == ()


def test_a_document_on_the_web_may_be_in_parts_on_its_own_host_only(tmp_path: Path) -> None:
    document = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    content = document["paths"]["/v1/projects"]["post"]["responses"]["201"]["content"]["application/json"]
    project = content["schema"]
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(project), encoding="utf-8")
    pages = {"/parts/project.json": (200, "application/json", json.dumps(project).encode())}
    with serving(pages) as site:
        content["schema"] = {"$ref": "parts/project.json"}
        pages["/openapi.json"] = (200, "application/json", json.dumps(document).encode())
        assert len(compare(HELD, read_source(f"{site}/openapi.json"))) == 8
        for elsewhere in (secret.as_uri(), site.replace("127.0.0.1", "localhost") + "/parts/project.json"):
            content["schema"] = {"$ref": elsewhere}
            pages["/openapi.json"] = (200, "application/json", json.dumps(document).encode())
            with pytest.raises(DocumentError, match="leads to another host"):
                read_source(f"{site}/openapi.json")
        content["schema"] = {"$ref": "parts/none.json"}
        pages["/openapi.json"] = (200, "application/json", json.dumps(document).encode())
        with pytest.raises(DocumentError, match=r"none\.json returned the status 404"):
            read_source(f"{site}/openapi.json")


def test_a_file_may_not_refer_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"type": "object"}', encoding="utf-8")
    inner = tmp_path / "docs"
    inner.mkdir()
    source = inner / "openapi.json"
    operation = {"responses": {"201": {"content": {"application/json": {"schema": {"$ref": "../secret.json"}}}}}}
    source.write_text(json.dumps({"openapi": "3.1.0", "paths": {"/v1/projects": {"post": operation}}}), "utf-8")
    with pytest.raises(DocumentError, match="leads out of the folder"):
        read_source(str(source))


def test_what_the_web_does_not_give_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {
        "/secret?token=abc": (403, "text/plain", b""),
        "/page": (200, "text/html", b"<!DOCTYPE html><html>"),
        "/large": (200, "application/json", b'{"openapi": "3.1.0"' + b" " * 5_000),
    }
    with serving(pages) as site:
        host = site.removeprefix("http://")
        assert compare_source(load_contract(), f"http://me:secret@{host}/secret?token=abc").problem == (
            f"http://{host}/secret returned the status 403; expected 200 with the document"
        )
        assert "is HTML; expected" in compare_source(load_contract(), f"{site}/page").problem
        for module in (fetching, document_text):
            monkeypatch.setattr(module, "MOST_BYTES", 1_000)
        assert "more than 1,000 bytes" in compare_source(load_contract(), f"{site}/large").problem
        assert "more than 1,000 bytes" in compare_source(load_contract(), str(PUBLISHED)).problem
    assert compare_source(load_contract(), f"{site}/page").problem.endswith("cannot be reached: no connection")


UNREADABLE: dict[str, tuple[str, str]] = {
    "nothing": ("  \n", "is empty"),
    "another thing": ("hello", "contains no OpenAPI document"),
    "broken JSON": ('{"openapi": ', "neither JSON nor YAML"),
    "broken YAML": ("openapi: [", "neither JSON nor YAML"),
    "JSON without end": ("[" * 100_000, "nested too deeply"),
    "an old document": ('{"swagger": "2.0", "paths": {}}', "is Swagger 2.0; expected OpenAPI 3.0 or 3.1"),
    "a young document": ('{"openapi": "4.0.0", "paths": {}}', "received the version '4.0.0'"),
    "a document of something else": ('{"asyncapi": "2.0"}', "no member openapi"),
    "no paths": ('{"openapi": "3.1.0"}', "has no paths"),
    "a broken operation": ('{"openapi": "3.1.0", ' + OPERATION + "[]}}}", "no valid OpenAPI"),
    "a broken reference": (
        '{"openapi": "3.1.0", ' + OPERATION + '{"requestBody": {"$ref": "#/nowhere"}}}}}',
        "leads nowhere",
    ),
    "a reference to itself": (
        '{"openapi": "3.1.0", ' + OPERATION + '{"requestBody": {"$ref": "#/paths/~1v1~1projects/post/requestBody"}}}}}',
        "leads back to itself",
    ),
    "an unnamed scheme": ('{"openapi": "3.1.0", ' + OPERATION + '{"security": [{"x": []}]}}}}', "no valid OpenAPI"),
    "a page without an answer": ("POST\n/\nv1\n/\nprojects\nBody\nAuthorizations\n", "no heading Response"),
    "a page without a path": ("POST\nBody\nResponse\n201 - application/json\n", "no method and path"),
    "a page without a status": ("POST\n/\nv1\n/\nprojects\nBody\nResponse\nid\nstring\n", "no status"),
    "a block of something else": ("```yaml\npaths: 5\n```\n", "neither an OpenAPI document nor the short form"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, name: str) -> None:
    text, sentence = UNREADABLE[name]
    source = tmp_path / "source"
    source.write_text(text, encoding="utf-8")
    problem = compare_source(load_contract(), str(source)).problem
    assert sentence in problem
    assert problem.startswith(str(source))
    assert "\n" not in problem


def test_aliases_cannot_make_a_document_endless(tmp_path: Path) -> None:
    levels = "\n".join(f"  a{n}: &a{n} {{properties: {{x: *a{n - 1}, y: *a{n - 1}}}}}" for n in range(1, 40))
    source = tmp_path / "bomb.yaml"
    source.write_text(
        f"x:\n  a0: &a0 {{type: string}}\n{levels}\nopenapi: 3.1.0\npaths:\n  /v1/projects:\n    post:\n"
        "      requestBody: {content: {application/json: {schema: *a39}}}\n      responses: {}\n",
        encoding="utf-8",
    )
    assert "too deep or too large" in compare_source(load_contract(), str(source)).problem


def test_a_file_that_is_no_text_is_a_sentence(tmp_path: Path) -> None:
    source = tmp_path / "image"
    source.write_bytes(b"\x89PNG\xff")
    assert compare_source(load_contract(), str(source)).problem == f"{source} is not UTF-8 (byte 0); expected a text"
    assert compare_source(load_contract(), str(tmp_path)).problem == f"{tmp_path} cannot be read: Is a directory"


def test_texts_of_a_source_are_shown_inert() -> None:
    assert shown("a\x1b[31m\n\u202eb") == "a\\u001b[31m\\n\\u202eb"
    assert shown_text("") == "the empty text"
    assert len(shown("x" * 10_000)) < 400


# -- the command --------------------------------------------------------------------------------------------


def test_the_command_says_by_its_status_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", str(PAGE)]) == 0
    assert "the same as the contract" in capsys.readouterr().out
    assert main(["drift", str(PAGE), str(PUBLISHED)]) == 1
    assert "8 differences from the contract" in capsys.readouterr().out
    assert main(["drift", str(PAGE), str(tmp_path / "none")]) == 3
    assert "not compared" in capsys.readouterr().out
    assert main(["drift", str(PUBLISHED), str(tmp_path / "none")]) == 1
    for wrong in ([], ["--contract", str(tmp_path / "none"), str(PAGE)], ["--format", "x", str(PAGE)]):
        assert main(["drift", *wrong]) == 4


def test_the_command_holds_another_version_of_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.yaml"
    text = DEFAULT_DOCUMENT.read_text(encoding="utf-8").replace("'^[^./]+$'", "'^[^/]+$'")
    draft.write_text(text, encoding="utf-8")
    assert main(["drift", "--contract", str(draft), str(PAGE)]) == 1
    assert "which no longer matches `.`" in capsys.readouterr().out


def test_the_answer_is_written_as_json_and_markdown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "drift.json"
    missing = str(tmp_path / "none")
    assert main(["drift", "--format", "json", "--output", str(output), str(PUBLISHED), missing]) == 1
    written = json.loads(output.read_text(encoding="utf-8"))
    assert written["status"] == 1
    assert [source["outcome"] for source in written["sources"]] == ["differs", "unread"]
    (first, *_) = written["sources"][0]["differences"]
    assert first == {
        "member": "request.metadata",
        "also": [],
        "aspect": "null",
        "held": "no null",
        "published": "null",
        "effects": ["takes"],
        "client": "no client breaks; null may be sent",
        "service": "a service may now accept null, which it refused",
    }
    capsys.readouterr()
    assert main(["drift", "--format", "markdown", str(PUBLISHED)]) == 1
    table = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| `")]
    assert len(table) == 8
    assert all(line.replace("\\|", "").count("|") == 8 for line in table)


def test_an_output_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    assert main(["drift", "--output", str(tmp_path), str(PAGE)]) == 4
