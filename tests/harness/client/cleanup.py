"""Deletes the projects that a run created, at its end or later from its ledger."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from reports.wording import numbers
from tests.harness.client.ledger import Ledger, read_ledgers
from tests.harness.client.ownership import folded, is_as_sent, shown_text, shows_deletion
from tests.harness.client.project_cleaner import PAGES, PAGES_FOR_LOST, ProjectCleaner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.client.ledger import LedgerState
    from tests.harness.client.ownership import Sent
    from tests.harness.client.target import Target

#: How often the list is searched again after projects of the run were found in it, and after a round that deletes
#: nothing. A list may show only a few projects at once.
_ROUNDS, _ROUNDS_IN_VAIN = 200, 3
#: Seconds before the list is searched again for deleted projects that are still listed, and before an unknown id is
#: deleted again.
_LAG: Final = 0.5
#: Seconds between two searches for projects whose deletion was accepted (status 202), while none disappears.
_UNTIL_COMPLETED: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
#: A name of any run, see :func:`tests.harness.settings.run_options.new_run_id`.
_NAME: Final = re.compile(r"\bct[0-9a-z]{10}-\d")
_PERHAPS: Final = "perhaps not ours: "
_ALIKE: Final = f"{_PERHAPS}it appeared during the run, and a request sent its displayName"
_COPY: Final = f"{_PERHAPS}its displayName contains a name of this run, but no request sent it"
_REUSED: Final = f"{_PERHAPS}it has the id of a project that was deleted, and shows nothing that was sent"
_DOUBTFUL: Final = f"{_PERHAPS}the service answered with it, but it does not show what was sent"


@dataclass(slots=True)
class CleanupResult:
    """The result of a cleanup: the ``created`` projects are ``deleted`` or ``kept`` with a reason.

    ``untracked`` are projects of the run that no response named; ``may_be_left`` counts requests that may have created
    a project; ``remarks`` say what could not be searched.
    """

    created: int = 0
    deleted: int = 0
    kept: dict[str, str] = field(default_factory=dict)
    untracked: list[dict[str, Any]] = field(default_factory=list)
    may_be_left: int = 0
    remarks: list[str] = field(default_factory=list)

    @property
    def can_be_continued(self) -> bool:
        """Whether a later cleanup may delete what is left; it never deletes what is perhaps not the run's."""
        return self.may_be_left > 0 or not all(why.startswith(_PERHAPS) for why in self.kept.values())

    def reasons(self) -> list[str]:
        """The reasons why projects are left, each once."""
        return list(dict.fromkeys(self.kept.values()))


def clean_up(
    directory: Path,
    target: Target,
    *,
    own: Ledger | None = None,
    prepaid: int = 0,
    patience: float = 60.0,
    keep: str = "",
) -> CleanupResult:
    """Delete the run's own projects: those in its ledgers, then those in the list of projects.

    Args:
        directory: The folder of the run.
        target: The service.
        own: The ledger of this process, whose state is taken from memory.
        prepaid: Requests that were reserved in the budget.
        patience: Seconds without a good response for which an unreachable service is waited for.
        keep: A reason not to delete anything; empty to delete.
    """
    state = read_ledgers(directory, own)
    if not state.created and not state.open_requests:
        return CleanupResult(remarks=_unreadable(state))
    ledger = Ledger(directory, "cleanup", target.secrets, state)
    try:
        cleaner = ProjectCleaner(target, prepaid=prepaid, patience=patience, deletes=bool(state.deleted))
        return _Cleanup(ledger, cleaner, keep).run()
    finally:
        ledger.close()


