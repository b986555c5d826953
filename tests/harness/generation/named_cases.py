"""Requests that a run generates for itself, with unique names: control requests and repetitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from strategies.cases.baseline_cases import minimal_case
from strategies.unique_names import UniqueNames

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.settings.run_options import RunOptions


class HasOptions(Protocol):
    """A run with options, which change while it begins."""

    options: RunOptions


class NamedCases:
    """Requests with unique names and the current run id. Not thread-safe."""

    def __init__(self, run: HasOptions, worker: str) -> None:
        self._run = run
        self._names = UniqueNames(run.options.run_id, id_range(worker) + 1)
        self._contract = run.options.load_contract()

    def control(self) -> Case:
        """The simplest valid request."""
        return minimal_case(self._contract, self._current_names())

    def renewed(self, case: Case) -> Case:
        """The same request with a new name; the case itself if it has none."""
        return self._current_names().renew(case)

    def _current_names(self) -> UniqueNames:
        if self._names.run_id != self._run.options.run_id:
            self._names = UniqueNames(self._run.options.run_id, self._names.id_range)
        return self._names


def id_range(worker: str) -> int:
    """The range of the names that a worker generates; those of case sets are below 1,000."""
    number = int(worker.removeprefix("gw")) if worker.startswith("gw") else 99
    return 1_000 + 10 * number
