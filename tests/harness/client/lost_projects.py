"""Projects with uncertain ids: they are searched in the list before more are created."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from tests.harness.client.ownership import is_as_sent, project_path, shown_text
from tests.harness.client.project_cleaner import PAGES, ProjectCleaner
from tests.harness.client.target import NoVerdict

if TYPE_CHECKING:
    from tests.harness.client.ledger import Ledger
    from tests.harness.client.ownership import Existing, Sent
    from tests.harness.client.target import Target

#: The maximum number of lost projects: before the list has been shown to find them, and after.
_FEW, _MANY = 20, 200
#: Seconds before each reading of the list until projects count as lost: it may skip some while others are deleted.
_BEFORE_LOOKS: Final = (0.0, 0.5, 1.0, 2.0)
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
        #: The ids found so far: their projects may stand in the list a little longer.
        self._found: set[str] = set()
        self._most = _FEW
        #: Why nothing more is created; else empty.
        self._end = ""
        #: Failed requests that may have created a project, since the list last worked.
        self._doubtful = 0
        self._searching = threading.Lock()
        #: Why deletion fails although it is offered; else empty.
        self.cleanup_fails = ""
        #: Whether a project was ever lost: then projects without a name could not be found either.
        self.names_are_needed = False
        #: Whether the list showed a project that no response named.
        self._hides_ids = False
        #: Whether the list showed once that nothing was lost.
        self._is_exact = False

    def __len__(self) -> int:
        return len(self._lost)

    def add(self, number: int, sent: Sent) -> None:
        """Count the project of request ``number``."""
        self._lost[number] = sent
        self.names_are_needed = not self._is_exact

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
            NoVerdict: Too many stay lost, now or before: nothing more may be created.
        """
        with self._searching:
            if self._end:
                raise NoVerdict(self._end)
            if self._doubtful >= _FEW:
                self._verify_list()
            if len(self) < self._most:
                return {}
            # Those that are lost meanwhile are not in the list that is read.
            lost = set(self._lost)
            found: dict[str, str] = {}
            for pause in () if self.cleanup_fails else _BEFORE_LOOKS:
                time.sleep(pause)
                found |= self.search(existing)
                if len(lost.intersection(self._lost)) < _FEW:
                    self._most = _MANY
                    return found
            why = self.cleanup_fails or (
                "the responses do not name them, do not show what was sent, or have ids that are not safe in a URL"
            )
            raise self._stop(f"{len(self)} projects cannot be cleaned up, because {why}")

    def search(self, existing: Existing) -> dict[str, str]:
        """Find the projects in the list by the names in their requests; see :meth:`make_room`."""
        numbers: dict[str, list[int]] = {}
        for number, sent in list(self._lost.items()):
            for name in sent.names:  # several requests may carry the same one
                numbers.setdefault(name, []).append(number)
        names = re.compile(
            "|".join(rf"{re.escape(run)}-\d+" for run in {n.rpartition("-")[0] for n in numbers}) or "$^"
        )
        # Those whose response named no id.
        unnamed = self._lost.keys() & {number for _, number in list(self._ledger.state.open_requests)}
        listed, problem = self._listed(PAGES)
        found = {}
        for project in listed:
            identifier = project.get("id")
            if not isinstance(identifier, str) or identifier in existing.identifiers or identifier in self._found:
                continue
            if project_path(identifier) is None:
                continue  # it cannot be deleted
            shown = names.findall(shown_text(project).casefold())
            requests = [lost for name in shown for lost in numbers.get(name, ()) if lost in self._lost]
            if requests and is_as_sent(project, names, self._lost[requests[0]].shown_names()):
                # A name that cannot be guessed.
                found[identifier] = "values+time"
                self._hides_ids |= identifier not in self._ledger.state.created
                self._ledger.finish(requests[0], identifier, found[identifier])
                self._lost.pop(requests[0])
        self._found |= found.keys()
        if len(unnamed) >= _FEW and not problem and not self._hides_ids and self._are_all_known(listed, existing):
            for number in unnamed:
                self._lost.pop(number, None)
            self._is_exact, self.names_are_needed = True, False
        return found

    def _are_all_known(self, listed: list[dict[str, Any]], existing: Existing) -> bool:
        """Whether the whole list shows projects of the run, and none that no response named.

        Then a response without an id created nothing, such as a refusal with the status 200.
        """
        created = self._ledger.state.created.keys()
        identifiers = {project.get("id") for project in listed}
        # Later all of them may have been deleted.
        shows_new = self._is_exact or not identifiers.isdisjoint(created - existing.identifiers)
        return existing.complete and shows_new and identifiers <= existing.identifiers | created

    def _verify_list(self) -> None:
        listed, problem = self._listed(1)
        if problem and not listed:
            raise self._stop(f"{self._doubtful} requests failed and may have created a project each, and {problem}")
        self._doubtful = 0

    def _stop(self, why: str) -> NoVerdict:
        """The end of all creation: other tests must not leave more."""
        self._end = f"the run stopped creating: {why}"
        return NoVerdict(self._end)

    def _listed(self, pages: int) -> tuple[list[dict[str, Any]], str]:
        target = self._target.at(self._target.base_url)
        try:
            return ProjectCleaner(target, prepaid=0, patience=_PATIENCE).listed(pages)
        finally:
            target.close()
