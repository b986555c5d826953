"""A service that matches the names of members in any case makes one mistake, whichever members are sent so."""

from __future__ import annotations

import json
from typing import Any

from contracts.deviations import Deviations
from contracts.exchange import Case, Exchange, Response
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.root_causes.merging import merged
from contracts.root_causes.root_cause import RootCause, RootCauses

NAME, JOBS = "response.201.displayName.echo", "response.201.maxConcurrentJobs.echo"
Seen = tuple[str, str, dict[str, Any], dict[str, Any]]
MISSPELT: list[Seen] = [
    (NAME, "changed", {"displayName": "Mole", "DISPLAYNAME": "Pier"}, {"displayName": "Pier"}),
    (JOBS, "changed", {"maxConcurrentJobs": 3, "maxconcurrentjobs": 71}, {"maxConcurrentJobs": 71}),
    ("request.displayName.required", "accepted", {"Displayname": "Quay"}, {"displayName": "Quay"}),
]


def _merged(*seen: Seen) -> list[RootCause]:
    causes = RootCauses(Deviations.none())
    for number, (clause, cause, sent, shown) in enumerate(seen, 1):
        response = Response(201, (("Content-Type", "application/json"),), json.dumps(shown).encode())
        exchange = Exchange(Case(json.dumps(sent).encode(), case_set="x"), response, started=1.0, number=number)
        encoded = ExchangeRecord.of(exchange)
        causes.add(Finding(clause, cause, "e", "r"), encoded)
    return merged(list(causes), {}, {})


def test_names_in_another_case_that_are_taken_are_one_root_cause() -> None:
    (found,) = _merged(*MISSPELT)
    assert set(found.clauses) == {clause for clause, *_ in MISSPELT}


def test_a_value_that_is_changed_by_itself_is_another_root_cause() -> None:
    cut: Seen = (NAME, "changed", {"displayName": "Mole 12"}, {"displayName": "Mole"})
    assert len(_merged(cut, *MISSPELT[1:])) == 2
    own: Seen = (JOBS, "changed", {"maxConcurrentJobs": 3, "maxconcurrentjobs": 71}, {"maxConcurrentJobs": 4})
    assert len(_merged(own, MISSPELT[0], MISSPELT[2])) == 2


def test_a_project_without_a_name_that_gets_a_default_is_another_root_cause() -> None:
    default: Seen = ("request.displayName.required", "accepted", {"Displayname": "Quay"}, {"displayName": "Untitled"})
    assert len(_merged(default, *MISSPELT[:2])) == 2
