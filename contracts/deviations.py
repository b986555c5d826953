"""Known deviations: findings that a team accepts for now, with a reason, an owner and an expiry date."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.exchange_record import ExchangeRecord
    from contracts.findings import Finding

DEFAULT_FILE: Final = Path(__file__).with_name("deviations.toml")
_REQUIRED = ("name", "clause", "cases", "reason", "link", "owner", "expires")
_OPTIONAL = ("also", "cause", "kinds", "where", "sent", "received")
_LISTS = ("also", "kinds")


class DeviationError(ValueError):
    """The file of deviations cannot be used; the message names the entry and what it lacks."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One accepted deviation.

    A finding matches if its clause is ``clause``, or one of ``also``, and every other given condition holds: ``cause``
    (equal, or one of several), ``kinds`` (the finding has one of them), ``where`` (equal), ``sent`` (a regular
    expression found in the body), ``received`` (one found in what was received). Without ``cause`` it covers the whole
    clause, also mistakes that nobody has seen yet. ``cases`` describes the covered cases for readers.
    """

    name: str
    clause: str
    cases: str
    reason: str
    link: str
    owner: str
    expires: dt.date
    also: tuple[str, ...] = ()
    cause: str | tuple[str, ...] | None = None
    kinds: tuple[str, ...] = ()
    where: str | None = None
    sent: str | None = None
    received: str | None = None

    @property
    def clauses(self) -> tuple[str, ...]:
        """Every clause whose findings it may cover."""
        return (self.clause, *self.also)

    def covers(self, finding: Finding, exchange: ExchangeRecord | None) -> bool:
        """Whether ``finding``, seen in the recorded ``exchange``, is this deviation."""
        causes = (self.cause,) if isinstance(self.cause, str) else self.cause
        if finding.clause not in self.clauses or (causes is not None and finding.cause not in causes):
            return False
        if self.kinds and set(self.kinds).isdisjoint(finding.kinds):
            return False
        if self.where not in {None, finding.where}:
            return False
        if self.received is not None and not re.search(self.received, finding.received):
            return False
        if self.sent is None:
            return True
        return re.search(self.sent, exchange.body_text if exchange else "") is not None


class Deviations:
    """The entries of one file, on one day."""

    def __init__(self, entries: Iterable[Deviation], today: dt.date) -> None:
        self.entries = tuple(entries)
        self._today = today
        self._by_clause: dict[str, list[Deviation]] = {}
        for entry in self.entries:
            for clause in entry.clauses:
                self._by_clause.setdefault(clause, []).append(entry)

    @classmethod
    def none(cls) -> Deviations:
        """No deviation is accepted."""
        return cls((), dt.date.min)

    @classmethod
    def load(cls, path: Path = DEFAULT_FILE, today: dt.date | None = None) -> Deviations:
        """The entries of a TOML file; raises DeviationError if one is incomplete."""
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as problem:
            raise DeviationError(f"cannot read the deviations in {path}: {problem}") from None
        entries = [_entry(entry, path) for entry in content.get("deviation", [])]
        names = [entry.name for entry in entries]
        for name in names:
            if names.count(name) > 1:
                raise DeviationError(f"{path}: two deviations are named {name!r}; names must differ")
        return cls(entries, today or dt.datetime.now(tz=dt.UTC).date())

    def match(self, finding: Finding, exchange: ExchangeRecord | None) -> Deviation | None:
        """The first entry that covers ``finding``, expired or not."""
        for entry in self._by_clause.get(finding.clause, ()):
            if entry.covers(finding, exchange):
                return entry
        return None

    def expired(self) -> list[Deviation]:
        """Entries after their last day."""
        return [entry for entry in self.entries if entry.expires < self._today]

    def vanished(self, occurred: set[str]) -> list[Deviation]:
        """Entries that no finding matched."""
        return [entry for entry in self.entries if entry.name not in occurred]


def _entry(entry: dict[str, Any], path: Path) -> Deviation:
    title = entry.get("name", entry.get("clause", "without a name"))
    missing = [name for name in _REQUIRED if name not in entry]
    unknown = [name for name in entry if name not in (*_REQUIRED, *_OPTIONAL)]
    if missing or unknown:
        raise DeviationError(
            f"{path}: deviation {title!r} lacks {missing or 'nothing'} and has unknown members {unknown or 'none'}; "
            f"expected {', '.join(_REQUIRED)} and optionally {', '.join(_OPTIONAL)}"
        )
    if not isinstance(entry["expires"], dt.date):
        raise DeviationError(
            f"{path}: deviation {title!r}: expires is {entry['expires']!r}; expected a date such as 2027-01-31"
        )
    for name in ("sent", "received"):
        try:
            re.compile(entry.get(name, ""))
        except re.error as problem:
            raise DeviationError(
                f"{path}: deviation {title!r}: {name} is not a regular expression: {problem}"
            ) from None
    for name in _LISTS:
        texts = entry.get(name, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise DeviationError(f"{path}: deviation {title!r}: {name} is {texts!r}; expected a list of texts")
    lists = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
    return Deviation(**entry | lists)
