"""Leaving nothing behind: deleting what a run created, at its end or later from its ledger.

python -m contracts.targets.cleanup reports/runs/<run>
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from contracts.checks.context import Limits
from contracts.exchange import COLLECTION_PATH, Case, Exchange
from contracts.secrets import Secrets
from contracts.targets.allowance import Allowance
from contracts.targets.ledger import Account, Ledger, read_ledgers
from contracts.targets.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Pages of the list that are read in search of projects whose answer was lost.
_PAGES: Final = 50
_PAGE: Final = 100
_TRIES: Final = 3
_AUTHORIZED: Final = (("Authorization", "Bearer {key}"),)


@dataclass(slots=True)
class Swept:
    """What a cleanup did: which projects were deleted, and which stand, each with the reason.

    ``strays`` are projects that carry the run's mark and that no answer had told of.
    """

    deleted: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    offered: bool = True
    strays: list[dict[str, Any]] = field(default_factory=list)


def delete_all(target: Target, identifiers: list[str], connections: int) -> Swept:
    """Delete projects over several connections; a service without delete is told from one that fails."""
    swept = Swept()
    if not identifiers:
        return swept
    with ThreadPoolExecutor(connections, thread_name_prefix="cleanup") as pool:
        for identifier, problem in zip(identifiers, pool.map(lambda i: _delete(target, i), identifiers), strict=True):
            if problem is None:
                swept.deleted.append(identifier)
            else:
                swept.kept[identifier] = problem
    swept.offered = not swept.kept or not all("has no delete" in why for why in swept.kept.values())
    return swept


def _delete(target: Target, identifier: str) -> str | None:
    """None where the project is gone, else why not."""
    path, problem = f"{COLLECTION_PATH}/{quote(identifier, safe='')}", ""
    for _ in range(_TRIES):
        target.allowance.pace()
        exchange = target.send(Case(body=None, headers=_AUTHORIZED, method="DELETE", path=path))
        status = exchange.response.status if exchange.response else 0
        if 200 <= status < 300:
            return None
        if status == 404:
            return None if _is_gone(exchange) else "the service has no delete (status 404)"
        if status in {405, 501}:
            return f"the service has no delete (status {status})"
        problem = f"status {status}" if status else f"{exchange.failure.kind if exchange.failure else 'no answer'}"
        target.allowance.pause(0.2)
    return f"delete fails: {problem}"


def _is_gone(exchange: Exchange) -> bool:
    """Whether a 404 speaks of the project, not of the route: it names the id."""
    body = exchange.response.body if exchange.response else b""
    return exchange.case.path.rpartition("/")[2].encode() in body or b"ENTITY_NOT_FOUND" in body


def marked(target: Target, mark: str) -> Iterator[dict[str, Any]]:
    """Projects in the target's list that carry the run's mark in externalId, displayName or metadata."""
    cursor = None
    for _ in range(_PAGES):
        query = f"?limit={_PAGE}" + (f"&cursor={quote(cursor)}" if cursor else "")
        target.allowance.pace()
        exchange = target.send(Case(body=None, headers=_AUTHORIZED, method="GET", path=COLLECTION_PATH + query))
        page = _page(exchange)
        for project in page.get("data", ()):
            if isinstance(project, dict) and mark in json.dumps(
                [project.get(name) for name in ("externalId", "displayName", "metadata")], ensure_ascii=False
            ):
                yield project
        cursor = page.get("next")
        if not isinstance(cursor, str) or not page.get("data"):
            return


def _page(exchange: Exchange) -> dict[str, Any]:
    if exchange.response is None or exchange.response.status != 200:
        return {}
    try:
        page = json.loads(exchange.response.body)
    except ValueError:
        return {}
    return page if isinstance(page, dict) and isinstance(page.get("data"), list) else {}


def clean_up(directory: Path, target: Target, account: Account, connections: int = 4) -> Swept:
    """Delete what the ledgers say stands, then what the list shows with the run's mark."""
    ledger = Ledger(directory, "cleanup")
    try:
        swept = delete_all(target, account.standing, connections)
        known = {*swept.deleted, *swept.kept}
        swept.strays = [p for p in marked(target, account.mark) if p.get("id") not in known]
        lost = [p["id"] for p in swept.strays if isinstance(p.get("id"), str)]
        more = delete_all(target, lost, connections)
        swept.deleted += more.deleted
        swept.kept |= more.kept
        for identifier in swept.deleted:
            ledger.deleted(identifier)
    finally:
        ledger.close()
    return swept


def main(arguments: list[str] | None = None) -> int:
    """Clean up after a run that could not: 0 nothing is left, 1 something is, 4 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m contracts.targets.cleanup", description=main.__doc__)
    parser.add_argument("run", type=Path, help="the folder of the run, such as reports/runs/latest")
    parser.add_argument("--base-url", help="where the service is now; as in the run unless told")
    parser.add_argument("--key-file", type=Path, help="a file with the key; else ACTIVEPIECES_API_KEY")
    options = parser.parse_args(arguments)
    try:
        account = read_ledgers(options.run)
    except FileNotFoundError as problem:
        print(problem, file=sys.stderr)
        return 4
    key = options.key_file.read_text().strip() if options.key_file else os.environ.get("ACTIVEPIECES_API_KEY", "")
    if not key:
        print("no key: set ACTIVEPIECES_API_KEY or give --key-file", file=sys.stderr)
        return 4
    target = Target(options.base_url or account.base_url, Secrets(key), Limits(), Allowance(), "cleanup")
    try:
        swept = clean_up(options.run, target, account)
    finally:
        target.close()
    print(f"{len(swept.deleted)} projects deleted from {target.base_url}, {len(swept.kept)} left")
    for identifier, why in swept.kept.items():
        print(f"  {identifier}: {why}")
    return 1 if swept.kept else 0


if __name__ == "__main__":
    sys.exit(main())
