"""Maps the exceptions of urllib3, http.client and socket to the kinds of :class:`~contracts.exchange.Failure`."""

from __future__ import annotations

import errno
import http.client
import re
import ssl
from typing import TYPE_CHECKING, Any, Final

import urllib3.exceptions as u3

from contracts.exchange import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The kinds by exception type; the first that occurs in the chain of causes wins.
_KINDS: Final[tuple[tuple[str, tuple[type[BaseException], ...]], ...]] = (
    ("proxy", (u3.ProxyError,)),
    ("tls", (u3.SSLError, ssl.SSLError)),
    ("dns", (u3.NameResolutionError,)),
    ("timeout", (u3.ReadTimeoutError,)),
    ("refused", (u3.ConnectTimeoutError, u3.NewConnectionError, ConnectionRefusedError)),
    ("closed", (http.client.RemoteDisconnected,)),
    ("reset", (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)),
    ("undecodable", (u3.DecodeError,)),
    ("incomplete", (u3.IncompleteRead, http.client.IncompleteRead)),
    ("timeout", (TimeoutError,)),
)

_TOO_MANY_FILES: Final = frozenset({errno.EMFILE, errno.ENFILE})
_LATE: Final = "no complete response within the limit"


def failure_of(problem: BaseException, *, cut: bool, begun: bool) -> Failure:
    """The failure for an exception.

    ``cut`` means that the watchdog had aborted the request, ``begun`` that the connection was established and the
    request was being sent. The detail is complete: callers must redact and truncate it.
    """
    if cut:
        return Failure("timeout", _LATE)
    chain = list(_chain(problem))
    if any(isinstance(cause, OSError) and cause.errno in _TOO_MANY_FILES for cause in chain):
        return Failure("files", _words(chain[0]))
    if begun and any(isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) for cause in chain):
        return Failure("closed", "the TLS connection ended before an answer")
    for kind, types in _KINDS:
        for cause in chain:
            if isinstance(cause, types):
                return Failure(kind, _LATE if kind == "timeout" else _words(cause))
    # Before the request begins, nothing can be the service's fault.
    return Failure("invalid" if begun else "setup", _words(chain[-1]))


def _chain(problem: BaseException) -> Iterator[BaseException]:
    """The exception and everything it wraps (arguments, reasons, causes, contexts), each once."""
    seen: set[int] = set()
    waiting: list[Any] = [problem]
    while waiting:
        current = waiting.pop(0)
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting.extend([*current.args, getattr(current, "reason", None), current.__cause__, current.__context__])


def _words(problem: BaseException) -> str:
    """One printable line: an invalid status line may contain anything."""
    said = [argument for argument in problem.args if isinstance(argument, str)]
    if isinstance(problem, u3.ProxyError):
        causes = [_words(argument) for argument in problem.args if isinstance(argument, BaseException)]
        return ": ".join(said + causes)
    # urllib3 prepends the connection or its pool, as an argument or as text.
    text = said[-1] if said and isinstance(problem, u3.HTTPError) else str(problem)
    text = re.sub(r"^<?\w*(?:Connection|Pool)(?: object|\().*?\)?>?: ", "", text)
    text = " ".join(text.split()) or type(problem).__name__
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
