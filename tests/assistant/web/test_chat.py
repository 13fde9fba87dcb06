"""The chat page in a real browser: from a question to items that can be opened."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.assistant.api.world import XSS
from tests.assistant.web.conftest import NewPage, Site

pytestmark = pytest.mark.browser
QUESTION = "Why are customers leaving after returns?"


def ask(page: Any, question: str = QUESTION) -> Any:
    """Type a question, press Enter, and wait for the whole answer; returns its row."""
    before = page.locator(".turn-row").count()
    page.fill("#question", question)
    page.keyboard.press("Enter")
    row = page.locator(".turn-row").nth(before)
    row.locator(".sure").wait_for()
    return row


def open_chat(site: Site, new_page: NewPage, **options: Any) -> Any:
    """The chat over seeded feedback, greeting its visitor."""
    page = new_page(**options)
    page.goto(site())
    page.locator(".example").first.wait_for()
    return page


def test_a_question_becomes_a_cited_answer(site: Site, new_page: NewPage) -> None:
    """Headline, understood chips, drivers with bars, quotes, caveats and suggestions are there."""
    page = open_chat(site, new_page)
    answer = ask(page)
    assert answer.locator(".asked").inner_text() == QUESTION
    assert "among them" in answer.locator(".headline").inner_text()
    assert answer.locator(".understood .chip").count() >= 2
    assert answer.locator(".drivers > li").count() >= 1
    assert answer.locator(".drivers .bar-row").count() >= 2
    assert answer.locator(".quote").count() >= 1
    assert answer.locator(".suggestion").count() >= 1
    answer.locator(".sure summary").click()
    assert "association" in answer.locator(".sure").inner_text()


def test_a_receipt_opens_exactly_its_items(site: Site, new_page: NewPage) -> None:
    """Each number of the answer leads to a list of as many items."""
    page = open_chat(site, new_page)
    answer = ask(page)
    receipts = answer.locator("a.receipt")
    for at in range(receipts.count()):
        n = int(re.match(r"[\d,]+", receipts.nth(at).inner_text())[0].replace(",", ""))  # type: ignore[index]
        receipts.nth(at).click()
        tally = page.locator(".tally")
        tally.wait_for()
        assert tally.get_attribute("data-total") == str(n)
        assert "exactly those" in tally.inner_text()
        while page.locator(".panel .more button").count():
            page.locator(".panel .more button").click()
            page.wait_for_timeout(100)
        assert page.locator(".panel .item-card").count() == n
        page.keyboard.press("Escape")
    assert receipts.count() >= 4


def test_every_number_of_the_facts_can_be_opened(site: Site, new_page: NewPage) -> None:
    """No fact of the answer is without a link in its claim."""
    page = open_chat(site, new_page)
    answer = ask(page)
    kept = page.evaluate("JSON.parse(localStorage['earmark.chats'])[0].turns[0].answer")
    claimed = {fact for claim in kept["claims"] for fact in claim["facts"]}
    linked = {
        element.get_attribute("data-fact")
        for element in answer.locator("a.receipt, .bar-value").element_handles()
    }
    assert claimed <= linked


def test_a_citation_opens_its_item_with_the_sentence_marked(site: Site, new_page: NewPage) -> None:
    """The marked stretch is the quote, also behind emoji; tags and customer stand below."""
    page = open_chat(site, new_page)
    quote = ask(page).locator(".quote").first
    said = quote.locator(".quote-text").inner_text().strip("“”")
    quote.click()
    page.locator("mark.cited").wait_for()
    assert page.locator("mark.cited").inner_text() == said
    assert page.locator(".panel .chip", has_text="sentiment").count() == 1
    assert (
        "premium" in page.locator(".panel").inner_text() or "regular" in page.locator(".panel").inner_text()
    )
    chip = page.locator(".panel .can-mark").first
    chip.click()
    assert page.locator("mark.tagged").count() >= 1
    assert chip.get_attribute("aria-pressed") == "true"


def test_marks_count_characters_as_the_server_does(site: Site, new_page: NewPage) -> None:
    """An emoji is one character for the server and two for JavaScript; the mark must not shift."""
    page = open_chat(site, new_page)
    page.goto(page.url.split("?")[0] + "feedback?text=Lovely rug")
    page.locator(".item-card").click()
    page.locator(".panel .can-mark", has_text="churn").click()
    assert page.locator("mark.tagged").inner_text() == "I buy elsewhere now."


def test_feedback_stays_text(site: Site, new_page: NewPage) -> None:
    """Markup in an item is shown as it was written, in lists and in the panel, and runs nothing."""
    page = open_chat(site, new_page)
    title = page.title()
    page.goto(page.url + "feedback?text=onerror document")
    card = page.locator(".item-card")
    assert "<script>" in card.locator(".excerpt").inner_text()
    card.click()
    page.locator(".verbatim").wait_for()
    assert page.locator(".verbatim").inner_text() == XSS
    assert page.locator(".panel img, .panel b, .panel script").count() == 0
    assert "owned" not in page.title()
    assert title == "Ask · Earmark"


def test_a_question_with_markup_stays_text(site: Site, new_page: NewPage) -> None:
    """The bubble and the list of conversations show it as it was typed."""
    page = open_chat(site, new_page)
    answer = ask(page, "Why <img src=x onerror=alert(1)> delivery?")
    assert answer.locator(".asked").inner_text().startswith("Why <img")
    assert page.locator("main img, .history img").count() == 0


def test_the_keyboard_is_enough(site: Site, new_page: NewPage) -> None:
    """/ focuses, Shift+Enter breaks the line, arrow up recalls, Esc closes and gives the focus back."""
    page = open_chat(site, new_page)
    ask(page)
    page.locator(".new").focus()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "question"
    page.keyboard.press("ArrowUp")
    assert page.input_value("#question") == QUESTION
    page.keyboard.press("ArrowDown")
    assert page.input_value("#question") == ""
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    assert page.input_value("#question") == "one\ntwo"
    receipt = page.locator("a.receipt").first
    receipt.focus()
    page.keyboard.press("Enter")
    page.locator(".tally").wait_for()
    assert page.evaluate("document.activeElement.id") == "panel-title"
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    assert page.evaluate("document.activeElement.dataset.fact") == receipt.get_attribute("data-fact")


def test_a_conversation_survives_a_reload_and_can_be_renamed_and_deleted(
    site: Site, new_page: NewPage
) -> None:
    """It has an address of its own, and is kept in the browser until it is deleted."""
    page = open_chat(site, new_page)
    ask(page)
    assert "?c=" in page.url
    page.reload()
    page.locator(".drivers").first.wait_for()
    page.locator(".history-row").hover()
    page.get_by_role("button", name=f"Rename {QUESTION}").click()
    page.keyboard.type("Returns")
    page.keyboard.press("Enter")
    assert page.locator(".history-open").inner_text() == "Returns"
    page.locator(".history-row").hover()
    page.get_by_role("button", name="Delete Returns").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.locator(".example").first.wait_for()
    assert page.locator(".history-row").count() == 0
    assert "?c=" not in page.url


def test_a_follow_up_is_understood(site: Site, new_page: NewPage) -> None:
    """The second question narrows the first."""
    page = open_chat(site, new_page)
    ask(page)
    chips = ask(page, "and for email?").locator(".understood").inner_text()
    assert "email" in chips


def test_a_trend_is_drawn_with_a_table_beside_it(site: Site, new_page: NewPage) -> None:
    """The line has one point per period; each opens its receipt; the table says the same."""
    page = open_chat(site, new_page)
    answer = ask(page, "How has delivery changed by month?")
    dots = answer.locator(".trend .hit")
    dots.first.wait_for()
    answer.locator("summary", has_text="As a table").click()
    assert answer.locator("tbody tr").count() == dots.count() >= 6
    dots.nth(2).click()
    page.locator(".tally.ok").wait_for()


def test_stages_are_announced(site: Site, new_page: NewPage) -> None:
    """Screen readers hear what goes on and then the headline."""
    page = open_chat(site, new_page)
    page.evaluate(
        "() => { window.told = []; new MutationObserver(() => told.push(announcer.textContent))"
        ".observe(document.getElementById('announcer'), {childList: true}) }"
    )
    ask(page)
    told = page.evaluate("told")
    assert told[0] == "Reading the question"
    assert any(words.startswith("Counting") for words in told)
    assert "among them" in told[-1]


def test_a_server_that_is_gone_is_said_and_tried_again(site: Site, new_page: NewPage) -> None:
    """The question is kept, and answered as soon as the server is back."""
    page = open_chat(site, new_page)
    page.route("**/v1/ask", lambda route: route.abort())
    page.fill("#question", QUESTION)
    page.keyboard.press("Enter")
    problem = page.locator(".problem")
    problem.wait_for()
    assert "earmark serve" in problem.inner_text()
    page.unroute("**/v1/ask")
    problem.get_by_role("button", name="Try again").click()
    page.locator(".sure").wait_for()
    assert page.locator(".problem").count() == 0
    new_page.wrong[:] = [words for words in new_page.wrong if "ERR_FAILED" not in words]  # type: ignore[attr-defined]


def test_who_must_log_in_comes_to_the_page_by_link_or_key(site: Site, new_page: NewPage) -> None:
    """A page that was asked for comes back after the login; the code of a link does not stay in the address."""
    address = site(token="s3cret")
    page = new_page()
    page.goto(f"{address}/feedback?themes=delivery")
    page.wait_for_url("**/login?next=*")
    page.get_by_text("With a key").click()
    page.get_by_label("Key", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").get_by_text("unknown").wait_for()
    page.get_by_label("Key", exact=True).fill("s3cret")
    page.keyboard.press("Enter")
    page.wait_for_url("**/feedback?themes=delivery")
    page.get_by_role("heading", level=1).filter(has_text="item").wait_for()
    new_page.wrong[:] = [words for words in new_page.wrong if "401" not in words]  # type: ignore[attr-defined]


def test_what_was_understood_can_be_changed_and_taken_back(site: Site, new_page: NewPage) -> None:
    """A chip is changed by keyboard, taken out and added; the words' own reading comes back."""
    page = open_chat(site, new_page)
    answer = ask(page, "How many complaints about returns by email?")
    first = answer.locator(".headline").inner_text()
    answer.get_by_role("button", name="channel email").click()
    answer.locator(".slot-form select").wait_for()
    page.keyboard.type("chat")
    page.keyboard.press("Enter")
    answer.locator(".chip", has_text="chat").wait_for()
    assert answer.locator(".headline").inner_text() != first
    answer.get_by_role("button", name="channel chat").click()
    answer.get_by_role("button", name="Take out").click()
    answer.locator(".chip", has_text="channel").wait_for(state="detached")
    answer.get_by_role("button", name="+ filter").click()
    answer.get_by_label("What to filter by").select_option("scope.attributes.segment")
    answer.get_by_label("Value").select_option("premium")
    answer.get_by_role("button", name="Ask again").click()
    answer.locator(".chip", has_text="premium").wait_for()
    answer.get_by_role("button", name="As first understood").click()
    answer.locator(".chip", has_text="email").wait_for()
    assert answer.locator(".headline").inner_text() == first


def test_a_link_opens_the_conversation_elsewhere(site: Site, new_page: NewPage) -> None:
    """Another browser shows the same questions, answered anew."""
    page = open_chat(site, new_page)
    ask(page, "How many complaints about returns?")
    ask(page, "and by email?")
    other = new_page()
    other.goto(page.url)
    other.locator(".turn-row").nth(1).locator(".sure").wait_for()
    assert other.locator(".asked").all_inner_texts() == [
        "How many complaints about returns?",
        "and by email?",
    ]
    assert other.locator(".headline").all_inner_texts() == page.locator(".headline").all_inner_texts()


def test_the_evidence_of_an_answer_is_a_file(site: Site, new_page: NewPage) -> None:
    """Every fact and quote on a line of its own; nothing that a spreadsheet would run."""
    page = open_chat(site, new_page)
    answer = ask(page)
    with page.expect_download() as saved:
        answer.get_by_role("button", name="Evidence as CSV").click()
    with Path(saved.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["what"] for row in rows} >= {"quote"}
    assert all(json.loads(row["filter"]) for row in rows if row["what"] != "quote")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@", "-"))]
    assert sum(row["what"] == "quote" for row in rows) == answer.locator(".quote").count()
