"""The page of the frameworks, in a real browser."""

from typing import Any

import pytest

from tests.assistant.web.conftest import NewPage, Site
from tests.assistant.web.test_pages import CONTRAST, PHONE, fits

pytestmark = pytest.mark.browser


def open_page(site: Site, new_page: NewPage, query: str = "", **options: Any) -> Any:
    """The page over seeded feedback."""
    page = new_page(**options)
    page.goto(f"{site()}/experience{query}")
    page.locator(".frame").first.wait_for()
    return page


def test_everything_stands_and_its_numbers_open(site: Site, new_page: NewPage) -> None:
    """Strength, six forces, natures, spectrum, touchpoints; a number shows its items."""
    page = open_page(site, new_page)
    assert page.locator(".forces > li").count() == 6
    assert page.locator(".gauge").count() == 1
    assert page.locator(".nature-list > li").count() == 4
    assert page.locator(".touchpoints tbody tr").count() >= 2
    link = page.locator(".touchpoints td .hint").first.get_by_role("link").first
    number = link.inner_text().split()[0]
    link.click()
    page.locator("#panel .item-card").first.wait_for()
    assert f"{number} items, exactly those that were counted" in page.locator("#panel-body").inner_text()


def test_groups_and_a_theme_are_chosen_and_kept_in_the_address(site: Site, new_page: NewPage) -> None:
    """The same view comes back with the address."""
    page = open_page(site, new_page)
    with page.expect_response("**/v1/experience"):
        page.select_option("#by", "segment")
    page.locator(".gauge").nth(2).wait_for()
    with page.expect_response("**/v1/experience"):
        page.select_option("#theme", "returns_refunds")
    page.locator("#total", has_text="83 items").wait_for()
    assert "theme=returns_refunds" in page.url
    page.reload()
    page.locator("#total", has_text="83 items").wait_for()
    assert page.locator("#by").input_value() == "segment"
    assert "Premium" in page.locator(".heat").first.inner_text()


def test_an_unknown_attribute_in_the_address_is_explained(site: Site, new_page: NewPage) -> None:
    """An old link does not end in a blank page."""
    page = new_page()
    page.goto(f"{site()}/experience?by=region")
    assert "There is no attribute 'region'" in page.locator(".problem").inner_text()
    new_page.wrong[:] = [words for words in new_page.wrong if "422" not in words]  # type: ignore[attr-defined]


def test_an_empty_workspace_says_what_to_do(site: Site, new_page: NewPage) -> None:
    """Before the first import."""
    page = new_page()
    page.goto(f"{site(seeded=False)}/experience")
    page.get_by_text("Import a file to begin").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_can_be_read(site: Site, new_page: NewPage, scheme: str) -> None:
    """Nothing is wider than the screen; text has contrast."""
    page = open_page(site, new_page, "?by=segment", color_scheme=scheme, **PHONE)
    assert fits(page)
    assert page.evaluate(CONTRAST) == []


def test_assumptions_change_what_a_fix_wins(site: Site, new_page: NewPage) -> None:
    """Half the effect is half the gain; the number opens the items behind it."""
    page = open_page(site, new_page)
    page.locator(".fixes[aria-busy=false]").wait_for()
    rows = page.locator(".fixes-table tbody tr")
    if not rows.count():  # nothing stands out in these few items, and that is said
        assert "none goes with it beyond chance" in page.locator(".fixes").inner_text()
    with page.expect_request("**/v1/impact") as asked:
        page.locator("#causal").focus()
        page.keyboard.press("ArrowLeft")
    assert asked.value.post_data_json["assumptions"]["causal"] == 0.95
    assert "95 %" in page.locator(".assumptions output").nth(1).inner_text()
    page.locator(".fixes").get_by_role("link").first.click()
    page.locator("#panel .item-card").first.wait_for()
