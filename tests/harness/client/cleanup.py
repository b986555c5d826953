"""Leaving nothing behind: deleting what a run created, at its end or later from its ledger.

python -m tests.harness.client.cleanup reports/runs/<run>
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from contracts.checks.context import Limits
from contracts.secrets import Secrets
from tests.harness.client.budget import RequestBudget
from tests.harness.client.credentials import KEY_VARIABLE, WrongUsage, check_base_url, read_key
from tests.harness.client.ledger import Ledger, read_ledgers
from tests.harness.client.project_cleaner import ProjectCleaner
from tests.harness.client.target import Target

if TYPE_CHECKING:
    from tests.harness.client.ledger import LedgerState

#: How often the list is searched again after lost projects were found in it.
_ROUNDS: Final = 3


@dataclass(slots=True)
class CleanupResult:
    """What became of everything a run created: ``created`` projects are ``deleted`` or ``kept`` with a reason.

    ``strays`` are projects that carry the run's mark and that no answer had told of; ``remarks`` say what
    could not be looked for.
    """

    created: int = 0
    deleted: int = 0
    kept: dict[str, str] = field(default_factory=dict)
    untracked: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def reasons(self) -> list[str]:
        """Why projects are left, each reason once."""
        return list(dict.fromkeys(self.kept.values()))


def clean_up(
    directory: Path,
    target: Target,
    *,
    connections: int = 4,
    prepaid: int = 0,
    patience: float = 60.0,
    keep: str = "",
) -> CleanupResult:
    """Delete what the ledgers say stands, then what the list shows with the run's mark.

    ``prepaid`` requests were taken out of the budget before. An unreachable service is waited for as long as
    ``patience`` seconds. With ``keep``, a reason, nothing is deleted.
    """
    account = read_ledgers(directory)
    if not account.created and not account.lost:
        return CleanupResult()
    cleaner = ProjectCleaner(target, connections, prepaid=prepaid, patience=patience)
    ledger, cleaned = Ledger(directory, "cleanup"), CleanupResult()

    def gone(identifier: str) -> None:
        ledger.deleted(identifier)
        account.deleted.add(identifier)

    try:
        waiting = account.standing
        for _ in range(_ROUNDS):
            cleaned.kept |= dict.fromkeys(waiting, keep) if keep else cleaner.delete(waiting, gone)
            waiting = _strays(cleaner, account, ledger, cleaned)
            if not waiting:
                break
        cleaned.kept |= dict.fromkeys(waiting, keep or "it was still there after it had been deleted")
    finally:
        ledger.close()
    cleaned.created, cleaned.deleted = len(account.created), len(account.created.keys() & account.deleted)
    return cleaned


def _strays(cleaner: ProjectCleaner, account: LedgerState, ledger: Ledger, cleaned: CleanupResult) -> list[str]:
    """The ids of projects with the run's mark that are in the list and not in the account; they are entered."""
    found, problem = cleaner.marked(account.run_id, lost=account.lost > 0)
    if problem and (account.lost or found):
        remark = f"{problem}; {account.lost} requests got no clear answer: look for projects marked {account.run_id}-"
        cleaned.remarks = [remark]
    fresh = []
    for project in found:
        identifier = project.get("id")
        if isinstance(identifier, str) and identifier not in account.created:
            ledger.found(identifier)
            account.created[identifier] = None
            cleaned.untracked.append(project)
            fresh.append(identifier)
    return fresh


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(4, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Clean up after a run that could not: exit status 0 nothing is left, 1 something is, 4 wrong usage."""
    parser = _Parser(prog="python -m tests.harness.client.cleanup", description=main.__doc__)
    parser.add_argument("run", type=Path, help="the folder of the run, such as reports/runs/latest")
    parser.add_argument("--base-url", help="where the service is now; as in the run unless told")
    parser.add_argument("--key-file", help=f"a file that holds the key; else {KEY_VARIABLE}")
    options = parser.parse_args(arguments)
    try:
        account = read_ledgers(options.run)
        secrets = Secrets(read_key(options.key_file, "live"))
        base_url = check_base_url(options.base_url or account.base_url)
    except (FileNotFoundError, WrongUsage) as problem:
        print(problem, file=sys.stderr)
        return 4
    target = Target(base_url, secrets, Limits(), RequestBudget(), "cleanup")
    try:
        cleaned = clean_up(options.run, target)
    finally:
        target.close()
    print(f"{cleaned.created} projects created at {base_url}, {cleaned.deleted} deleted, {len(cleaned.kept)} left")
    for identifier, why in cleaned.kept.items():
        print(f"  {identifier}: {why}")
    for remark in cleaned.remarks:
        print(remark)
    return 1 if cleaned.kept or cleaned.remarks else 0


if __name__ == "__main__":
    sys.exit(main())
