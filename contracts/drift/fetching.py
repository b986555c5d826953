"""Reads the texts of sources: files, and web pages within limits of time and size."""

from __future__ import annotations

import time

import requests

from contracts.openapi.document_text import MOST_BYTES, DocumentError, decoded, is_address, read_file, shown_source

#: Timeouts in seconds: until the first response, between two parts of it, and for everything together.
_CONNECT, _READ, _TOTAL = 5.0, 20.0, 60.0
_ACCEPT = "application/json, application/yaml, text/markdown, text/plain;q=0.9, */*;q=0.5"


def read_text(source: str) -> str:
    """The text of a file or of an http(s) address, in UTF-8.

    Raises DocumentError if it cannot be read: no such file, a timeout, a status other than 200, more than 20 MB, or
    bytes that are not UTF-8.
    """
    return decoded(_download(source), source) if is_address(source) else read_file(source)


def _download(source: str) -> bytes:
    until, data = time.monotonic() + _TOTAL, bytearray()
    try:
        with requests.get(source, headers={"Accept": _ACCEPT}, timeout=(_CONNECT, _READ), stream=True) as answer:
            if answer.status_code != 200:
                raise DocumentError(
                    f"{shown_source(source)} returned the status {answer.status_code}; expected 200 with the document"
                )
            for part in answer.iter_content(65_536):
                data += part
                if len(data) > MOST_BYTES:
                    break
                if time.monotonic() > until:
                    raise DocumentError(f"{shown_source(source)} was not read within {_TOTAL:.0f} seconds")
    except (requests.RequestException, ValueError) as problem:
        if isinstance(problem, DocumentError):
            raise
        raise DocumentError(f"{shown_source(source)} cannot be reached: {_reason(problem)}") from None
    return bytes(data)


def _reason(problem: Exception) -> str:
    if isinstance(problem, requests.Timeout):
        return "no response in time"
    if isinstance(problem, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(problem, requests.ConnectionError):
        return "no connection"
    return type(problem).__name__