class _Cleanup:
    """One cleanup: deletes, reads the list, and deletes what it shows."""

    def __init__(self, ledger: Ledger, cleaner: ProjectCleaner, keep: str) -> None:
        self._state = state = ledger.state
        self._ledger = ledger
        self._cleaner = cleaner
        self._keep = keep
        #: The requests whose project has an unknown id.
        self._lost = list(ledger.state.open_requests.values())
        #: The requests without a clear response for which the list is inconclusive.
        self._unclear = list(ledger.state.open_requests.values())
        self._unknown, self._tried_again = set[str](), set[str]()
        self._result = CleanupResult(may_be_left=len(state.open_requests), remarks=_unreadable(state))

    def run(self) -> CleanupResult:
        state, result = self._state, self._result
        waiting = state.remaining
        in_vain = 0
        for _ in range(_ROUNDS):
            result.kept |= dict.fromkeys(waiting, self._keep) if self._keep else self._delete(waiting)
            if in_vain:  # a list may show deleted projects for a while
                time.sleep(_LAG)
            waiting, before = self._completed(self._search()), waiting
            in_vain = 0 if set(waiting) - set(before) and not self._keep else in_vain + 1
            if in_vain >= _ROUNDS_IN_VAIN:
                break
            waiting = waiting or self._not_known_yet()
            if not waiting:
                break
        result.kept |= {identifier: self._keep or self._why_still_there(identifier) for identifier in waiting}
        result.kept |= dict.fromkeys(state.doubtful, _DOUBTFUL)
        created = state.created.keys() - self._unknown
        result.created, result.deleted = len(created), len(created & state.deleted)
        if result.may_be_left:
            result.remarks.append(
                f"{numbers(result.may_be_left, 'request')} without a clear response may have left a project each: "
                f"look for projects named {state.run_id}-..., or those of {_names(self._unclear)}"
            )
        return result

    def _delete(self, identifiers: list[str]) -> dict[str, str]:
        return self._cleaner.delete(identifiers, self._ledger.deleted)

    def _completed(self, waiting: list[str]) -> list[str]:
        """Wait for deletions that the service carries out later (status 202); return the projects that remain."""
        vain = 0
        while (
            waiting and not self._keep and self._cleaner.accepted.issuperset(waiting) and vain < len(_UNTIL_COMPLETED)
        ):
            time.sleep(_UNTIL_COMPLETED[vain])
            for identifier in waiting:
                self._ledger.deleted(identifier)
            before, waiting = len(waiting), self._search()
            vain = 0 if len(waiting) < before else vain + 1
        return waiting

    def _why_still_there(self, identifier: str) -> str:
        if identifier in self._cleaner.accepted:
            return "its deletion was accepted (status 202) and not carried out in time"
        return "it was still there after it had been deleted"

    def _not_known_yet(self) -> list[str]:
        """The ids unknown to DELETE, each once: a replica of a database may not have the project yet."""
        again = [i for i in self._cleaner.unknown if i not in self._tried_again] if self._cleaner.knows_ids else []
        self._tried_again.update(again)
        if again and not self._keep:
            time.sleep(_LAG)
        return again

    def _search(self) -> list[str]:
        """The ids of the run's projects in the list: new ones, and those that should have been deleted."""
        state, result = self._state, self._result
        found, problem = self._cleaner.listed(PAGES_FOR_LOST if state.open_requests else PAGES)
        if problem and not found:
            result.remarks += [problem] if state.open_requests or state.existing.complete else []
            return []
        if not problem:
            self._note_unclear(found)
            self._note_unknown(found)
        waiting = [identifier for project in found if (identifier := self._belongs(project))]
        if problem and result.untracked and problem not in result.remarks:
            result.remarks.append(problem)
        return waiting

    def _note_unclear(self, found: list[dict[str, Any]]) -> None:
        """Keep requests without a clear response whose projects the complete list may show under other names."""
        state = self._state
        unknown = (state.existing.identifiers | state.created.keys()).isdisjoint
        new = [project for project in found if unknown({str(project.get("id"))})]
        explained = [project for project in new if self._signs(project)]
        texts = [shown_text(project).casefold() for project in new]
        self._unclear = [sent for sent in self._unclear if not self._is_among(new, texts, sent)]
        self._result.may_be_left = min(len(self._unclear), len(new) - len(explained))

    def _is_among(self, projects: list[dict[str, Any]], texts: list[str], sent: Sent) -> bool:
        """Whether a project is that of a request; ``texts`` are the texts of all projects."""
        if sent.names:
            return any(name in text for name in sent.names for text in texts)
        return any(map(sent.shown_by, projects))

    def _note_unknown(self, found: list[dict[str, Any]]) -> None:
        """Remove the ids that are unknown to DELETE and not in the complete list: their projects have other ids."""
        if self._cleaner.knows_ids or self._keep or self._unknown:
            return
        listed = {project.get("id") for project in found}
        others = (project for project in found if project.get("id") not in self._state.created)
        if not any(self._shows_run(project) for project in others):
            return  # the service may have no DELETE and an incomplete list
        self._unknown = {i for i in self._state.sent if i not in listed and i not in self._state.existing.identifiers}
        self._lost += [self._state.sent[identifier] for identifier in self._unknown]
        for identifier in self._unknown:
            self._result.kept.pop(identifier, None)
            self._ledger.deleted(identifier)

    def _belongs(self, project: dict[str, Any]) -> str:
        """The id of a listed project that must be deleted, else empty; it is written to the ledger."""
        identifier, state = project.get("id"), self._state
        if not isinstance(identifier, str) or identifier in state.existing.identifiers:
            return ""
        if identifier in state.deleted:
            return self._is_listed_still(project, identifier)
        is_named = identifier in state.created
        if is_named and state.existing.owns(identifier, state.created[identifier]):
            return ""
        signs = self._signs(project)
        if not signs:
            if self._shows_run(project):
                self._result.kept[identifier] = _COPY
            elif self._is_alike(project):
                self._result.kept[identifier] = _ALIKE
            return ""
        self._ledger.found(identifier, signs)
        if not is_named:  # otherwise a response named it without proof of ownership, which the list has
            self._result.untracked.append(project)
        return identifier if state.existing.owns(identifier, signs) else ""

    def _is_listed_still(self, project: dict[str, Any], identifier: str) -> str:
        """The id of a deleted project if it must be deleted again, else empty."""
        if shows_deletion(project):
            return ""
        if self._is_other(project, self._state.sent.get(identifier)):
            self._result.kept[identifier] = _REUSED
            return ""
        self._ledger.still_there(identifier)
        return identifier

    def _is_other(self, project: dict[str, Any], sent: Sent | None) -> bool:
        """Whether a listed project is not the one that had its id before: some databases use the largest id again."""
        if sent is None:
            return False
        return not (sent.shown_by(project) if "displayName" in project else sent.created_with(project))

    def _is_alike(self, project: dict[str, Any]) -> bool:
        """Whether a request may have created a project without a run's name in addition to that of its response."""
        name = project.get("displayName")
        is_new = self._state.existing.complete and not _NAME.search(shown_text(project))
        return is_new and isinstance(name, str) and folded(name) in self._state.display_names

    def _shows_run(self, project: dict[str, Any]) -> bool:
        run_id = self._state.run_id
        return bool(run_id) and re.search(rf"{re.escape(run_id)}-\d", shown_text(project)) is not None

    def _was_sent(self, project: dict[str, Any]) -> bool:
        sent = self._state.display_names.union(*(request.shown_names() for request in self._lost))
        return is_as_sent(project, re.compile(rf"{re.escape(self._state.run_id)}-\d+"), sent)

    def _signs(self, project: dict[str, Any]) -> str:
        """The evidence that a listed project is an untracked one: a name of this run, or an open request."""
        state = self._state
        if self._shows_run(project) and self._was_sent(project):
            return "values+time"  # a name that cannot be guessed
        if any(not sent.names and sent.shown_by(project) and sent.created_with(project) for sent in self._lost):
            return "values+time" if state.existing.complete else "values"
        return ""


def _unreadable(state: LedgerState) -> list[str]:
    return [f"{state.unreadable} lines of the ledger cannot be read"] if state.unreadable > 1 else []


def _names(requests: list[Sent]) -> str:
    names = [next(iter(sent.names), json.dumps(sent.display_name)) for sent in requests[:5]]
    return ", ".join(names) + (", ..." if len(requests) > len(names) else "")
