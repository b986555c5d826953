"""Which conditions may explain a finding."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.diagnosis.learnt_rules import learnt_rules
from contracts.diagnosis.observation import ACCEPTED, REFUSED, Observation
from contracts.diagnosis.value_conditions import conditions
from contracts.document import load_contract
from contracts.exchange import Case, Response
from contracts.root_causes.root_cause import RootCause

CONTRACT = load_contract()
#: All requests with a number below zero happen to have a formula as the address: only triage knows the reason.
FAILING: tuple[dict[str, Any], ...] = (
    {"alertReceiverEmail": "+a@b.io", "maxConcurrentJobs": -3},
    {"alertReceiverEmail": "-c@d.io", "maxConcurrentJobs": -70},
    {"alertReceiverEmail": "+e@f.io", "maxConcurrentJobs": -0.5},
)
PASSING: tuple[dict[str, Any], ...] = tuple(
    {"alertReceiverEmail": f"x{number}@y.io", "maxConcurrentJobs": number} for number in range(12)
)


def _observation(number: int, clause: str, body: dict[str, Any]) -> Observation:
    is_refused = body in FAILING
    return Observation(
        Case(json.dumps(body).encode()),
        body,
        "",
        REFUSED if is_refused else ACCEPTED,
        ((clause, "refused", ()),) if is_refused else (),
        response=Response(400 if is_refused else 201, (), b"{}"),
        place=("main", number),
    )


def _explanation(clause: str) -> str:
    seen = [_observation(number, clause, body) for number, body in enumerate((*FAILING, *PASSING))]
    cause = RootCause(clause, "refused", [])
    return next(learnt_rules(list(conditions(CONTRACT)), CONTRACT, cause, seen[: len(FAILING)], seen)).sentence


@pytest.mark.parametrize(
    ("clause", "named", "other"),
    [
        ("request.maxConcurrentJobs.type", "maxConcurrentJobs", "alertReceiverEmail"),
        ("request.alertReceiverEmail.pattern", "alertReceiverEmail", "maxConcurrentJobs"),
    ],
)
def test_a_refusal_that_was_attributed_to_a_field_is_explained_by_this_field(
    clause: str, named: str, other: str
) -> None:
    explanation = _explanation(clause)
    assert named in explanation
    assert other not in explanation
