"""Makes the pictures of the README: python -m tests.screenshots [--home DIR]

Serves the sample (tagged first, unless `--home` has it in the workspace `demo`) and takes four pages in Chromium.
"""

import argparse
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.demo_server import serving

OUT = Path(__file__).parent.parent / "docs" / "screens"
SIZE = {"width": 1280, "height": 860}
PAGES = {
    "ask": ("/?q=why are customers leaving after returns?", ".turn-row .sure"),
    "overview": ("/overview", ".figure"),
    "triage": ("/triage", ".entry"),
    "experience": ("/experience", "#found section"),
}


def take(page: Page, address: str) -> None:
    """One picture per page."""
    for name, (path, shows) in PAGES.items():
        page.goto(f"{address}{path}")
        page.locator(shows).first.wait_for()
        page.wait_for_timeout(1500)
        if name == "ask":
            page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=OUT / f"{name}.png")


def main() -> None:
    """Serve, take, stop."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, help="Data folder that has the sample already.")
    given = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    with serving(given.home) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        take(browser.new_page(viewport=SIZE, color_scheme="light"), address)
        browser.close()


if __name__ == "__main__":
    main()
