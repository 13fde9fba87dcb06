"""The page of customers, in a real browser."""

from typing import Any

import pytest

from tests.assistant.web.conftest import NewPage, Site
from tests.assistant.web.test_pages import CONTRAST, PHONE, fits

pytestmark = pytest.mark.browser


def open_page(site: Site, new_page: NewPage, query: str = "", **options: Any) -> Any:
    """The list over seeded feedback."""
    page = new_page(**options)
    page.goto(f"{site()}/customers{query}")
    page.locator(".people-table tbody tr, .profile-line").first.wait_for()
    return page


def test_the_list_is_searched_and_leads_to_a_profile(site: Site, new_page: NewPage) -> None:
    """Found by id; the profile tells who it is and opens every contact."""
    page = open_page(site, new_page)
    with page.expect_response("**/v1/customers?*"):
        page.get_by_label("Find by id").fill("k17")
    page.locator(".people-table tbody tr").nth(1).wait_for(state="detached")
    page.get_by_role("link", name="K17").click()
    line = page.locator(".profile-line")
    line.wait_for()
    assert "contact" in line.inner_text()
    contacts = page.locator(".contacts > li")
    assert contacts.count() >= 2
    contacts.first.get_by_role("button").click()
    page.locator("#panel .verbatim").wait_for()
    assert page.locator("#panel").get_by_role("link", name="K17").get_attribute("href") == "/customers?id=K17"


def test_order_and_risk_stay_in_the_address(site: Site, new_page: NewPage) -> None:
    """The same list comes back with the address."""
    page = open_page(site, new_page)
    with page.expect_response("**/v1/customers?*at_risk=true*"):
        page.get_by_label("at risk only").check()
    with page.expect_response("**/v1/customers?*order=items*"):
        page.get_by_label("First").select_option("items")
    page.reload()
    page.locator(".people-table tbody tr").first.wait_for()
    assert page.get_by_label("at risk only").is_checked()
    assert page.get_by_label("First").input_value() == "items"
    assert page.locator(".risk").count() == page.locator(".people-table tbody tr").count()


def test_an_unknown_customer_and_an_empty_list_say_what_to_do(site: Site, new_page: NewPage) -> None:
    """No blank page."""
    page = new_page()
    base = site()
    page.goto(f"{base}/customers?id=nobody%2F1")
    assert "There is no customer 'nobody/1'" in page.locator(".problem").inner_text()
    page.goto(f"{base}/customers?search=zzz")
    page.get_by_text("No customer fits.").wait_for()
    new_page.wrong[:] = [words for words in new_page.wrong if "404" not in words]  # type: ignore[attr-defined]


@pytest.mark.parametrize("query", ["", "?id=K17"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_can_be_read(site: Site, new_page: NewPage, query: str, scheme: str) -> None:
    """Nothing is wider than the screen, and texts stand out from their ground."""
    page = open_page(site, new_page, query, **PHONE, color_scheme=scheme)
    assert fits(page)
    assert page.evaluate(CONTRAST) == []
