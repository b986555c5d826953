"""The mock gives the responses that were recorded from the real service."""

from __future__ import annotations

import base64
import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.mock.process import MockProcess
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-" + "Recorded" * 8
RECORDINGS = [json.loads(line) for line in DATA.joinpath("observed-exchanges.jsonl").read_text().splitlines()]
NULL_METADATA = "valid: all optional null (nullable ones)"
ECHOED = ("displayName", "externalId", "maxConcurrentJobs", "metadata")

Answer = tuple[int, str | None, Any]


def _headers(recorded: dict[str, str]) -> dict[str, str]:
    return {
        name: value.replace("{key minus its last character}", KEY[:-1]).replace("{key}", KEY)
        for name, value in recorded.items()
    }


def _body(request: dict[str, Any]) -> bytes | None:
    if "body_base64" in request:
        return base64.b64decode(request["body_base64"])
    return request["body"].encode() if "body" in request else None


def _sent(address: str, recording: dict[str, Any], ids: dict[str, str]) -> Answer:
    request = recording["request"]
    path = request["path"]
    for recorded, own in ids.items():
        path = path.replace(recorded, own)
    headers, body = _headers(request["headers"]), _body(request)
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.putrequest(request["method"], "/api" + path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    if body is not None and "Transfer-Encoding" not in headers:
        short = 3 if recording["name"].endswith("content-length too short") else 0
        connection.putheader("Content-Length", str(len(body) - short))
    connection.endheaders(body)
    answer = connection.getresponse()
    payload = answer.read()
    connection.close()
    content: Any = json.loads(payload) if payload else None
    if request["method"] == "POST" and answer.status == 201 and "json" in recording["response"]:
        ids[recording["response"]["json"]["id"]] = content["id"]
    return answer.status, answer.headers["Content-Type"], content


@pytest.fixture(scope="module")
def answers() -> Iterator[dict[str, tuple[Answer, dict[str, str]]]]:
    """What the mock answers to the recorded requests, sent in their order, and its ids for the recorded ones."""
    with MockProcess.start(key=KEY) as mock:
        address = urlsplit(mock.base_url).netloc
        ids: dict[str, str] = {}
        yield {recording["name"]: (_sent(address, recording, ids), ids) for recording in RECORDINGS}


def _is_project(content: object) -> bool:
    return isinstance(content, dict) and "ownerId" in content


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording["name"])
def test_the_mock_answers_as_the_recorded_service(
    recording: dict[str, Any], answers: dict[str, tuple[Answer, dict[str, str]]]
) -> None:
    (status, content_type, content), ids = answers[recording["name"]]
    recorded = recording["response"]
    if recording["name"] == NULL_METADATA:
        assert status == 400
        assert content["message"] == "body/metadata Invalid input: expected record, received null"
        return
    assert status == recorded["status"]
    assert content_type == recorded["content_type"]
    expected = recorded.get("json")
    if _is_project(expected):
        _assert_same_shape(content, expected)
    elif isinstance(expected, dict) and "data" in expected:
        assert content.keys() == expected.keys()
        assert (content["next"] is None) == (expected["next"] is None)
        for project in content["data"]:
            _assert_same_shape(project, expected["data"][0], echo=False)
    else:
        text = json.dumps(expected)
        for theirs, ours in ids.items():
            text = text.replace(theirs, ours)
        assert content == json.loads(text)


def _assert_same_shape(own: dict[str, Any], recorded: dict[str, Any], *, echo: bool = True) -> None:
    without_null = {name for name in recorded if name != "metadata" or recorded[name] is not None}
    assert own.keys() - {"metadata"} == without_null - {"metadata"}
    assert own["plan"].keys() == recorded["plan"].keys()
    assert own["analytics"].keys() == recorded["analytics"].keys()
    assert own["icon"].keys() == recorded["icon"].keys()
    for name in ("id", "ownerId", "platformId"):
        assert len(own[name]) == len(recorded[name]) == 21
    assert len(own["created"]) == len(recorded["created"])
    if echo:
        assert ("metadata" in own) == (recorded["metadata"] is not None)
        for name in ECHOED:
            assert own.get(name) == recorded[name]
        assert own["type"] == recorded["type"]
