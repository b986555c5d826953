"""The projects that a run has created, as far as the responses and the list of projects show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.harness.client.failure_classification import GATEWAY
from tests.harness.client.lost_projects import LostProjects
from tests.harness.client.ownership import Existing, Sent, project_path, proof, shown_project
from tests.harness.client.target import NoVerdict

if TYPE_CHECKING:
    from contracts.exchange import Exchange
    from tests.harness.client.ledger import Ledger
    from tests.harness.client.target import Target


class OwnProjects:
    """Keeps account of the projects in the ledger and in the budget.

    Args:
        target: The service.
        ledger: Each request that may create a project is entered before it is sent.
        keep: Whether nothing is deleted.
    """

    def __init__(self, target: Target, ledger: Ledger, *, keep: bool) -> None:
        self.ledger = ledger
        self.existing = Existing()
        #: The ids that more than one response named.
        self.repeated_ids: set[str] = set()
        #: Requests that are reserved in the budget with each creation, for its deletion.
        self.reserved = 0 if keep else 1
        #: The number of projects created since the last deletion.
        self.since_deletion = 0
        self._request_budget = target.request_budget
        #: The projects that responses named and that were not deleted, with the evidence of ownership.
        self._remaining: dict[str, str] = {}
        self._lost = LostProjects(target, ledger)

    @property
    def cleanup_fails(self) -> str:
        """Why nothing can be deleted, although DELETE is offered; empty if it can, or is not offered."""
        return self._lost.cleanup_fails

    def cannot_be_deleted(self, reason: str) -> None:
        """Set why nothing can be deleted."""
        self._lost.cleanup_fails = reason

    @property
    def names_are_needed(self) -> bool:
        """Whether only the names of projects show which ones the run created."""
        return self._lost.names_are_needed

    def note_existing(self, existing: Existing) -> None:
        """Record the projects that existed before the run; they are never deleted."""
        self.ledger.existing(existing)
        self.existing = existing

    def make_room(self) -> None:
        """Look for lost projects if there are many; raises NoVerdict if too many remain lost."""
        self._remaining |= self._lost.make_room(self.existing)

    def intend(self, number: int, sent: Sent) -> None:
        """Record that a request is about to be sent; raises NoVerdict if that fails: then it must not be sent."""
        try:
            self.ledger.intend(number, sent)
        except OSError as problem:
            raise NoVerdict(f"the ledger cannot be written ({problem.strerror}): nothing more is created") from None

    def record(self, exchange: Exchange, sent: Sent) -> None:
        """Record the outcome of a request; if it is unknown, the request stays open in the ledger."""
        if exchange.is_unreached or 300 <= exchange.status < 500:
            self.ledger.finish(exchange.number, None)
            self._request_budget.give_back(self.reserved)
            return
        if not 200 <= exchange.status < 300:
            if self.reserved and exchange.status not in GATEWAY:
                self._lost.doubt()
            return
        project = shown_project(exchange.response.body if exchange.response else b"")
        identifier = project.get("id")
        if not identifier:
            self._count_as_lost(exchange.number, sent)
            return
        signs = proof(sent, project, exchange)
        self.ledger.finish(exchange.number, identifier, signs)
        is_own_again = self.owns(identifier)
        own = is_own_again or self.existing.owns(identifier, signs)
        if self.cleanup_fails or not own or project_path(identifier) is None:
            self._count_as_lost(exchange.number, sent)
        if identifier in self._remaining:
            self.repeated_ids.add(identifier)
        if is_own_again:  # nothing more to delete
            self._request_budget.give_back(self.reserved)
        self._remaining[identifier] = signs
        self.since_deletion += 1

    def _count_as_lost(self, number: int, sent: Sent) -> None:
        if self.reserved:  # projects are kept: none can be lost
            self._lost.add(number, sent)

    def find_lost(self) -> list[str]:
        """The ids of the projects that responses did not name, as far as the list shows them now."""
        found = self._lost.search(self.existing)
        self._remaining |= found
        return list(found)

    def owns(self, identifier: str) -> bool:
        """Whether a project is provably the run's own, and can be deleted."""
        signs = self._remaining.get(identifier, "")
        return self.existing.owns(identifier, signs) and project_path(identifier) is not None

    def deletable(self) -> list[str]:
        """The projects that are provably the run's own and can be deleted, in the order of their creation."""
        # A copy: other threads create and delete projects.
        return [identifier for identifier in tuple(self._remaining) if self.owns(identifier)]

    def deleting(self, identifier: str) -> str:
        """Record that a project is about to be deleted.

        Returns:
            The path of the project.

        Raises:
            ValueError: The id cannot be named in a URL.
        """
        path = project_path(identifier)
        if path is None:
            raise ValueError(f"expected an id that a URL can name, got {identifier!r}")
        self.ledger.deleting(identifier)
        return path

    def deleted(self, identifier: str) -> bool:
        """Record that a project was deleted; True if it was one of the remaining ones."""
        self.ledger.deleted(identifier)
        self.since_deletion = 0
        return self._remaining.pop(identifier, None) is not None
