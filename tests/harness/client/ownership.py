"""Ownership: only projects that are provably the run's own are deleted.

A 2xx response to a request of the run proves little: an upsert returns an existing project, a broken service any id. A
project is the run's own if two independent pieces of evidence agree; see :func:`proof` and :meth:`Existing.owns`.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from contracts import lenient_json
from contracts.exchange import COLLECTION_PATH
from contracts.instants import http_date, instant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from contracts.exchange import Case, Exchange

#: Members of a project that repeat what the request sent.
_REPEATED: Final = ("displayName", "externalId", "metadata")
#: Seconds by which ``created`` may differ from the time of the request: by the response's Date header (whole seconds),
#: and by the client's clock.
_WITH_DATE, _WITHOUT_DATE = 5.0, 60.0
#: Ids that name one project in a URL. Excluded are characters that a server or a proxy may read, once decoded, as the
#: end of the path or as another path, and ids of dots only.
_SAFE_ID: Final = re.compile(r"(?!\.+\Z)[^/\\%?#;\x00-\x1f\x7f\ud800-\udfff]{1,1000}")
#: Why a project with another id is left.
UNSAFE_ID: Final = "an id that is not safe in a URL"
#: Members that are searched in a response that is not JSON.
_MEMBER: Final = re.compile(r'\\?"(id|created|displayName|externalId)\\?"\s*:\s*\\?"((?:[^"\\]|\\[^"])*)\\?"')
#: Names of members, or values of a status, that mark a deleted project; and names of members that hold a status.
_DELETION: Final = re.compile(r"delet|archiv|remov|trash|discard", re.IGNORECASE)
_STATUS: Final = re.compile(r"status|state|lifecycle\w*", re.IGNORECASE)
#: The maximum number of names that are kept for one request.
_MOST_NAMES: Final = 5
#: The number of characters of a displayName that are kept.
_KEPT: Final = 300
#: The maximum number of nested values of a response that are inspected.
_MOST_VALUES: Final = 1_000
#: The maximum number of positions at the start of a response where a JSON value may begin.
_STARTS: Final = 40
#: The number of bytes of a response that are searched for a project.
_LONGEST: Final = 16 * 1024 * 1024


def shown_text(project: dict[str, Any]) -> str:
    """All texts of a project that come from the request."""
    return json.dumps([project.get(name) for name in _REPEATED], ensure_ascii=False)


def shows_deletion(project: dict[str, Any]) -> bool:
    """Whether a project says that it is deleted: a service may keep and list what was deleted, with a mark.

    The mark is a member such as ``deletedAt`` with a value, or a ``status`` such as ``ARCHIVED``.
    """
    return any(
        (_DELETION.search(name) and value not in (None, False, 0, "", [], {}))
        or (_STATUS.fullmatch(name) and isinstance(value, str) and _DELETION.search(value))
        for name, value in project.items()
    )


def is_as_sent(project: dict[str, Any], names: re.Pattern[str], sent: Collection[str]) -> bool:
    """Whether a name of the run was sent like this: somebody may copy a project of the run, as "Copy of ...".

    Args:
        project: A project that shows a name.
        names: A pattern of the names of the run.
        sent: The names in requests, see :meth:`Sent.shown_names`.
    """
    name = str(project.get("displayName"))
    shown, whole = folded(name), name.casefold()
    if names.search(shown_text({name: value for name, value in project.items() if name != "displayName"}).casefold()):
        return shown in sent or not any(_is_extended(name, whole) for name in sent)
    return any(name in sent for name in names.findall(shown)) or any(name.startswith(shown) for name in sent)


def _is_extended(name: str, shown: str) -> bool:
    """Whether a displayName is another one with words before or after it, as copies have.

    Args:
        name: The other one, folded. Of a long one the start is sufficient.
        shown: The displayName, in lower case.
    """
    if len(name) > _KEPT:
        return name[:_KEPT] in shown
    if not name:  # of a blank displayName a copy keeps the space
        return shown != shown.strip()
    before, found, after = shown.partition(name)
    return bool(found) and (before + after != "") and not (before[-1:].isalnum() or after[:1].isalnum())


def carries_name(case: Case, run_id: str) -> bool:
    """Whether a project that is stored as in a case would show a name of the run."""
    body = lenient_json.object_of(case.body)
    return body is not None and f"{run_id}-" in shown_text(body)


def project_path(identifier: str) -> str | None:
    """The path of one project, None for an id that cannot be used in a URL safely."""
    return f"{COLLECTION_PATH}/{quote(identifier, safe='')}" if _SAFE_ID.fullmatch(identifier) else None


def shown_project(body: bytes) -> dict[str, Any]:
    """The project in a response, parsed leniently.

    Args:
        body: A JSON object, or one inside an array, an object or a JSON string, with or without text around it; or a
            part of one.

    Returns:
        The object with an ``id``; if none can be parsed, the members that can be recognised; else an empty one.
    """
    for value in _values(body[:_LONGEST]):
        return next((node for node in _objects(value) if _is_project(node)), {})
    members: dict[str, Any] = {}
    for name, value in _MEMBER.findall(body[:_LONGEST].decode("utf-8", "replace")):
        members.setdefault(name, value)
    return members if "id" in members else {}


def _values(body: bytes) -> Iterator[Any]:
    """The body as JSON, else the JSON values that begin somewhere near its start."""
    with suppress(ValueError):
        yield _unquoted(lenient_json.loads(body))
    text = body.decode("utf-8", "replace")
    for match in islice(re.finditer(r'[{["]', text), _STARTS):
        with suppress(ValueError, RecursionError):
            yield _unquoted(lenient_json.DECODER.raw_decode(text[match.start() :])[0])


def _unquoted(value: Any) -> Any:
    """The value in a JSON string that contains JSON."""
    return lenient_json.DECODER.decode(value) if isinstance(value, str) else value


def _is_project(node: dict[str, Any]) -> bool:
    return isinstance(node.get("id"), str) and bool(node["id"]) and _is_like_project(node)


def _is_like_project(node: dict[str, Any]) -> bool:
    """Whether an object is a project, with or without an id, and not an object inside one, such as its plan."""
    return not node.keys().isdisjoint({"displayName", "platformId"})


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects in a value, except those inside a project, whose metadata may look like another one."""
    waiting = [value]
    for node in waiting:
        if isinstance(node, dict):
            yield node
            if not _is_like_project(node):
                waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        if len(waiting) > _MOST_VALUES:
            return


