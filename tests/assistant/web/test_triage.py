"""The page of triage, in a real browser."""

from typing import Any

import httpx
import pytest

from tests.assistant.web.conftest import NewPage, Site
from tests.assistant.web.test_pages import CONTRAST, PHONE, fits

pytestmark = pytest.mark.browser


def open_page(site: Site, new_page: NewPage, query: str = "", **options: Any) -> Any:
    """The queue over seeded feedback, its first item at the right."""
    page = new_page(**options)
    page.goto(f"{site()}/triage{query}")
    page.locator(".entry").first.wait_for()
    page.locator(".reasons").wait_for(state="attached")
    return page


def current(page: Any) -> str:
    return str(page.locator('.entry[aria-current="true"]').get_attribute("data-item"))


def total(page: Any) -> int:
    return int(page.locator("#total").inner_text().split()[0].replace(",", ""))


def test_twenty_items_are_worked_off_by_keyboard(site: Site, new_page: NewPage) -> None:
    """Down, done, take, snooze, note, undo: no mouse, and each is on the server."""
    page = open_page(site, new_page)
    before = total(page)
    for at in range(20):
        first = current(page)
        with page.expect_response("**/v1/triage/actions"):
            page.keyboard.press("e" if at % 2 else "s")
        page.wait_for_function(
            "id => document.querySelector('.entry[aria-current=\"true\"]')?.dataset.item !== id", arg=first
        )
    assert total(page) == before - 20
    with page.expect_response("**/v1/triage?*"):
        page.keyboard.press("z")
    page.wait_for_function(
        "n => document.querySelector('#total').textContent.startsWith(String(n))", arg=before - 19
    )
    here = current(page)
    page.keyboard.press("j")
    page.wait_for_function(
        "id => document.querySelector('.entry[aria-current=\"true\"]').dataset.item !== id", arg=here
    )
    page.keyboard.press("a")  # the first time somebody without an account is asked for a name
    page.get_by_label("Your name").fill("Ana")
    with page.expect_response("**/v1/triage/actions"):
        page.keyboard.press("Enter")
    page.locator('.entry[aria-current="true"]', has_text="with Ana").wait_for()
    page.keyboard.press("n")
    page.keyboard.type("Called back.")
    with page.expect_response("**/v1/triage/actions"):
        page.keyboard.press("Control+Enter")
    page.locator(".notes", has_text="Called back.").wait_for()


def test_several_are_marked_and_done_at_once_and_undone(site: Site, new_page: NewPage) -> None:
    """Bulk actions, and one press takes all back."""
    page = open_page(site, new_page)
    before = total(page)
    for _ in range(3):
        page.keyboard.press("x")
        page.keyboard.press("j")
    assert "3 marked" in page.locator("#bulk").inner_text()
    page.locator("#bulk").get_by_role("button", name="Done").click()
    page.wait_for_function(
        "n => document.querySelector('#total').textContent.startsWith(String(n))", arg=before - 3
    )
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function(
        "n => document.querySelector('#total').textContent.startsWith(String(n))", arg=before
    )


def test_filters_stay_in_the_address_and_become_a_view(site: Site, new_page: NewPage) -> None:
    """A saved view brings the same queue back."""
    page = open_page(site, new_page)
    with page.expect_response("**/v1/triage?*attr.channel=email*"):
        page.get_by_label("Channel").select_option("email")
    page.locator(".views summary").click()
    page.get_by_label("Name of the view").fill("Mail")
    page.keyboard.press("Enter")
    page.locator(".saved-view").wait_for(state="attached")
    shown = total(page)
    page.goto(page.url.split("?")[0])
    page.locator(".entry").first.wait_for()
    page.locator(".views summary").click()
    page.get_by_role("link", name="Mail").click()
    page.wait_for_function(
        "n => document.querySelector('#total').textContent.startsWith(String(n))", arg=shown
    )
    assert "attr.channel=email" in page.url


def test_an_item_has_its_reply_tags_and_customer(site: Site, new_page: NewPage) -> None:
    """What could be sent, what shows the tags in the text, who wrote it; markup in feedback stays text."""
    page = open_page(site, new_page, "?text=script")
    assert page.locator("#detail .verbatim").inner_text()
    assert page.locator("#detail script").count() == 0
    page.goto(page.url.split("?")[0])
    page.locator("#reply").wait_for()
    assert "[day]" in page.locator("#reply").input_value()
    page.locator("#detail .can-mark").first.click()
    page.locator("#detail mark.tagged").first.wait_for()
    page.keyboard.press("?")
    assert page.locator("#keys").get_by_text("snooze a week").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_can_be_read(site: Site, new_page: NewPage, scheme: str) -> None:
    """The queue, then the item, then back; nothing is wider than the screen."""
    page = open_page(site, new_page, **PHONE, color_scheme=scheme)
    assert fits(page)
    assert page.evaluate(CONTRAST) == []
    page.locator(".entry-open").first.click()
    page.locator("#detail .reasons").wait_for()
    assert fits(page)
    assert page.evaluate(CONTRAST) == []
    page.get_by_role("button", name="Back to the queue").click()
    page.locator(".entry").first.wait_for()


def test_a_tag_is_struck_out_by_two_keys(site: Site, new_page: NewPage) -> None:
    """`c` numbers the tags, a digit says wrong; it can be undone, and digits do nothing where somebody types."""
    page = open_page(site, new_page)
    page.keyboard.press("c")
    first = page.locator('.review-row[data-number="1"] .review-tag')
    gone = first.inner_text()
    page.keyboard.press("1")
    page.get_by_label("Your name").fill("Ana")
    with page.expect_response("**/corrections"):
        page.keyboard.press("Enter")
    page.locator(".said", has_text="is wrong").wait_for()
    assert gone not in page.locator(".review-tag").all_inner_texts()
    page.get_by_role("button", name="Undo:").click()
    page.locator(".said").wait_for(state="detached")
    assert gone in page.locator(".review-tag").all_inner_texts()
    page.keyboard.press("/")
    page.keyboard.type("1")
    assert page.locator(".said").count() == 0


def test_the_reply_in_which_the_customer_was_missed_is_marked(site: Site, new_page: NewPage) -> None:
    """With what it lacks; the other turns are not marked."""
    address = site(seeded=False)
    turns = [
        ["C", "The oven arrived dented."],
        ["A", "Noted."],
        ["C", "And now?"],
        ["A", "A new one comes on Friday."],
    ]
    httpx.post(f"{address}/v1/feedback", json={"id": "oven", "turns": turns}).raise_for_status()
    page = new_page()
    page.goto(f"{address}/triage")
    page.locator(".gap-turn").wait_for()
    assert page.locator(".gap-turn").count() == 1
    said = page.locator(".gap-turn").inner_text()
    assert "Noted." in said
    assert "the case is not taken up, nothing is asked, nothing is done" in said
    assert "feeling" not in said
