"""HAR 1.2 with the exchanges of the findings, for tools that replay and inspect requests."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from contracts.exchange import Exchange, Headers, pack_bytes
from reports.json_report import bounded
from reports.summary import TOOL, TOOL_VERSION
from reports.wording import rfc3339

if TYPE_CHECKING:
    from reports.evidence import FindingReport
    from reports.summary import Summary


def har(summary: Summary) -> str:
    """The archive as ASCII JSON, with ``{key}`` in place of the key."""
    entries = [
        _entry(finding, exchange, summary.environment.base_url)
        for finding in summary.all_findings
        if finding.evidence
        for exchange in finding.evidence.in_order
    ]
    log = {
        "version": "1.2",
        "creator": {"name": TOOL, "version": TOOL_VERSION},
        "pages": [],
        "entries": entries,
        "comment": summary.sentence,
    }
    return json.dumps({"log": log}, ensure_ascii=True, indent=1) + "\n"


def _entry(finding: FindingReport, exchange: Exchange, base_url: str) -> dict[str, Any]:
    exchange = bounded(exchange)
    milliseconds = round(exchange.elapsed * 1000, 3)
    return {
        "startedDateTime": rfc3339(exchange.started),
        "time": milliseconds,
        "request": _request(exchange, base_url),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": f"{finding.id}: expected {finding.expected}; received {finding.received}",
    }


def _request(exchange: Exchange, base_url: str) -> dict[str, Any]:
    case = exchange.case
    body = case.body or b""
    request: dict[str, Any] = {
        "method": case.method,
        "url": f"{base_url}{case.path}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers((("Host", urlsplit(base_url).netloc), *case.sent_headers)),
        "queryString": [],
        "headersSize": -1,
        "bodySize": len(body),
    }
    if case.body is not None:
        packed = pack_bytes("text", body)
        text = packed.get("text", packed.get("text_base64"))
        request["postData"] = {"mimeType": case.header("Content-Type") or "", "text": text}
        if "text_base64" in packed:
            request["postData"]["comment"] = "base64: the body is not UTF-8"
    return request


def _response(exchange: Exchange) -> dict[str, Any]:
    response = exchange.response
    if response is None:
        failure = exchange.failure
        why = f"{failure.kind}: {failure.detail}" if failure else "no response"
        content: dict[str, Any] = {"size": 0, "mimeType": "", "comment": why}
    else:
        content = {"size": len(response.body), "mimeType": response.header("Content-Type") or ""}
        packed = pack_bytes("text", response.body)
        if "text_base64" in packed:
            content |= {"text": base64.b64encode(response.body).decode("ascii"), "encoding": "base64"}
        else:
            content["text"] = packed["text"]
    return {
        "status": response.status if response else 0,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(response.headers if response else ()),
        "content": content,
        "redirectURL": (response.header("Location") or "") if response else "",
        "headersSize": -1,
        "bodySize": len(response.body) if response else -1,
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]
