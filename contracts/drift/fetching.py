"""Texts of sources: files, and pages on the web within bounds of time and size."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import requests

from contracts.drift.published import DriftError
from contracts.yaml_text import load_yaml

#: The largest text that is read. The whole document of the service has under two million bytes.
MOST_BYTES: Final = 20_000_000
#: Seconds until a host must have answered, until more must have come, and for everything together.
_CONNECT, _READ, _TOTAL = 5.0, 20.0, 60.0
_ACCEPT = "application/json, application/yaml, text/markdown, text/plain;q=0.9, */*;q=0.5"


def is_address(source: str) -> bool:
    """Whether ``source`` is an http or https URL rather than the name of a file."""
    return source.lower().startswith(("http://", "https://"))


def shown_source(source: str) -> str:
    """``source`` as reports show it: without a user, a password, or a query that may hold a token."""
    if not is_address(source):
        return source
    parts = urlsplit(source)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def read_text(source: str) -> str:
    """The text of a file or of an http(s) address, in UTF-8.

    Raises DriftError for what cannot be had: no such file, no answer in time, a status other than 200, more
    than 20 MB, or bytes that are not UTF-8.
    """
    data = _download(source) if is_address(source) else _read(source)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DriftError(f"{shown_source(source)} is not UTF-8 (byte {problem.start}); expected a text") from None


def _read(source: str) -> bytes:
    try:
        with Path(source).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as problem:
        raise DriftError(f"{source} cannot be read: {problem.strerror or problem}") from None
    return _bounded(data, source)


def _bounded(data: bytes, source: str) -> bytes:
    if len(data) > MOST_BYTES:
        raise DriftError(f"{shown_source(source)} has more than {MOST_BYTES:,} bytes; expected one document or page")
    return data


def _download(source: str) -> bytes:
    until, data = time.monotonic() + _TOTAL, bytearray()
    try:
        with requests.get(source, headers={"Accept": _ACCEPT}, timeout=(_CONNECT, _READ), stream=True) as answer:
            if answer.status_code != 200:
                raise DriftError(f"{shown_source(source)} answers {answer.status_code}; expected 200 with the document")
            for part in answer.iter_content(65_536):
                data += part
                if len(data) > MOST_BYTES:
                    break
                if time.monotonic() > until:
                    raise DriftError(f"{shown_source(source)} was not read within {_TOTAL:.0f} seconds")
    except (requests.RequestException, ValueError) as problem:
        if isinstance(problem, DriftError):
            raise
        raise DriftError(f"{shown_source(source)} cannot be reached: {_reason(problem)}") from None
    return _bounded(bytes(data), source)


def _reason(problem: Exception) -> str:
    if isinstance(problem, requests.Timeout):
        return "no answer in time"
    if isinstance(problem, requests.exceptions.SSLError):
        return "its certificate is not trusted"
    if isinstance(problem, requests.ConnectionError):
        return "no connection"
    return type(problem).__name__


def parse(text: str, source: str) -> Any:
    """The value of a JSON or YAML text; raises DriftError, which says where it is wrong."""
    try:
        return json.loads(text)
    except RecursionError:
        raise DriftError(f"{shown_source(source)} is nested too deeply") from None
    except ValueError as problem:
        if text.lstrip()[:1] in {"{", "["}:
            reason = problem
        else:
            try:
                return load_yaml(text)
            except ValueError as other:
                reason = other
    raise DriftError(f"{shown_source(source)} is neither JSON nor YAML: {' '.join(str(reason).split())}")
