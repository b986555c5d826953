"""``--contract FILE``: a draft with two new fields runs end to end, and finds a planted mistake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.benchmark.served import KEY
from tests.benchmark.trial import run_suite
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.mock.call import Call
    from tests.mock.schema import Issue

pytestmark = pytest.mark.end_to_end

DRAFT = DATA / "draft.openapi.yaml"


def _first_issue_forgiven(field: str, odd: Callable[[object], bool]) -> Callable[[Call], None]:
    """A service that lets a value of ``field`` through where ``odd`` says so."""

    def forgive(call: Call) -> None:
        value = call.value.get(field) if isinstance(call.value, dict) else None
        if odd(value):
            call.issues = [issue for issue in call.issues if not _about(issue, field)]

    return forgive


def _about(issue: Issue, field: str) -> bool:
    return str(issue.path[0] if issue.path else "") == field


def _upper_cased(call: Call) -> None:
    if isinstance(call.answer.get("region"), str):
        call.answer["region"] = call.answer["region"].upper()


PLANTED: dict[str, tuple[str, Callable[[Call], None], str]] = {
    "an odd number passes for a region": (
        "validated",
        _first_issue_forgiven(
            "region", lambda value: isinstance(value, str) and value.isdigit() and value[-1] in "13579"
        ),
        "request.region.pattern",
    ),
    "an option in lower case passes in a list": (
        "validated",
        _first_issue_forgiven("labels", lambda value: isinstance(value, list) and "alpha" in value),
        "request.labels.items.enum",
    ),
    "the region comes back in capitals": ("answering", _upper_cased, "response.201.region.echo"),
}

_SERVER = """
import sys
from pathlib import Path
from tests.mock.server import built, serve
from tests.selftest.contracts.test_draft_contract import PLANTED
service = built(contract=Path(sys.argv[1]), key=sys.argv[2])
if len(sys.argv) > 3:
    stage, hook, _ = PLANTED[sys.argv[3]]
    service.hooks[stage].append(hook)
serve(service, port=0, until_stdin_closes=True)
"""


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[str]:
    """The base URL of a service of the draft, with the planted mistake that the test names, if any."""
    planted = [request.param] if request.param else []
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(DRAFT), KEY, *planted],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.stdin.close()
    process.wait(timeout=10)
    process.stdout.close()


@pytest.mark.parametrize("served", [None], indirect=True)
def test_a_correct_service_of_the_draft_is_not_reported(served: str) -> None:
    run = run_suite(served, "draft", "--contract", str(DRAFT), to_the_end=True)
    assert run.status == 0, run.output
    assert "not exercised" not in run.output.replace("no 2xx", ""), run.output


@pytest.mark.parametrize(("served", "clause"), [(n, p[2]) for n, p in PLANTED.items()], indirect=["served"])
def test_a_mistake_in_a_field_that_nobody_has_seen_is_found(served: str, clause: str) -> None:
    run = run_suite(served, "draft", "--contract", str(DRAFT))
    assert (run.status, run.clauses) == (1, [clause]), run.output
