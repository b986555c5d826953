"""What a hypothesis about one field says of requests that are wrong in another one."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.diagnosis.hypothesis import FAILS, REFUSES, when
from contracts.diagnosis.observation import ACCEPTED, FAILED, REFUSED, Observation
from contracts.exchange import Case

BODY = {"displayName": "a", "maxConcurrentJobs": 9, "alertReceiverEmail": "?"}


def _seen(outcome: str, body: dict[str, Any] = BODY) -> Observation:
    return Observation(Case(b"{}"), body, "request.alertReceiverEmail.pattern", outcome)


def test_a_failure_is_explained_although_another_field_is_wrong() -> None:
    hypothesis = when("", "maxConcurrentJobs", lambda value: value == 9, FAILS)
    said = hypothesis.predict(_seen(FAILED))
    assert said is not None
    assert said.agrees
    assert said.deviates == {"maxConcurrentJobs"}
    assert hypothesis.predict(_seen(FAILED, BODY | {"maxConcurrentJobs": 8})) is None


@pytest.mark.parametrize("outcome", [ACCEPTED, REFUSED])
def test_nothing_is_said_where_the_wrong_field_decides(outcome: str) -> None:
    assert when("", "maxConcurrentJobs", lambda value: value == 9, FAILS).predict(_seen(outcome)) is None


@pytest.mark.parametrize("outcome", [ACCEPTED, REFUSED, FAILED])
def test_a_refused_value_explains_nothing_beside_another_wrong_field(outcome: str) -> None:
    assert when("", "maxConcurrentJobs", lambda value: value == 9, REFUSES).predict(_seen(outcome)) is None
