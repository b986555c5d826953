"""Reads sources of every format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from contracts.drift.fetching import read_text
from contracts.drift.openapi import read_openapi
from contracts.drift.page_text import looks_like_a_page, transcribe
from contracts.drift.reference_markdown import looks_like_markdown, transcribe_markdown
from contracts.openapi.document_text import DocumentError, parse, shown_source

if TYPE_CHECKING:
    from contracts.drift.published import Published

_HTML: Final = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)


def read_source(source: str) -> Published:
    """What the file or http(s) address ``source`` says about POST /v1/projects.

    It is an OpenAPI 3.0 or 3.1 document (JSON or YAML), the text of the reference page, or the Markdown of the page.
    Raises DocumentError, with one sentence, if it cannot be read or is none of these.
    """
    text, name = read_text(source), shown_source(source)
    if _HTML.match(text):
        raise DocumentError(
            f"{name} is HTML; expected an OpenAPI document, the page's Markdown (add .md to the address of the "
            "page), or its text as copied from the browser"
        )
    if not text.strip():
        raise DocumentError(f"{name} is empty; expected an OpenAPI document or a reference page")
    try:
        if looks_like_markdown(text):
            return read_openapi(transcribe_markdown(text), source, "Markdown page")
        if text.lstrip()[0] not in "{[" and looks_like_a_page(text):
            return read_openapi(transcribe(text), source, "text of the page")
    except DocumentError as problem:
        raise DocumentError(str(problem) if str(problem).startswith(name) else f"{name}: {problem}") from None
    return read_openapi(parse(text, source), source)
