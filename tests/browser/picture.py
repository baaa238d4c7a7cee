"""The README's picture of the page of `purenn explain`, taken anew.

    python -m tests.browser.picture

after a change of the page; needs what the tests beside this need.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright  # type: ignore[import-not-found, unused-ignore]

from purenn.cli import main

PICTURE = Path(__file__).parents[2] / "examples" / "explain.png"
PLACE = "#s=0&op=Z1&i=1&j=0&k=1"


def take() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        page = Path(folder) / "xor.html"
        if main(["explain", "xor", "--html", str(page)]):
            sys.exit(1)
        path = shutil.which("chromium") or started.chromium.executable_path
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        shown.goto(page.as_uri() + PLACE)
        shown.wait_for_selector("html[data-ready]")
        shown.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    take()
