"""Makes the pictures of the README: python tests/screenshots.py [--home DIR]

Serves the sample (tagged first, unless `--home` has it in the workspace `demo`) and takes four pages in Chromium.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

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
    earmark = str(Path(sys.executable).parent / "earmark")
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        home = Path(folder) / "home"
        if given.home:
            shutil.copytree(given.home, home)
        else:
            subprocess.run(
                [earmark, "demo", "--no-serve"], env={**os.environ, "EARMARK_HOME": str(home)}, check=True
            )
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        more = {"EARMARK_HOME": str(home), "EARMARK_WORKSPACE": "demo", "EARMARK_PORT": str(port)}
        server = subprocess.Popen([earmark, "serve"], env={**os.environ, **more}, stderr=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{port}"
        try:
            while True:
                try:
                    if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                        break
                except httpx.TransportError:
                    time.sleep(0.2)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=["--no-sandbox"]
                )
                take(browser.new_page(viewport=SIZE, color_scheme="light"), address)
                browser.close()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)


if __name__ == "__main__":
    main()
