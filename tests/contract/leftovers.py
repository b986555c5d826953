"""What an earlier run with the same unique names has left: it would be in the way of a deterministic one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.targets.sweeper import Sweeper

if TYPE_CHECKING:
    from contracts.targets.session import Session

#: Seconds without a good answer after which the search is given up.
_PATIENCE: Final = 30.0


def clear_the_way(session: Session, mark: str) -> str:
    """Delete every project with ``mark``; empty where none is left, else why that is not known."""
    sweeper = Sweeper(session.target, session.connections, prepaid=0, patience=_PATIENCE)
    found, problem = sweeper.marked(mark, lost=True)
    identifiers = [project["id"] for project in found if isinstance(project.get("id"), str)]
    standing = sweeper.delete(identifiers, lambda _: None)
    return problem or next(iter(standing.values()), "")
