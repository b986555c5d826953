"""Projects with uncertain ids: they are searched in the list before more are created."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any, Final

from tests.harness.client.ownership import is_as_sent, shown_text
from tests.harness.client.project_cleaner import PAGES, ProjectCleaner
from tests.harness.client.target import NoVerdict

if TYPE_CHECKING:
    from tests.harness.client.ledger import Ledger
    from tests.harness.client.ownership import Existing, Sent
    from tests.harness.client.target import Target

#: The maximum number of lost projects: before the list has been shown to find them, and after.
_FEW, _MANY = 20, 200
#: Seconds without a good response for which the list is waited for.
_PATIENCE: Final = 10.0


class LostProjects:
    """Counts the projects that cannot be cleaned up yet; thread-safe.

    Args:
        target: The service.
        ledger: Where the ids of found projects are written.
    """

    def __init__(self, target: Target, ledger: Ledger) -> None:
        self._target = target
        self._ledger = ledger
        #: The requests that created them, by number.
        self._lost: dict[int, Sent] = {}
        self._most = _FEW
        #: Failed requests that may have created a project, since the list last worked.
        self._doubtful = 0
        self._searching = threading.Lock()
        #: Why deletion fails although it is offered; else empty.
        self.cleanup_fails = ""
        #: Whether a project was ever lost: then projects without a name could not be found either.
        self.names_are_needed = False

    def __len__(self) -> int:
        return len(self._lost)

    def add(self, number: int, sent: Sent) -> None:
        """Count the project of request ``number``."""
        self._lost[number] = sent
        self.names_are_needed = True

    def doubt(self) -> None:
        """Count a failed request: only the list can show whether it created a project."""
        self._doubtful += 1

    def make_room(self, existing: Existing) -> dict[str, str]:
        """Search for the lost projects if there are many.

        Args:
            existing: The projects that existed before the run.

        Returns:
            The ids found, each with the evidence that the project is the run's own.

        Raises:
            NoVerdict: Too many stay lost: nothing more may be created.
        """
        with self._searching:
            if self._doubtful >= _FEW:
                self._verify_list()
            if len(self) < self._most:
                return {}
            found = {} if self.cleanup_fails else self.search(existing)
            if len(self) >= _FEW:
                why = self.cleanup_fails or "the responses do not name them or do not show what was sent"
                raise NoVerdict(f"the run stopped creating: {len(self)} projects cannot be cleaned up, because {why}")
            self._most = _MANY
            return found

    def search(self, existing: Existing) -> dict[str, str]:
        """Find the projects in the list by the names in their requests; see :meth:`make_room`."""
        numbers = {name: number for number, sent in list(self._lost.items()) for name in sent.names}
        names = re.compile(
            "|".join(rf"{re.escape(run)}-\d+" for run in {n.rpartition("-")[0] for n in numbers}) or "$^"
        )
        listed, _ = self._listed(PAGES)
        found = {}
        for project in listed:
            identifier = project.get("id")
            shown = names.findall(shown_text(project).casefold())
            number = next((numbers[name] for name in shown if name in numbers), None)
            if number is None or number not in self._lost or not isinstance(identifier, str):
                continue
            if identifier not in existing.identifiers and is_as_sent(project, names, self._lost[number].shown_names()):
                # A name that cannot be guessed.
                found[identifier] = "values+time"
                self._ledger.finish(number, identifier, found[identifier])
                self._lost.pop(number, None)
        return found

    def _verify_list(self) -> None:
        listed, problem = self._listed(1)
        if problem and not listed:
            raise NoVerdict(
                f"the run stopped creating: {self._doubtful} requests failed and may have created a project each, and "
                f"{problem}"
            )
        self._doubtful = 0

    def _listed(self, pages: int) -> tuple[list[dict[str, Any]], str]:
        target = self._target.at(self._target.base_url)
        try:
            return ProjectCleaner(target, prepaid=0, patience=_PATIENCE).listed(pages)
        finally:
            target.close()
