"""Remake the pictures of the report in README and docs: ``python -m tests.browser.screenshots``, about a minute.

It runs the suite against the mock and photographs the pages with Chromium.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
_FAULTS: Final = (
    "fails_with_an_apostrophe",
    "accepts_dot_in_display_name",
    "turns_an_empty_external_id_into_null",
    "writes_plan_updated_as_seconds_in_text",
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in ``docs``: the top of the page of a run, ``faults`` are those of the mock."""

    name: str
    faults: tuple[str, ...]
    width: int
    height: int
    scheme: str = "light"


PICTURES: Final = (
    Picture("report-passing.png", (), 1120, 900),
    Picture("report-failing.png", _FAULTS, 1120, 1180),
    Picture("report-phone.png", _FAULTS, 390, 1180, "dark"),
)


def main() -> None:
    """Run the suite with each set of faults, and take every picture."""
    parser = argparse.ArgumentParser(description="Remake the pictures of the report in README and docs.")
    parser.add_argument("--into", type=Path, default=_DOCS, help="folder to write to (default: docs)")
    into: Path = parser.parse_args().into
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("chromium is not on the PATH; Debian's package is called chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pages = {faults: _page(Path(folder) / str(len(faults)), faults) for faults in {p.faults for p in PICTURES}}
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for picture in PICTURES:
            _take(browser, picture, pages[picture.faults], into / picture.name)
        browser.close()


def _page(reports: Path, faults: tuple[str, ...]) -> Path:
    """The page of the last of two runs, so that it shows since when a finding is there."""
    for seed in ("1", "2"):
        _run(
            [
                f"--reports={reports}",
                f"--seed={seed}",
                "--corpus=none",
                *(["--fault", ",".join(faults)] if faults else []),
            ]
        )
    return max(path for path in reports.glob("*/index.html") if not path.parent.is_symlink())


def _run(options: list[str]) -> None:
    command = [sys.executable, "-m", "pytest", "tests/contract", "-q", "-p", "no:cacheprovider", *options]
    subprocess.run(command, cwd=_DOCS.parent, stdout=subprocess.DEVNULL, check=False, env=_environment())  # noqa: S603  # ours


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CONTRACT_")}


def _take(browser: Browser, picture: Picture, page: Path, path: Path) -> None:
    scheme: Any = picture.scheme
    view = browser.new_page(viewport={"width": picture.width, "height": picture.height}, color_scheme=scheme)
    view.goto(page.as_uri())
    view.screenshot(path=path)
    view.close()


if __name__ == "__main__":
    main()
