"""The corpus: small cases that failed before, in readable files, sent again by later runs.

Each case is a TOML file with the body as text, byte for byte, in which ``{name}`` is the placeholder of a unique
name. A body that is not UTF-8 is stored in base64.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from contracts.exchange import COLLECTION_PATH, Case, pack_bytes

DEFAULT_CORPUS: Final = Path(__file__).parent.parent / "tests" / "contract" / "corpus"
#: The placeholder in a stored body that each run replaces by a unique name.
NAME: Final = "{name}"
#: The maximum bytes of a body that a reader can still understand.
LONGEST: Final = 100_000
_REQUIRED = ("finding", "expected", "received", "found", "request")


class CorpusError(ValueError):
    """A file of the corpus cannot be used, or a case cannot be stored; the message names it and what to do."""


@dataclass(frozen=True, slots=True)
class CorpusCase:
    """A case that failed before.

    ``finding`` is the identifier of the finding that it showed, ``expected`` and ``received`` describe it;
    ``found`` is the day. ``case`` has placeholders instead of unique names.
    """

    finding: str
    expected: str
    received: str
    found: dt.date
    case: Case

    @property
    def name(self) -> str:
        """The name of its file: the clause and a digest of the request."""
        clause = re.sub(r"[^A-Za-z0-9]+", "-", self.finding.partition(":")[0])
        return f"{clause}-{self.case.digest()[:8]}"

    def to_toml(self) -> str:
        """The text of the file."""
        headers = ", ".join(f"[{_quoted(name)}, {_quoted(value)}]" for name, value in self.case.headers)
        lines = [
            f"finding = {_quoted(self.finding)}",
            f"expected = {_quoted(self.expected)}",
            f"received = {_quoted(self.received)}",
            f"found = {self.found.isoformat()}",
            "",
            "[request]",
            f"headers = [{headers}]",
        ]
        for name, text in pack_bytes("body", self.case.body).items():
            if text is not None:
                lines.append(f"{name} = {_quoted(text)}")
        return "\n".join(lines) + "\n"


def anonymous(case: Case, run_ids: set[str]) -> Case:
    """The case with the placeholder for each unique name of the runs with these ``marks``."""
    if case.body is None or not run_ids:
        return case
    form = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(run_ids)))})-[0-9]+".encode())
    return replace(case, body=form.sub(NAME.encode(), case.body))


def load_corpus(folder: str | Path) -> list[CorpusCase]:
    """Every case below ``folder``, by path; none where ``folder`` is empty or the default one is missing.

    Raises CorpusError for a file that cannot be used.
    """
    place = Path(folder)
    if not str(folder) or (place == DEFAULT_CORPUS and not place.exists()):
        return []
    if not place.is_dir():
        raise CorpusError(f"--corpus {folder} is not a folder; expected one with TOML files, or none")
    return [_read(path) for path in sorted(place.rglob("*.toml"))]


def add(entry: CorpusCase, folder: Path) -> Path | None:
    """Write ``entry`` into ``folder`` and return its file; None if a file below it has the same case.

    Raises CorpusError for a case that a file cannot represent.
    """
    if (entry.case.method, entry.case.path) != ("POST", COLLECTION_PATH):
        raise CorpusError(
            f"{entry.finding} was seen at {entry.case.method} {entry.case.path}, which a file cannot represent"
        )
    if len(entry.case.body or b"") > LONGEST:
        raise CorpusError(
            f"{entry.finding}: a body of {len(entry.case.body or b''):,} bytes cannot be read by a person"
        )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{entry.name}.toml"
    if any(folder.rglob(path.name)):
        return None
    text = entry.to_toml()
    kept = _parsed(tomllib.loads(text), path)
    if (kept.case.body, kept.case.headers) != (entry.case.body, entry.case.headers):
        raise CorpusError(f"{entry.finding}: a file cannot represent the request")
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _read(path: Path) -> CorpusCase:
    try:
        return _parsed(tomllib.loads(path.read_text(encoding="utf-8")), path)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise CorpusError(f"cannot read {path}: {problem}") from None


def _parsed(content: dict[str, Any], path: Path) -> CorpusCase:
    missing = [name for name in _REQUIRED if name not in content]
    unknown = [name for name in content if name not in _REQUIRED]
    if missing or unknown:
        raise CorpusError(
            f"{path} lacks {missing or 'nothing'} and has unknown members {unknown or 'none'}; "
            f"expected {', '.join(_REQUIRED)}"
        )
    request = content["request"]
    try:
        body = base64.b64decode(request["body_base64"], validate=True) if "body_base64" in request else None
        body = request["body"].encode() if "body" in request else body
        headers = tuple((str(name), str(value)) for name, value in request["headers"])
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as problem:
        raise CorpusError(
            f"{path}: request is not usable ({type(problem).__name__}: {problem}); expected headers = "
            "[[name, value], ...] and body = text or body_base64 = text"
        ) from None
    if not isinstance(content["found"], dt.date):
        raise CorpusError(f"{path}: found is {content['found']!r}; expected a date such as 2027-01-31")
    case = Case(body, headers, case_set="corpus", intent=path.stem)
    return CorpusCase(content["finding"], content["expected"], content["received"], content["found"], case)


_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def _quoted(text: str) -> str:
    """A TOML string: literal if all of its characters are visible, else with escapes."""
    if text.isprintable() and "'" not in text:
        return f"'{text}'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
