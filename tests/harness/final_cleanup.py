"""The cleanup at the end of a run: deletes what was created, and records what it has shown and what is left."""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from contracts.history_records import CleanupRecord, KeptProject, NoteRecord
from reports.wording import numbers
from tests.harness.client.cleanup import clean_up
from tests.harness.client.ledger import read_ledgers
from tests.harness.state_checks.final_checks import note_member_counts
from tests.harness.state_checks.untracked_projects import judge_untracked, note_named_requests

if TYPE_CHECKING:
    from reports.history import HistoryWriter
    from tests.harness.client.session import Session
    from tests.harness.settings.run_options import RunOptions


def clean_up_finally(options: RunOptions, session: Session, history: HistoryWriter) -> None:
    """Delete what the run created, and judge what only the list could show.

    Raises:
        KeyboardInterrupt: The user stopped the cleanup; what is left was recorded and printed.
    """
    request_budget = session.request_budget
    try:
        cleaned = clean_up(
            options.folder,
            session.target,
            own=session.projects.ledger,
            prepaid=max(0, request_budget.used() - request_budget.sent()),
            patience=options.patience,
            keep="--keep-projects" if options.keep_projects else "",
        )
    except KeyboardInterrupt:
        state = read_ledgers(options.folder, session.projects.ledger)
        left = f"{numbers(len(state.remaining), 'project')} left; to delete them: {cleanup_command(options)}"
        _say(left)
        history.record(NoteRecord("cleanup", f"the cleanup was interrupted, {left}"))
        raise
    if options.offers.lists:
        note_named_requests(session, history)
        judge_untracked(options.folder, options.run_id, history, cleaned.untracked)
    note_member_counts(options.folder, session.member_counts, history)
    kept = tuple(KeptProject(identifier, why) for identifier, why in cleaned.kept.items())
    history.record(CleanupRecord(cleaned.created, cleaned.deleted, kept, cleaned.may_be_left))
    for remark in cleaned.remarks:
        history.record(NoteRecord("cleanup", remark))
    if options.keep_projects:
        return
    if cleaned.kept:
        why = "; ".join(cleaned.reasons())[:400]
        history.record(NoteRecord("cleanup", f"{numbers(len(cleaned.kept), 'project')} left: {why}"))
    if cleaned.kept or cleaned.may_be_left:
        left = f"{numbers(len(cleaned.kept), 'project')} left, {cleaned.may_be_left} more may be"
        _say(f"{left}; to delete them: {cleanup_command(options)}" if cleaned.can_be_continued else left)
    if cleaned.kept and cleaned.can_be_continued:
        history.record(NoteRecord("cleanup", f"to delete what is left: {cleanup_command(options)}"))


def cleanup_command(options: RunOptions) -> str:
    """The command that deletes what a run has left."""
    return shlex.join(["contract", "cleanup", options.directory, "--base-url", options.base_url])


def _say(words: str) -> None:
    with suppress(OSError, ValueError):  # the terminal may be closed
        print(words, file=sys.stderr, flush=True)
