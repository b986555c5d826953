"""Commands that repeat a finding (with curl, with Python, with ``contract replay``), and delete its project."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from contracts.exchange import COLLECTION_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from contracts.exchange import Case

#: The maximum size of a body in a command line; a longer one is read from the history.
LONGEST: Final = 4_096
#: The size of a body from which curl sends Expect: 100-continue (1 MiB; much less in old versions).
_LARGE: Final = 1_024
_KEY: Final = "ACTIVEPIECES_API_KEY"
_LATIN_1: Final = 0xFF
_READABLE = re.compile(r"[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff]*")

#: The templates of wrong keys as bash expressions.
_EXPANSIONS: Final = {
    "{key minus its last character}": f"${{{_KEY}%?}}",
    "{key minus its first character}": f"${{{_KEY}#?}}",
    "{first half of the key}": f"${{{_KEY}:0:${{#{_KEY}}}/2}}",
    "{key with one more character}": f"${{{_KEY}}}x",
    "{key twice}": f"${{{_KEY}}}${{{_KEY}}}",
    "{key with its case swapped}": f"${{{_KEY}~~}}",
    "{key in lower case}": f"${{{_KEY},,}}",
    "{key in upper case}": f"${{{_KEY}^^}}",
    "{key with its first character replaced}": f"$(case ${_KEY} in x*) printf y;; *) printf x;; esac)${{{_KEY}#?}}",
    "{key with a character in the middle replaced}": (
        f"${{{_KEY}:0:${{#{_KEY}}}/2}}$(case ${{{_KEY}:${{#{_KEY}}}/2}} in x*) printf y;; *) printf x;; esac)"
        f"${{{_KEY}:${{#{_KEY}}}/2+1}}"
    ),
    "{key with its last character replaced}": f"${{{_KEY}%?}}$(case ${_KEY} in *x) printf y;; *) printf x;; esac)",
    "{key in base64}": f'$(printf %s "${_KEY}" | base64 -w0)',
    "{key}": f"${_KEY}",
}
#: An externalId that is a unique name of the run, which can be replaced by another one.
_UNIQUE = re.compile(rb'(?<="externalId":")([a-z][a-z0-9]+-)[0-9]+(?=")')
_TEMPLATES = re.compile("|".join(re.escape(name) for name in _EXPANSIONS))


def has_unique_id(case: Case) -> bool:
    """Whether the externalId of the body is a unique name of the run, which can be replaced by another one."""
    body = case.body or b""
    return len(body) <= LONGEST and body.count(b'"externalId"') == len(_UNIQUE.findall(body)) == 1


def curl(case: Case, base_url: str, stored_body: str, *, fresh: bool = False, whole: bool = False) -> str:
    """A bash command that sends the same method, path, headers and body.

    Args:
        case: The request.
        base_url: The base URL; it may be a shell expansion such as ``$BASE_URL``.
        stored_body: A command that writes the body to its standard output, for a body that is too long to read.
        fresh: Send an externalId that is new each time; only if :func:`has_unique_id`.
        whole: Include every body that is not too long, so that no other command is needed before it.
    """
    url = f'"{base_url}"{_single(case.path)}' if base_url.startswith("$") else _single(base_url + case.path)
    parts = ["curl -sS -i", f"-X {_single(case.method)}", url]
    # curl counts the bytes of a body itself.
    headers = [pair for pair in case.sent_headers if case.body is None or pair[0] != "Content-Length"]
    names = {name.lower() for name, _ in headers}
    parts += [f"-H {_header(name, value)}" for name, value in headers]
    feed = ""
    if (case.header("Accept-Encoding") or "identity") != "identity":
        parts.append("--compressed")
    if case.body is not None:
        # curl would add a media type of its own.
        parts += ["-H 'Content-Type:'"] if "content-type" not in names else []
        # With a large body it would wait for a 100 Continue.
        parts += ["-H 'Expect:'"] if len(case.body) > _LARGE else []
        text = _inline(case.body)
        if len(case.body) > LONGEST:
            feed, data = f"{stored_body} | ", "--data-binary @-"
        elif text is not None:
            quoted = text.replace("'", "'\\''")
            data = f"--data-raw '{_renewed(quoted) if fresh else quoted}'"
        elif whole:
            data = f"--data-raw $'{_printf(case.body, percent='%')}'"
        else:
            quoted = _printf(case.body)
            feed, data = f"printf '{_renewed(quoted) if fresh else quoted}' | ", "--data-binary @-"
        parts.append(data)
    return feed + " \\\n  ".join(parts)


def _renewed(quoted: str) -> str:
    """A body in single quotes, with a new number in its externalId."""
    return _UNIQUE.sub(rb"""\1'"$(date +%s)$RANDOM"'""", quoted.encode()).decode()


def curl_in_order(cases: Sequence[Case], base_url: str, stored_body: str) -> str:
    """A bash command that sends several cases in order, on one connection if possible."""
    commands = [curl(case, base_url, stored_body, whole=True) for case in cases]
    if all(command.startswith("curl ") for command in commands):
        return " \\\n  --next ".join([commands[0], *(command.removeprefix("curl ") for command in commands[1:])])
    return "\n".join(commands)


def of_project(method: str, base_url: str) -> str:
    """A command that reads or deletes a project; the shell requires its id in the variable ID."""
    url = f'{_single(f"{base_url}{COLLECTION_PATH}/")}"${{ID:?set ID to the id in the response}}"'
    return f'curl -sS -i -X {method} {url} -H "Authorization: Bearer ${_KEY}"'


def python(case: Case, base_url: str, *, fresh: bool = False) -> str:
    """Lines of Python (with requests) that send the case and delete its project, or an empty string.

    They work on every system. There are none for what requests cannot send unchanged: headers that are repeated or not
    ASCII, wrong keys derived from the right one, long bodies.
    """
    headers = [pair for pair in case.sent_headers if pair[0] != "Content-Length"]
    text = "".join(name + value for name, value in headers) + case.path
    is_plain = text.isascii() and text.isprintable() and len({name.lower() for name, _ in headers}) == len(headers)
    if not is_plain or "{" in text.replace("{key}", "") or len(case.body or b"") > LONGEST:
        return ""
    sent = ", ".join(f"{name!r}: {_expression(value)}" for name, value in headers)
    body = repr(case.body)
    match = _UNIQUE.search(case.body or b"") if fresh else None
    if match:
        body += f".replace({match[0]!r}, {match[1]!r} + str(time.time_ns()).encode())"
    lines = [
        "import os, requests, time",
        f"key, session = os.environ[{_KEY!r}], requests.Session()",
        "session.headers.clear()",
        f"answer = session.request({case.method!r}, {base_url + case.path!r}, headers={{{sent}}}, data={body})",
        "print(answer.status_code, answer.text)",
    ]
    if case.creates:
        url = f"{base_url + COLLECTION_PATH + '/'!r} + answer.json()['id']"
        lines.append(
            f"if answer.status_code == 201: print(session.delete({url}, headers={{'Authorization': 'Bearer ' + key}}))"
        )
    return "\n".join(lines)


def _expression(value: str) -> str:
    """A Python expression for a header that contains the key."""
    parts = re.split(r"({key})", value)
    return " + ".join("key" if part == "{key}" else repr(part) for part in parts if part) or "''"


def replay(identifier: str, run: str, target: str, base_url: str, options: Mapping[str, str]) -> str:
    """The command ``contract replay`` for the case, with the ``options`` of the run."""
    words = ["contract", "replay", identifier, "--run", run, "--target", target]
    if target == "live":
        words += ["--base-url", base_url]
    for name, value in options.items():
        words += [f"--{name.replace('_', '-')}", value]
    return shlex.join(words)


def stored_body(identifier: str, run: str) -> str:
    """A command that writes the body of a finding's case to standard output."""
    return shlex.join(["contract", "body", run, identifier])


