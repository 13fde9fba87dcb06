"""The overview, in a real browser."""

from typing import Any

import pytest

from tests.assistant.web.conftest import NewPage, Site
from tests.assistant.web.test_pages import CONTRAST, PHONE, fits

pytestmark = pytest.mark.browser


def open_page(site: Site, new_page: NewPage, query: str = "", **options: Any) -> Any:
    """The overview of seeded feedback."""
    page = new_page(**options)
    page.goto(f"{site()}/overview{query}")
    page.locator(".figure, .overview > p:not(.hint)").first.wait_for()
    return page


def test_a_number_leads_to_its_items(site: Site, new_page: NewPage) -> None:
    """The receipt says that exactly these were counted."""
    page = open_page(site, new_page)
    page.locator(".figure", has_text="Negative").locator("button").first.click()
    page.locator("#panel .tally.ok").wait_for()
    page.keyboard.press("Escape")
    page.locator(".heat td button").first.click()
    page.locator("#panel .tally.ok").wait_for()


def test_filters_stay_in_the_address_and_back_goes_back(site: Site, new_page: NewPage) -> None:
    """A view has an address that can be shared."""
    page = open_page(site, new_page)
    before = page.locator("#total").inner_text()
    page.get_by_label("Channel").select_option("email")
    page.wait_for_url("**/overview?attr.channel=email")
    page.locator("#found[aria-busy=false]").wait_for()
    narrowed = page.locator("#total").inner_text()
    assert narrowed != before
    shared = new_page()
    shared.goto(page.url)
    shared.locator(".figure").first.wait_for()
    assert shared.locator("#total").inner_text() == narrowed
    page.go_back()
    page.get_by_role("heading", name=before, exact=True).wait_for()


def test_themes_unfold_and_sort_by_keyboard_and_lead_to_a_question(site: Site, new_page: NewPage) -> None:
    """The focus stays where it was."""
    page = open_page(site, new_page)
    rows = page.locator("section", has=page.get_by_role("heading", name="Themes", exact=True)).locator(
        "tbody tr"
    )
    before = rows.count()
    page.locator(".fold").first.focus()
    page.keyboard.press("Enter")
    assert rows.count() > before
    assert page.evaluate("document.activeElement.className") == "fold"
    page.get_by_role("button", name="Leaving", exact=True).click()
    assert page.locator("th[aria-sort=descending]").inner_text() == "Leaving"
    page.get_by_role("link", name="Ask why").first.click()
    page.locator(".turn-row .sure").first.wait_for()
    assert "?q=" not in page.url


def test_a_table_is_a_file(site: Site, new_page: NewPage) -> None:
    """As CSV."""
    page = open_page(site, new_page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="CSV").nth(2).click()
    lines = caught.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("theme,parent,n,of,complaints")
    assert len(lines) > 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_can_be_read(site: Site, new_page: NewPage, scheme: str) -> None:
    """No sideways scrolling of the page, and WCAG AA contrast in both colour schemes."""
    page = open_page(site, new_page, **PHONE, color_scheme=scheme)
    assert fits(page)
    assert page.evaluate(CONTRAST) == []


def test_nothing_is_said_with_words(site: Site, new_page: NewPage) -> None:
    """A store without feedback."""
    page = new_page()
    page.goto(f"{site(seeded=False)}/overview")
    page.get_by_text("There is no feedback yet").wait_for()