@dataclass(frozen=True, slots=True)
class Sent:
    """The parts of a request that identify its project: names of the run, folded displayName, time (epoch seconds)."""

    names: list[str]
    display_name: str
    started: float

    @classmethod
    def of(cls, case: Case, run_id: str, started: float, body: Any = None) -> Sent:
        """The names of the run ``run_id`` and the displayName in ``case``; ``body`` is its parsed body, if known."""
        text = (case.body or b"").decode("utf-8", "replace")
        names = re.findall(rf"{re.escape(run_id)}-\d+", text) if run_id else []
        if not isinstance(body, dict):
            try:
                body = lenient_json.DECODER.decode(text)
            except (ValueError, RecursionError):
                body = None
        if isinstance(body, dict):  # no project shows a name in another member
            names = _shown(names, body)
        display_name = body.get("displayName") if isinstance(body, dict) else None
        return cls(names[:_MOST_NAMES], folded(display_name) if isinstance(display_name, str) else "", started)

    def to_json(self) -> dict[str, Any]:
        """The JSON object for a ledger."""
        return {"names": self.names, "display_name": self.display_name, "started": self.started}

    @classmethod
    def from_json(cls, encoded: dict[str, Any]) -> Sent:
        """The inverse of :meth:`to_json`; raises KeyError, TypeError or ValueError if it is damaged."""
        names, display_name = encoded["names"], encoded["display_name"]
        if not all(isinstance(text, str) for text in (*names, display_name)):
            raise TypeError("expected strings")
        return cls(list(names), display_name, float(encoded["started"]))

    def shown_names(self) -> set[str]:
        """The displayName; and the names of the run if they are not in a readable body."""
        return {self.display_name.strip().casefold()}.union(() if self.display_name else self.names)

    def shown_by(self, project: dict[str, Any]) -> bool:
        """Whether a project shows these values: a name of the run or, if none was sent, displayName.

        A service may fold and trim them. The id of a run is sufficient, because it cannot be guessed.
        """
        if self.names:
            runs = {name.rpartition("-")[0] for name in self.names}
            shown = (project.get(name) for name in _REPEATED)
            texts = (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in shown)
            # One after the other: values without a name may be large.
            return any(run in text.casefold() for text in texts for run in runs)
        name = project.get("displayName")
        return (
            isinstance(name, str) and bool(self.display_name) and folded(name) == self.display_name.strip().casefold()
        )

    def created_with(self, project: dict[str, Any], exchange: Exchange | None = None) -> bool:
        """Whether ``created`` is the time of this request, by the Date of the response or by the client's clock."""
        created = instant(str(project.get("created")))
        if created is None:
            return False
        created = created if created.tzinfo else created.replace(tzinfo=UTC)  # without a zone it is usually UTC
        response = exchange.response if exchange else None
        date = http_date(response.header("Date")) if response else None
        elapsed = exchange.elapsed if exchange else 0.0
        if date is not None:
            return -_WITH_DATE - elapsed <= (created - date).total_seconds() <= _WITH_DATE
        return abs(created.timestamp() - self.started) <= _WITHOUT_DATE + elapsed


def _shown(names: list[str], body: dict[str, Any]) -> list[str]:
    """The names that the project of a body would show."""
    texts = [value for value in (body.get("displayName"), body.get("externalId")) if isinstance(value, str)]
    if not all(any(name in text for text in texts) for name in names):
        texts.append(shown_text(body))  # metadata may be large
    return [name for name in names if any(name in text for text in texts)]


def proof(sent: Sent, project: dict[str, Any], exchange: Exchange) -> str:
    """The evidence that the project in a response was created by the request: ``values``, ``time``, or both."""
    signs = [("values", sent.shown_by(project)), ("time", sent.created_with(project, exchange))]
    return "+".join(sign for sign, holds in signs if holds)


@dataclass(slots=True)
class Existing:
    """The projects that existed before the run; ``complete`` means that all are known."""

    identifiers: set[str] = field(default_factory=set)
    complete: bool = False

    def owns(self, identifier: str, signs: str) -> bool:
        """Whether a project is provably the run's own.

        Either it shows the values of the request and was created at its time, or one of the two holds and it was not in
        the complete list of projects when the run began.
        """
        if identifier in self.identifiers:
            return False
        return signs == "values+time" or (self.complete and bool(signs))


def folded(text: str) -> str:
    """The text without differences in case and surrounding space, which a service may change.

    A long text is shortened: its start and a hash of all of it remain.
    """
    text = text.strip().casefold()
    if len(text) <= _KEPT:
        return text
    return f"{text[:_KEPT]}…{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
