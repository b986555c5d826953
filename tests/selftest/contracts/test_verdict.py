"""What the last request of a run shows: told as a service that has suffered only where nothing showed it before."""

from __future__ import annotations

from typing import Any

from contracts.clauses import catalogue
from contracts.document import load_contract
from contracts.findings import Finding
from contracts.verdict import ExitStatus, build_verdict

SEEN = Finding("service.no_5xx", "500 pool exhausted", "201", "500")
AT_END = Finding("state.recovers", SEEN.cause, "as at the beginning", "500")


def _exchange(number: int, *findings: Finding) -> dict[str, Any]:
    return {
        "type": "exchange",
        "worker": "main",
        "number": number,
        "started": float(number),
        "elapsed": 0.01,
        "case": {"headers": [], "body": "{}"},
        "response": {"status": 500, "headers": [], "body": ""},
        "signature": 1,
        "findings": [finding.to_json() for finding in findings],
    }


def _run(*exchanges: dict[str, Any]) -> list[dict[str, Any]]:
    clauses = [clause.to_json() for clause in catalogue(load_contract()).values()]
    last = exchanges[-1]
    return [
        {"type": "run", "worker": "main", "target": {"name": "live", "base_url": "http://x"}, "clauses": clauses},
        {"type": "signature", "worker": "main", "id": 1, "positive": [], "negative": []},
        *exchanges,
        {
            "type": "reattributed",
            "worker": "main",
            "number": last["number"],
            "was": SEEN.to_json(),
            "finding": AT_END.to_json(),
            "exchange": last,
        },
        {"type": "end", "worker": "main", "reason": ""},
    ]


def test_what_only_the_last_request_shows_is_that_the_service_has_suffered() -> None:
    verdict = build_verdict(_run(_exchange(1), _exchange(2, SEEN)))
    assert verdict.status is ExitStatus.BROKEN
    assert [key.clause for key in verdict.broken] == ["state.recovers"]


def test_what_was_seen_before_is_told_once() -> None:
    verdict = build_verdict(_run(_exchange(1, SEEN), _exchange(2, SEEN)))
    assert [(key.clause, key.count) for key in verdict.broken] == [("service.no_5xx", 2)]
