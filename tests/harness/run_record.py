"""The first records of a history: versions, commit and options of the run, and what it cannot verify, for reports."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from contracts.clauses import catalogue
from contracts.history_records import NoteRecord, RunRecord, Target
from tests.harness.invocation import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract
    from contracts.secrets import Secrets
    from tests.harness.settings.run_options import RunOptions

_PACKAGES: Final = ("pytest", "hypothesis", "schemathesis", "requests", "pytest-xdist")
#: The maximum number of constraints without a clause that are listed one by one.
_NAMED: Final = 20


def run_record(options: RunOptions, contract: Contract, command: str) -> RunRecord:
    """The record of a run, without secrets."""
    commit, dirty = _commit()
    return RunRecord(
        id=options.folder.name,
        target=Target(options.target, options.base_url),
        profile=options.profile,
        seed=options.seed,
        run_id=options.run_id,
        options=_shown(options),
        versions={"python": platform.python_version(), **_versions()},
        platform=f"{platform.system()} {platform.machine()}",
        commit=commit,
        dirty=dirty,
        started=time.time(),
        clauses=tuple(catalogue(contract).values()),
        limits={"response_time": options.response_time},
        shard=None if options.shard == (1, 1) else f"{options.shard[0]}/{options.shard[1]}",
        command=_without_password(command),
    )


def notes_on_limits(contract: Contract, secrets: Secrets) -> Iterator[NoteRecord]:
    """What no run with this document and this key can verify."""
    if contract.not_verified:
        named, rest = contract.not_verified[:_NAMED], contract.not_verified[_NAMED:]
        more = f" and {len(rest)} more" if rest else ""
        yield NoteRecord("contract", f"the document has constraints that no clause verifies: {'; '.join(named)}{more}")
    if not secrets.is_telling:
        text = "the key is too short or too simple to be recognised in a response; it is not redacted"
        yield NoteRecord("suite", text)


def _shown(options: RunOptions) -> dict[str, Any]:
    """The options that users can set, formatted for readers."""
    left_out = {"directory", "offers", "shard"}
    shown = {name: value for name, value in options.to_json().items() if name not in left_out}
    return {**shown, "examples": _without_password(options.examples)}


def _without_password(text: str) -> str:
    """The text with ``***`` instead of the credentials and passwords in its URLs."""
    return re.sub(r"([?&]password=)[^&\s']+", r"\1***", re.sub(r"(://)[^/@\s']*@", r"\1***@", text))


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _commit() -> tuple[str, bool]:
    """The commit of the suite and whether its files were changed; empty outside a checkout."""
    if not (ROOT / ".git").exists():
        return "", False
    try:
        head = subprocess.run(  # noqa: S603  # git, with fixed arguments
            ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],  # noqa: S607  # PATH
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError) as problem:
        print(f"the commit is unknown: {problem}", file=sys.stderr)  # a note, not an error
        return "", False
    return head.removesuffix("-dirty"), head.endswith("-dirty")
