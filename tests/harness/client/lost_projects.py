"""Projects whose ids no response tells for certain: they are looked for in the list before more of them are created."""

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

#: Projects that may be lost at once: before the list has shown that it finds them again, and after.
_FEW, _MANY = 20, 200
#: Seconds without a good response for which the list is waited for.
_PATIENCE: Final = 10.0


class LostProjects:
    """Counts the projects that could not be cleaned up now; safe to use from several threads.

    Args:
        target: the service.
        ledger: where the id of one that is found is entered.
    """

    def __init__(self, target: Target, ledger: Ledger) -> None:
        self._target = target
        self._ledger = ledger
        #: The requests that created them, by number.
        self._lost: dict[int, Sent] = {}
        self._most = _FEW
        #: Requests that failed and may have created a project, since the list was last seen to work.
        self._doubtful = 0
        self._searching = threading.Lock()
        #: Why nothing can be deleted, although deletion is offered; empty if it can, or is not offered.
        self.cleanup_fails = ""
        #: Whether a project was ever lost: then one whose request carries no name could not be found again.
        self.names_are_needed = False

    def __len__(self) -> int:
        return len(self._lost)

    def add(self, number: int, sent: Sent) -> None:
        """Count the project of request ``number``."""
        self._lost[number] = sent
        self.names_are_needed = True

    def doubt(self) -> None:
        """Count a request that failed: where it created a project the list alone can tell."""
        self._doubtful += 1

    def make_room(self, existing: Existing) -> dict[str, str]:
        """Look for the lost projects where they are many.

        Args:
            existing: the projects that were there before the run.

        Returns:
            The ids that were found, each with the signs that the project is the run's own.

        Raises:
            NoVerdict: too many stay lost: nothing more is to be created.
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
        """Find the projects that the list shows under the names of their requests; see :meth:`make_room`."""
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
                # A name that nobody can guess.
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