def _inline(body: bytes) -> str | None:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if _READABLE.fullmatch(text) else None


def _single(text: str) -> str:
    """Single-quoted, even if the shell does not require it; invisible characters as an escape of bash."""
    if text.isascii() and text.isprintable():
        return "'" + text.replace("'", "'\\''") + "'"
    # As requests encodes a header: Latin-1 if possible.
    encoded = text.encode("latin-1" if max(map(ord, text)) <= _LATIN_1 else "utf-8", "replace")
    return "$'" + _printf(encoded, percent="%") + "'"


def _header(name: str, value: str) -> str:
    if not value:
        return _single(f"{name};")
    line = f"{name}: {value}"
    if not _TEMPLATES.search(line):
        return _single(line)
    if line.isascii() and line.isprintable():
        return '"' + "".join(_double(part) if literal else part for literal, part in _parts(line)) + '"'
    return "".join(_single(part) if literal else f'"{part}"' for literal, part in _parts(line))


def _parts(line: str) -> Iterator[tuple[bool, str]]:
    """The line in literal parts (true) and shell expansions of the key (false)."""
    last = 0
    for match in _TEMPLATES.finditer(line):
        if match.start() > last:
            yield True, line[last : match.start()]
        yield False, _EXPANSIONS[match.group()]
        last = match.end()
    if last < len(line):
        yield True, line[last:]


def _double(text: str) -> str:
    return re.sub(r'([\\"$`])', r"\\\1", text)


def _printf(data: bytes, percent: str = "%%") -> str:
    """Bytes as a printf format in single quotes (or, with a plain ``percent``, for ``$'...'``)."""
    special = {0x25: percent, 0x5C: "\\\\", 0x27: "\\047", 0x0A: "\\n", 0x09: "\\t", 0x0D: "\\r"}
    words = [special.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}") for byte in data]  # ASCII
    if words[:1] == ["-"]:
        words[0] = "\\055"  # otherwise printf treats it as an option
    return "".join(words)
