"""The priority cases find most of what the complete sets find, and most of that early."""

from __future__ import annotations

import pytest

from tests.selftest.strategies.judged_cases import judged
from tests.selftest.strategies.test_changes import CHANGES, change_shows
from tests.selftest.strategies.test_leniencies import LENIENCIES, leniency_shows
from tests.selftest.strategies.test_refusals import REFUSALS, refusal_shows


@pytest.mark.parametrize(("first", "share"), [(40, 0.7), (100, 0.8), (None, 0.88)])
def test_the_priority_cases_see_most_mistakes(first: int | None, share: float) -> None:
    answers = judged("priority")[:first]
    seen = {name: change_shows(name, answers) for name in CHANGES}
    seen |= {f"refuses {name}": refusal_shows(name, answers) for name in REFUSALS}
    seen |= {f"takes {name}": leniency_shows(name, answers) for name in LENIENCIES}
    unseen = [name for name, found in seen.items() if not found]
    print(f"{len(seen) - len(unseen)} of {len(seen)} in {len(answers)} cases; not: {'; '.join(unseen)}")
    assert len(unseen) <= (1 - share) * len(seen)
