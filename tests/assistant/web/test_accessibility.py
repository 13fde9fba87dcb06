"""axe-core finds nothing serious on any page, in light and dark, wide and narrow."""

from pathlib import Path
from typing import Any

import pytest

from assistant.identity import Identity
from tests.assistant.web.conftest import NewPage, Site
from tests.assistant.web.test_pages import PHONE

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)
pytestmark = pytest.mark.browser
PAGES = {
    "/?q=why are customers leaving after returns?": ".turn-row .sure",
    "/overview": ".figure",
    "/triage": ".entry",
    "/feedback": "#results li",
    "/customers": ".people-table tbody tr, .profile-line",
    "/themes": "main table, main ul",
    "/experience": "#found section",
    "/alerts": "#found section, #found .frame",
    "/settings": "#found section",
    "/login": "#login-name",
    "/problems/invalid": "h1",
}
SERIOUS = {"serious", "critical"}


@pytest.mark.parametrize("look", ["light and wide", "dark and narrow"])
def test_nothing_serious_is_found(site: Site, new_page: NewPage, tmp_path: Path, look: str) -> None:
    """Names, roles, contrast, order: on every page, as an administrator sees it."""
    options: dict[str, Any] = (
        {"color_scheme": "light"} if look.startswith("light") else {**PHONE, "color_scheme": "dark"}
    )
    address = site()
    identity = Identity.open(tmp_path)
    code = identity.links.make()
    identity.close()
    page = new_page(bypass_csp=True, reduced_motion="reduce", **options)
    page.goto(f"{address}/login#link={code}")
    page.wait_for_url(f"{address}/")
    wrong = []
    for path, shows in PAGES.items():
        page.goto(f"{address}{path}")
        page.locator(shows).first.wait_for()
        found = axe.Axe().run(page).response["violations"]
        wrong += [
            (path, one["id"], [node["target"] for node in one["nodes"]][:3])
            for one in found
            if one["impact"] in SERIOUS
        ]
    assert wrong == []
