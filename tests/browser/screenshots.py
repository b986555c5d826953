"""``python tests/browser/screenshots.py FOLDER PICTURE``: the top of a run's page as a picture, for the README."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright


def main() -> None:
    """Take the picture that the command line asks for."""
    parser = argparse.ArgumentParser(description="A picture of the page of a run.")
    parser.add_argument("folder", type=Path, help="folder of a run, such as reports/runs/latest")
    parser.add_argument("picture", type=Path, help="PNG file to write")
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--height", type=int, default=900)
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("chromium is not on the PATH; Debian's package is called chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        size = {"width": 1120, "height": options.height}
        page = browser.new_page(viewport=size, color_scheme=options.scheme)  # type: ignore[arg-type]  # a mapping
        page.goto((options.folder / "index.html").resolve().as_uri())
        page.screenshot(path=options.picture)
        browser.close()


if __name__ == "__main__":
    main()
