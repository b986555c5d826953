"""The records of a history as types, and the codec for their JSON lines.

A history has one JSON object per line: ``type`` names the record, ``worker`` the process that wrote it, and the other
members are those of the class. Members that are None are omitted; unknown members and types are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Final

from contracts.clause import Clause
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Target:
    """The service under test; ``name`` is ``live`` or ``mock``."""

    name: str = "unknown"
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class KeptProject:
    """A project that the cleanup left, with the reason."""

    id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """The first record: the run, its target, and the clauses that it verifies. Times are seconds since the epoch."""

    type: ClassVar = "run"
    id: str | None = None
    target: Target = Target()
    profile: str | None = None
    seed: int | None = None
    run_id: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    platform: str | None = None
    commit: str | None = None
    dirty: bool = False
    started: float | None = None
    clauses: tuple[Clause, ...] = ()
    limits: dict[str, float] = field(default_factory=dict)
    shard: str | None = None
    command: str | None = None
    worker: str = ""


@dataclass(frozen=True, slots=True)
class SignatureRecord:
    """The clauses that exchanges with this signature exercised, by side."""

    type: ClassVar = "signature"
    id: int
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    worker: str = ""


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """A finding that rests on several exchanges; ``exchange`` is the one that shows it best."""

    type: ClassVar = "finding"
    finding: Finding
    started: float = 0.0
    exchange: ExchangeRecord | None = None
    worker: str = ""


@dataclass(frozen=True, slots=True)
class ReattributedRecord:
    """A finding of exchange ``number`` that was reattributed after further requests."""

    type: ClassVar = "reattributed"
    number: int
    was: Finding
    finding: Finding
    exchange: ExchangeRecord
    worker: str = ""


@dataclass(frozen=True, slots=True)
class NotToBlameRecord:
    """Failures were attributed to a field that does not cause them: they count as ``instead``."""

    type: ClassVar = "not_to_blame"
    clause: str
    cause: str
    instead: str
    worker: str = ""


@dataclass(frozen=True, slots=True)
class RepeatedRecord:
    """A case with a finding was repeated, and did or did not fail again."""

    type: ClassVar = "repeated"
    clause: str
    cause: str
    fails: bool
    worker: str = ""


@dataclass(frozen=True, slots=True)
class ExercisedRecord:
    """The number of valid and invalid cases that exercised a clause which no single exchange can show."""

    type: ClassVar = "exercised"
    clause: str
    positive: int = 0
    negative: int = 0
    worker: str = ""


@dataclass(frozen=True, slots=True)
class NotExercisedRecord:
    """Why no case exercised a clause."""

    type: ClassVar = "not_exercised"
    clause: str
    why: str
    worker: str = ""


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """A note for the report; ``data`` is its content for programs."""

    type: ClassVar = "note"
    kind: str
    text: str
    data: dict[str, Any] | None = None
    worker: str = ""


@dataclass(frozen=True, slots=True)
class PhaseRecord:
    """A phase of the run that began at ``started``."""

    type: ClassVar = "phase"
    name: str
    started: float
    worker: str = ""


@dataclass(frozen=True, slots=True)
class CleanupRecord:
    """The outcome of the cleanup."""

    type: ClassVar = "cleanup"
    created: int
    deleted: int
    kept: tuple[KeptProject, ...] = ()
    may_be_left: int = 0
    worker: str = ""


@dataclass(frozen=True, slots=True)
class MemberCountsRecord:
    """The counts of :class:`contracts.member_counts.MemberCounts`, the last record of a worker."""

    type: ClassVar = "member_counts"
    counts: dict[str, Any]
    worker: str = ""


@dataclass(frozen=True, slots=True)
class PublishedRecord:
    """A published document given to the run: the JSON schemas of the request and of the response."""

    type: ClassVar = "published"
    source: str
    request: dict[str, Any]
    response: dict[str, Any]
    worker: str = ""


@dataclass(frozen=True, slots=True)
class EndRecord:
    """The end of a process; ``reason`` says why there is no verdict, empty if there is one."""

    type: ClassVar = "end"
    reason: str
    ended: float | None = None
    worker: str = ""


HistoryRecord = (
    RunRecord
    | SignatureRecord
    | ExchangeRecord
    | FindingRecord
    | ReattributedRecord
    | NotToBlameRecord
    | RepeatedRecord
    | ExercisedRecord
    | NotExercisedRecord
    | NoteRecord
    | PhaseRecord
    | CleanupRecord
    | MemberCountsRecord
    | PublishedRecord
    | EndRecord
)

_MEMBERS: Final = {kind: tuple(member.name for member in fields(kind)) for kind in HistoryRecord.__args__}
_TYPES: Final[dict[str, Any]] = {kind.type: kind for kind in _MEMBERS}
_DECODE: Final[dict[str, Callable[[Any], Any]]] = {
    "target": lambda value: Target(value["name"], value["base_url"]),
    "clauses": lambda value: tuple(map(Clause.from_json, value)),
    "kept": lambda value: tuple(KeptProject(entry["id"], entry["why"]) for entry in value),
    "finding": Finding.from_json,
    "was": Finding.from_json,
    "exchange": ExchangeRecord,
    "positive": lambda value: value if isinstance(value, int) else tuple(value),
    "negative": lambda value: value if isinstance(value, int) else tuple(value),
}


def encode(record: HistoryRecord, worker: str) -> dict[str, Any]:
    """The JSON object of a record that ``worker`` writes."""
    if isinstance(record, ExchangeRecord):
        return record.encoded
    encoded: dict[str, Any] = {"type": record.type, "worker": worker}
    for name in _MEMBERS[type(record)]:
        value = getattr(record, name)
        if value is not None and name != "worker":
            encoded[name] = _encoded(value)
    return encoded


def decode(encoded: dict[str, Any]) -> HistoryRecord | None:
    """The record of a JSON object; None for a type of another version. Raises TypeError if a member is missing."""
    if encoded["type"] == "exchange":
        return ExchangeRecord(encoded)
    kind = _TYPES.get(encoded["type"])
    if kind is None:
        return None
    members = {name: encoded[name] for name in _MEMBERS[kind] if name in encoded}
    record: HistoryRecord = kind(**{n: _DECODE[n](value) if n in _DECODE else value for n, value in members.items()})
    return record


def _encoded(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_encoded(item) for item in value]
    if isinstance(value, Finding | Clause):
        return value.to_json()
    if isinstance(value, ExchangeRecord):
        return value.encoded
    if isinstance(value, Target | KeptProject):
        return {member.name: getattr(value, member.name) for member in fields(value)}
    return value
