"""Texts of documents: files within limits of size, JSON or YAML, and names of sources for reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from contracts.openapi.yaml_text import load_yaml

#: A JSON Schema, or another object of a document.
Schema = dict[str, Any]

#: The maximum size of a text in bytes. The whole document of the service has less than two million.
MOST_BYTES: Final = 20_000_000


class DocumentError(ValueError):
    """A document cannot be read or lacks something; the message is one sentence that says what to do."""


def is_address(source: str) -> bool:
    """Whether ``source`` is an http or https URL rather than the name of a file."""
    return source.lower().startswith(("http://", "https://"))


def shown_source(source: str) -> str:
    """``source`` for reports: without user, password, and query, which may contain a token."""
    if not is_address(source):
        return source
    parts = urlsplit(source)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def read_file(source: str) -> str:
    """The text of a file in UTF-8; raises DocumentError if it cannot be read."""
    try:
        with Path(source).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as problem:
        raise DocumentError(f"{source} cannot be read: {problem.strerror or problem}") from None
    return decoded(data, source)


def decoded(data: bytes, source: str) -> str:
    """The text of the bytes of ``source``; raises DocumentError if there are too many or they are not UTF-8."""
    if len(data) > MOST_BYTES:
        raise DocumentError(f"{shown_source(source)} has more than {MOST_BYTES:,} bytes; expected one document or page")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DocumentError(f"{shown_source(source)} is not UTF-8 (byte {problem.start}); expected a text") from None


def parse(text: str, source: str) -> Any:
    """The value of a JSON or YAML text; raises DocumentError, which says where it is wrong."""
    try:
        return json.loads(text)
    except RecursionError:
        raise DocumentError(f"{shown_source(source)} is nested too deeply") from None
    except ValueError as problem:
        if text.lstrip()[:1] in {"{", "["}:
            reason = problem
        else:
            try:
                return load_yaml(text)
            except ValueError as other:
                reason = other
    raise DocumentError(f"{shown_source(source)} is neither JSON nor YAML: {' '.join(str(reason).split())}")
