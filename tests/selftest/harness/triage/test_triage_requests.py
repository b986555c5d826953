"""The number of requests that triage may send, by the budget of the run."""

from __future__ import annotations

from typing import Any, cast

import pytest

from contracts.checks.context import Limits
from contracts.document import load_contract
from contracts.exchange import Case, Exchange, Response
from contracts.judgement import Judge
from contracts.secrets import Secrets
from tests.harness.client.judged import Judged
from tests.harness.triage.triage_requests import TriageRequests

CASE = Case(b'{"displayName":"a"}')
JUDGE = Judge(load_contract(), Limits(), Secrets("sk-TriageRequests0123456789abcdefghi"), "ctask")


class _Session:
    """Sends everything, and counts."""

    sent = 0

    def can_find(self, _: Case) -> bool:
        return True

    def post_unless_fatal(self, case: Case) -> Judged:
        self.sent += 1
        exchange = Exchange(case, Response(400, (), b""), number=self.sent)
        return Judged(exchange, JUDGE.judge(exchange))


@pytest.mark.parametrize(
    ("budget", "all_together", "for_shrinking", "are_few"),
    [(60, 10, 5, True), (600, 100, 70, False), (20_000, 300, 270, False), (None, 300, 270, False)],
)
def test_triage_gets_a_sixth_of_a_small_budget_and_shrinking_part_of_it(
    budget: int | None, all_together: int, for_shrinking: int, are_few: bool
) -> None:
    session = _Session()
    requests = TriageRequests(cast("Any", session), budget)
    assert requests.left_for_shrinking == for_shrinking
    assert requests.are_few == are_few
    while requests.ask(CASE) is not None:
        pass
    assert session.sent == all_together
    assert requests.are_spent
    assert requests.left_for_shrinking < 0
