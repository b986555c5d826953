"""A second opinion: schemathesis generates, our oracle and checks judge, beside its own sound checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contracts.targets.session import Judged
    from tests.contract.driver import Driver


@pytest.mark.stage(8)
def test_what_schemathesis_generates_is_answered_as_the_page_owes(driver: Driver) -> None:
    driver.share(driver.profile.generated)
    # A late import: a run without this test does not pay for it.
    from tests.contract.second_opinion import Opinion, generated_bodies  # noqa: PLC0415

    opinion = Opinion(driver.session)

    def asked(generated: list[Any]) -> list[Judged]:
        answers = []
        for case in generated:
            judged, complaint = opinion.ask(case)
            if judged is not None:
                answers.append(judged)
            if complaint and (judged is None or not judged.findings):
                driver.history.record(
                    "note", kind="advisory", text=f"schemathesis, where our checks see nothing: {complaint}"
                )
        return answers

    driver.explore_with(generated_bodies(driver.contract.document), driver.profile.generated, asked)
