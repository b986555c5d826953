"""Cases from schemathesis, judged by our checks and by schemathesis' sound checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.generation.case_prefetcher import GENERATED

if TYPE_CHECKING:
    from contracts.exchange import Case
    from tests.harness.driver import Driver
    from tests.harness.generation.case_prefetcher import CasePrefetcher


@pytest.mark.sends(GENERATED.name)
def test_cases_of_schemathesis_keep_the_contract(driver: Driver, cases: list[Case], prefetcher: CasePrefetcher) -> None:
    if not cases:
        pytest.skip(f"in the profile {driver.profile.name} schemathesis generates nothing")
    sent = driver.session.post_all(filter(driver.may_be_sent, cases))
    unseen = [judged.exchange for judged in sent if not judged.findings]
    for exchange, findings in zip(unseen, prefetcher.second_opinions(unseen), strict=True):
        for finding in findings:
            driver.report(finding, exchange)
    driver.conclude(sent)
