"""The deletion of the first project: whether the service deletes, and how long that takes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contracts.exchange import COLLECTION_PATH
from tests.harness.client.failure_classification import GATEWAY
from tests.harness.client.judged import answered_object
from tests.harness.client.ownership import project_path, shown_project, shows_deletion
from tests.harness.client.project_cleaner import NO_DELETE
from tests.harness.client.project_list import read_page
from tests.harness.client.retry_after import retry_after

if TYPE_CHECKING:
    from contracts.exchange import Exchange
    from tests.harness.client.session import Session

#: Seconds before each check whether a deleted project is gone: a replica may lag behind. After a 202, which says that
#: the deletion is not completed yet (RFC 9110, section 15.3.3), a longer time.
_UNTIL_GONE: Final = (0.0, 0.3, 1.0)
_UNTIL_COMPLETED: Final = (*_UNTIL_GONE, 2.0, 3.0, 4.0, 5.0, 7.0, 8.0)
#: Seconds before each attempt to delete the first project; and before further ones if it cannot be deleted yet.
_BEFORE_TRIES: Final = (0.0, 0.5, 1.0)
_BEFORE_MORE_TRIES: Final = (2.0, 4.0)
#: Statuses of an overloaded service, or of a gateway; and the longest wait in seconds that they may ask for.
_BUSY: Final = GATEWAY | {429}
_LONGEST_WAIT: Final = 10.0
#: With them a conflict with the state of the project, or a locked one: it may be set up still.
_NOT_YET: Final = _BUSY | {409, 423, 425}
_ACCEPTED: Final = 202
_GONE: Final = frozenset({404, 410})
#: The key may create and not delete: that is to be changed before a run.
_FORBIDDEN: Final = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class TrialDeletion:
    """The result: ``deletes``, or why the service ``keeps`` the project; see :class:`run_options.Offers`."""

    deletes: bool = False
    keeps: str = ""
    delay: float = 0.0


def try_deletion(session: Session, creation: Exchange, identifier: str, *, is_shown: bool) -> TrialDeletion:
    """Delete a project of the run.

    A run soon stops creating if deletion fails for another reason than that there is none, or that it is limited.

    Args:
        session: The session that created the project.
        creation: The exchange that created it.
        identifier: The id of the project.
        is_shown: Whether a read shows the project.
    """
    deletion, gone = _delete(session, identifier)
    path = project_path(identifier)
    if gone and is_shown and path is not None:
        following = session.ask(path)
        # A mark that the project had from the beginning means nothing.
        marks = not shows_deletion(shown_project(creation.response.body if creation.response else b""))
        pauses = _UNTIL_COMPLETED if deletion.status == _ACCEPTED else _UNTIL_GONE
        if not _is_still_there(session, identifier, following, pauses, marks=marks):
            return TrialDeletion(deletes=True, delay=deletion_delay(creation.elapsed, deletion, following))
        session.projects.cannot_be_deleted(
            f"deletions are accepted (status 202), and not carried out within {sum(pauses):.0f} s"
            if deletion.status == _ACCEPTED
            else "deletions delete nothing"
        )
        return TrialDeletion()
    if gone:
        return TrialDeletion(deletes=True, delay=deletion_delay(creation.elapsed, deletion))
    if deletion.status in NO_DELETE:
        return TrialDeletion(keeps="the service offers no DELETE")
    if deletion.status in GATEWAY or (400 <= deletion.status < 500 and deletion.status not in _FORBIDDEN):
        return TrialDeletion(keeps=f"the service carries out no DELETE (status {deletion.status})")
    received = f"status {deletion.status}" if deletion.failure is None else deletion.failure.detail
    session.projects.cannot_be_deleted(f"deletions fail ({received}); --keep-projects runs anyway")
    return TrialDeletion()


def deletion_delay(creation: float, deletion: Exchange, following: Exchange | None = None) -> float:
    """Seconds by which a deletion takes longer, or delays the request that follows it, than a creation does.

    Args:
        creation: The response time of a creation in seconds: a service that is slow at everything delays nothing.
        deletion: The exchange that deleted a project.
        following: The next exchange, which the deletion may have blocked.
    """
    return sum(max(0.0, exchange.elapsed - creation) for exchange in (deletion, following) if exchange is not None)


def _delete(session: Session, identifier: str) -> tuple[Exchange, bool]:
    """Delete a project; return the last exchange, and whether the project is gone."""
    failed = False
    wait = 0.0
    for attempt, pause in enumerate((*_BEFORE_TRIES, *_BEFORE_MORE_TRIES), start=1):
        time.sleep(max(pause, wait))
        exchange = session.delete(identifier)
        if 200 <= exchange.status < 300 or (failed and exchange.status in _GONE):
            return exchange, True  # a deletion that failed may have deleted the project
        # A timeout takes long: one attempt is enough.
        if exchange.status == 0 or exchange.status in NO_DELETE - _GONE:
            break
        failed |= exchange.status not in NO_DELETE  # a replica may not have the project yet
        if attempt >= len(_BEFORE_TRIES) and exchange.status not in _NOT_YET:
            break
        wait = min(retry_after(exchange, 0.0), _LONGEST_WAIT)
    return exchange, False


def _is_still_there(
    session: Session, identifier: str, following: Exchange, pauses: tuple[float, ...], *, marks: bool
) -> bool:
    """Whether a deleted project can still be read, or is still listed, also a little later.

    Args:
        session: The session that deleted it.
        identifier: The id of the project.
        following: A read immediately after the deletion.
        pauses: Seconds before each read.
        marks: Whether a mark of deletion in the project counts.
    """
    for pause in pauses:
        time.sleep(pause)
        is_answered = pause == 0 and following.status in {200} | _GONE
        shown = answered_object(following if is_answered else session.get(following.case.path)) or {}
        if shown.get("id") != identifier or (marks and shows_deletion(shown)):
            return False
    listed = read_page(session.get(f"{COLLECTION_PATH}?limit=100"))
    return listed is None or any(project.get("id") == identifier for project in listed.projects)
