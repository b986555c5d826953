"""The head of an answer: interim answers before it are passed over, plain field lines are read without ceremony."""

from __future__ import annotations

import http.client
import re
from email.parser import Parser
from types import FunctionType
from typing import Any, Final

_LINE: Final = 65_536
#: A field line as nearly all are: nothing folded, no control character.
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)\r\n")


def parse_headers(file: Any) -> http.client.HTTPMessage:
    """As http.client.parse_headers does, without its parser of e-mail where no line needs one.

    That parser takes longer than everything else that is done to an answer.
    """
    lines = http.client._read_headers(file)  # type: ignore[attr-defined]  # not in typeshed
    message = http.client.HTTPMessage()
    for line in lines[:-1]:
        field = _FIELD.fullmatch(line)
        if field is None:
            return Parser(_class=http.client.HTTPMessage).parsestr(b"".join(lines).decode("iso-8859-1"))
        message.set_raw(field[1].decode("ascii"), field[2].decode("iso-8859-1"))
    return message


class PlainResponse(http.client.HTTPResponse):
    """Passes over interim answers, any number of which may come before the final one (RFC 9110, section 15.2).

    http.client does so for 100 alone.
    """

    #: The method of http.client with another ``parse_headers`` in reach.
    begin = FunctionType(
        http.client.HTTPResponse.begin.__code__, {**vars(http.client), "parse_headers": parse_headers}, "begin"
    )

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # not in typeshed
        while 102 <= status < 200:
            while self.fp.readline(_LINE) not in {b"\r\n", b"\n", b""}:
                pass
            version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, status, reason
