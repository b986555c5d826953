"""``$ref`` of an OpenAPI document, within it and to other files."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from contracts.openapi.document_text import DocumentError, is_address, parse, shown_source

#: Returns a resolver of the library ``referencing``, which is imported for documents with references only: the shipped
#: one has none, and every run would wait for the import.
Resolver: TypeAlias = Callable[[], Any]


def resolver_of(document: Any, source: str, read_text: Callable[[str], str]) -> Resolver:
    """The resolver for ``document``, read from ``source``; ``read_text`` reads other files.

    A document from the web may refer only to its own host, a file only to files beside or below it: a page must not
    make this machine read its files or access other hosts.
    """

    @cache
    def resolver() -> Any:
        from referencing import Registry, Resource  # noqa: PLC0415  # see Resolver

        base = source if is_address(source) else Path(source).resolve().as_uri()
        new: Any = Registry  # its generic arguments are irrelevant here
        registry = new(retrieve=_neighbours(base, read_text))
        return registry.with_resource(base, Resource.opaque(document)).resolver(base_uri=base)

    return resolver


def _neighbours(base: str, read_text: Callable[[str], str]) -> Callable[[str], Any]:
    from referencing import Resource  # noqa: PLC0415  # see Resolver

    home = urlsplit(base)

    def retrieve(uri: str) -> Any:
        parts = urlsplit(uri)
        if (parts.scheme, parts.netloc) != (home.scheme, home.netloc):
            raise DocumentError(
                f"the reference {shown_source(uri)!r} leads to another host; put the documents into one"
            )
        if parts.scheme != "file":
            return Resource.opaque(parse(read_text(uri), uri))
        path = Path(unquote(parts.path)).resolve()
        if Path(unquote(home.path)).parent not in path.parents:
            raise DocumentError(f"the reference to {path.name!r} leads out of the folder of the document")
        return Resource.opaque(parse(read_text(str(path)), path.name))

    return retrieve


def follow(reference: str, resolver: Resolver) -> tuple[Any, Resolver]:
    """The target of ``reference``, and the resolver for references in it; raises DocumentError if there is none."""
    from referencing.exceptions import Unresolvable  # noqa: PLC0415  # see Resolver

    try:
        found = resolver().lookup(reference)
    except Unresolvable as problem:
        cause: BaseException | None = problem
        while cause is not None and not isinstance(cause, DocumentError):
            cause = cause.__cause__ or cause.__context__
        raise (cause or DocumentError(f"the reference {reference!r} leads nowhere")) from None
    return found.contents, lambda: found.resolver
