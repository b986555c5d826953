"""A real Chromium, headless, and the reports it opens."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from reports.reading import summarize
from reports.render import write_all
from tests.browser.seen import Seen
from tests.selftest import history_samples as samples
from tests.selftest.reports.test_hostile import hostile_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from contracts.exchange import Case, Failure, Response
    from contracts.expectation import Expectation

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(NAMES)} is on the PATH; Debian's package is called chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of a report that passes, one that fails after others did, and one full of hostile text."""
    runs = tmp_path_factory.mktemp("runs")
    samples.write_history(runs / "1-kept", started=samples.STARTED - 200_000, run="first")
    samples.write_history(runs / "2-half", started=samples.STARTED - 90_000, run="second", answers=half_broken)
    samples.write_history(runs / "3-broken", run="third", answers=samples.breaks_promises)
    hostile_run(runs / "4-hostile")
    addresses: dict[str, str] = {}
    for folder in sorted(runs.iterdir()):
        addresses[folder.name[2:]] = _written(folder)
    return addresses


def half_broken(case: Case, expected: Expectation, correct: Response) -> Response | Failure:
    """Makes one of the mistakes of :func:`samples.breaks_promises`."""
    if expected.violations and expected.violations[0].clause == "request.displayName.pattern":
        return samples.breaks_promises(case, expected, correct)
    return correct


def _written(folder: Path) -> str:
    return write_all(summarize([folder]), folder)[0].as_uri()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def seen(page: Page) -> Seen:
    return Seen(page)
