"""The environment of a run in reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.history_records import RunRecord
from reports.summary import Environment
from reports.visible import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: The maximum length of an option, sufficient for commands that repeat it.
_OPTION: Final = 8_000


def environment_of(
    runs: Sequence[RunRecord], started: float, ended: float, histories: int, directory: str
) -> Environment:
    """The environment of runs that are read as one.

    Args:
        runs: Their records; details that differ are those of the first.
        started: When the first one began, in seconds since the epoch.
        ended: When the last one ended.
        histories: How many files were read.
        directory: The folder of the run, as in commands.
    """
    first = runs[0] if runs else RunRecord()
    return Environment(
        ids=_each(run.id for run in runs),
        target=inert(first.target.name),
        base_url=inert(first.target.base_url),
        profile=", ".join(_each(run.profile for run in runs)),
        seed=", ".join(_each(run.seed for run in runs)),
        run_ids=_each(run.run_id for run in runs),
        options=_pairs(first.options, _OPTION),
        versions=_pairs({**first.versions, "platform": first.platform}),
        commit=", ".join(_each(run.commit for run in runs)),
        dirty=any(run.dirty for run in runs),
        started=started,
        ended=ended,
        limits=tuple((inert(name), float(value)) for name, value in first.limits.items()),
        shards=_each(run.shard for run in runs),
        commands=_each(run.command for run in runs),
        histories=histories,
        directory=inert(directory),
    )


def _each(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(inert(str(value)) for value in values if _says_something(value)))


def _pairs(members: dict[str, Any], limit: int = 200) -> tuple[tuple[str, str], ...]:
    return tuple((inert(name), inert(str(value), limit)) for name, value in members.items() if _says_something(value))


def _says_something(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", [])
