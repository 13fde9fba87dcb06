"""The page of alerts, in a real browser."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.assistant.web.conftest import NewPage, Site
from tests.assistant.web.test_chat import ask, open_chat
from tests.assistant.web.test_pages import CONTRAST, PHONE, fits

pytestmark = pytest.mark.browser
MONDAY = date(2026, 9, 7)


def open_page(site: Site, new_page: NewPage, **options: Any) -> Any:
    """The page over seeded feedback and a week in which every parcel was late."""
    page = new_page(**options)
    base = site()
    items = [
        {"id": f"late-{at}", "text": f"My parcel {at} came a week too late, <b>nobody</b> told me. Order {at}.", "date": str(MONDAY + timedelta(days=at % 7))}
        for at in range(28)
    ]  # fmt: skip
    page.request.post(f"{base}/v1/feedback", data=items)
    page.goto(f"{base}/alerts")
    page.locator(".watch-list li").first.wait_for()
    return page


def try_it(page: Any, text: str = "complaints about delivery rise") -> None:
    page.get_by_label("Tell me when").fill(text)
    page.keyboard.press("Enter")


def test_a_sentence_is_tried_watched_removed_and_brought_back(site: Site, new_page: NewPage) -> None:
    """The weeks so far are shown before it is kept; its alerts lead to their items; removal can be undone."""
    page = open_page(site, new_page)
    try_it(page)
    page.locator(".weekly").wait_for()
    assert "it would have fired" in page.locator("#rehearsal").inner_text()
    page.get_by_role("button", name="Watch this").click()
    row = page.locator(".watch-list li", has_text="complaining about delivery")
    row.wait_for()
    link = page.locator(".alert", has_text="complaining about delivery").first.locator("a.receipt").first
    number = link.inner_text().split()[0]
    link.click()
    page.locator("#panel .item-card").first.wait_for()
    assert f"{number} items, exactly those that were counted" in page.locator("#panel-body").inner_text()
    page.keyboard.press("Escape")
    row.get_by_role("button").click()
    row.wait_for(state="detached")
    page.get_by_role("button", name="Undo").click()
    row.wait_for()


def test_alerts_are_marked_as_seen_and_counted_at_the_navigation(site: Site, new_page: NewPage) -> None:
    """The badge goes down by one and up again."""
    page = open_page(site, new_page)
    with page.expect_response("**/v1/watches"):
        page.request.post(
            f"{page.url.rsplit('/', 1)[0]}/v1/watches",
            data={"question": "tell me when complaints about delivery rise"},
        )
        page.reload()
    alert = page.locator(".alert").first
    alert.wait_for()
    before = page.locator(".fresh[aria-label]").count() and int(
        page.locator(".fresh[aria-label]").inner_text()
    )
    alert.get_by_role("button", name="Mark as").click()
    page.wait_for_function(
        "before => (Number(document.querySelector('.links .fresh')?.textContent ?? 0)) !== before", arg=before
    )


def test_what_cannot_be_watched_is_explained(site: Site, new_page: NewPage) -> None:
    """It says what to write instead."""
    page = open_page(site, new_page)
    try_it(page, "anything happens")
    assert "nothing whose share could be watched" in page.locator("#rehearsal .problem").inner_text()
    new_page.wrong[:] = [words for words in new_page.wrong if "422" not in words]  # type: ignore[attr-defined]


def test_an_answer_can_be_watched_from_the_chat(site: Site, new_page: NewPage) -> None:
    """One press, and one to take it back."""
    page = open_chat(site, new_page)
    answer = ask(page, "How has the share of complaints about delivery changed by month?")
    answer.get_by_role("button", name="Watch this").click()
    answer.get_by_role("link", name="Watched").wait_for()
    answer.get_by_role("button", name="Undo").click()
    answer.get_by_role("button", name="Watch this").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_can_be_read(site: Site, new_page: NewPage, scheme: str) -> None:
    """Nothing is wider than the screen, and texts stand out from their ground."""
    page = open_page(site, new_page, **PHONE, color_scheme=scheme)
    try_it(page)
    page.locator(".weekly").wait_for()
    assert fits(page)
    assert page.evaluate(CONTRAST) == []
