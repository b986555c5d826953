"""The benchmark of detection: which faults the order of cases is not tuned on."""

from __future__ import annotations

from tests.benchmark.detection import untouched
from tests.mock.registry import faults


def test_the_untouched_faults_are_a_part_of_the_catalogue() -> None:
    assert len(untouched()) >= 150
    assert untouched() < faults().keys()
