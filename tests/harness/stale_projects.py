"""What an earlier run with the same unique names has left: it would be in the way of a deterministic one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.harness.client.project_cleaner import ProjectCleaner
from tests.harness.client.session import created_id

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.client.session import Session

#: Seconds without a good answer after which the search is given up.
_PATIENCE: Final = 30.0


def delete_stale_projects(session: Session, run_id: str, probe: Case) -> str:
    """Delete every project with ``mark``; empty where its names are free then, else why that is not known.

    ``probe`` is a valid request with a name that each run with this mark uses.
    """
    cleaner = ProjectCleaner(session.target, session.connections, prepaid=0, patience=_PATIENCE)
    found, problem = cleaner.marked(run_id, lost=True)
    identifiers = [project["id"] for project in found if isinstance(project.get("id"), str)]
    standing = cleaner.delete(identifiers, lambda _: None)
    return problem or next(iter(standing.values()), "") or _taken(session, probe)


def _taken(session: Session, probe: Case) -> str:
    """Why a name is not free although no project in the list has it: a service may keep what was deleted."""
    for _ in range(2):  # the first time it may be free because no run has used it yet
        answer = session.once(probe)
        session.recorder.exchange(answer[0])
        identifier = created_id(answer[0])
        if identifier is None:
            return f"a name that no project in the list has is refused (status {answer[0].status})"
        session.delete(identifier)
    return ""
