"""The page of the themes, and judging tags in the item panel, in a real browser."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.assistant.api.world import XSS
from tests.assistant.web.conftest import NewPage, Site
from tests.assistant.web.test_pages import CONTRAST, PHONE, fits

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"


def open_themes(site: Site, new_page: NewPage, **options: Any) -> Any:
    """The page of the themes over seeded feedback."""
    page = new_page(**options)
    page.goto(f"{site()}/themes")
    page.locator(".theme-row").first.wait_for()
    return page


def fill_theme(page: Any, name: str, sentence: str) -> None:
    """Open the form of a new theme and fill it. A theme that was just added stands unfolded."""
    page.locator("#theme-add").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("One sentence").fill(sentence)


def add_lamp(page: Any) -> Any:
    """Add a theme and wait until all items are tagged with it; returns its row."""
    fill_theme(page, "lamp", "Lamps and lights of all kinds.")
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator(".changes[open]").wait_for()
    return page.locator("[data-theme=lamp]")


def count_of(row: Any) -> int:
    """The count of items in a row of the list."""
    return int(row.locator(".theme-line .n").first.inner_text().replace(",", ""))


def refuse_nothing(new_page: NewPage, status: int) -> None:
    """Take out what Chromium logs of an answer that the test provoked."""
    new_page.wrong[:] = [words for words in new_page.wrong if str(status) not in words]  # type: ignore[attr-defined]


def test_all_themes_stand_with_their_counts(site: Site, new_page: NewPage) -> None:
    """A row unfolds to its sub-themes; every count leads to as many items."""
    page = open_themes(site, new_page)
    assert page.locator(".theme-row").count() == 25
    row = page.locator("[data-theme=returns_refunds]")
    row.get_by_role("button", name="returns").click()
    sub = row.locator(".sub-row", has_text="refund").first
    assert sub.is_visible()
    n = count_of(row)
    assert n > 50
    row.locator(".theme-line .n").first.click()
    page.locator(f"#total[data-total='{n}']").wait_for()
    page.go_back()
    complaints = page.locator("[data-theme=returns_refunds] .tone-counts a.pbad")
    n = int(complaints.inner_text().split()[-1])
    complaints.click()
    page.locator(f"#total[data-total='{n}']").wait_for()


def test_search_and_order_narrow_the_list(site: Site, new_page: NewPage) -> None:
    """Words of a sub-theme unfold its theme; nothing found is said."""
    page = open_themes(site, new_page)
    page.keyboard.press("/")
    page.keyboard.type("late deliveries")
    assert page.locator(".theme-row").count() == 1
    assert page.locator(".sub-row", has_text="late deliveries").is_visible()
    page.fill("#words", "zeppelins")
    assert "zeppelins" in page.locator("#themes").inner_text()
    page.fill("#words", "")
    page.select_option("#order", "name")
    names = page.locator(".theme-name").all_inner_texts()
    assert names == sorted(names)


def test_a_theme_goes_from_one_sentence_to_counted_items(site: Site, new_page: NewPage) -> None:
    """Tried, added, tagged in the background, counted, said in words, and listed behind its count."""
    page = open_themes(site, new_page)
    fill_theme(page, "lamp", "Lamps and lights of all kinds.")
    page.get_by_role("button", name="Try it").click()
    page.locator(".tried-sum").wait_for()
    assert "lamp" in page.locator(".tried mark").first.inner_text()
    page.locator(".tried .item-card").first.click()
    page.locator("mark.cited").wait_for()
    page.locator("#panel-back").click()
    assert page.get_by_label("Name").input_value() == "lamp"
    page.get_by_role("button", name="Add", exact=True).click()
    changed = page.locator(".changes[open] li", has_text="lamp")
    changed.wait_for()
    row = page.locator("[data-theme=lamp]")
    assert row.locator(".badge").inner_text() == "yours"
    n = int(changed.inner_text().partition(" items gained it")[0].split()[-1])
    row.locator(".theme-line .n", has_text=str(n)).first.wait_for()  # the list follows the report
    assert count_of(row) == n
    changed.locator(".linked").click()
    page.locator(".panel .item-card").first.wait_for()
    assert "lamp" in page.locator(".panel .excerpt").first.inner_text()
    changed.locator(".change-name").click()
    page.locator(f"#total[data-total='{n}']").wait_for()


def test_a_change_can_be_undone_and_brought_back(site: Site, new_page: NewPage) -> None:
    """Undo takes the theme away; the versions bring it back; removing asks first."""
    page = open_themes(site, new_page)
    add_lamp(page)
    page.get_by_role("button", name="Undo").click()
    page.locator("[data-theme=lamp]").wait_for(state="detached")
    page.get_by_role("link", name="Versions").click()
    assert "Added lamp" in page.locator(".version").nth(1).inner_text()
    page.get_by_role("button", name="Go back to version 1").click()
    page.locator("[data-version='3']").wait_for()
    page.get_by_role("link", name="All").click()
    row = page.locator("[data-theme=lamp]")
    row.locator(
        ".theme-line .n", has_text="8"
    ).first.wait_for()  # the list is drawn anew when tagging has ended
    row.get_by_role("button", name="Remove").click()
    row.get_by_role("button", name="Keep").click()
    row.get_by_role("button", name="Remove").click()
    row.locator(".danger").click()
    row.wait_for(state="detached")


def test_a_question_in_the_list_outlives_the_tagging(site: Site, new_page: NewPage) -> None:
    """The counts are drawn anew when tagging has ended, but not from under somebody who is being asked."""
    page = open_themes(site, new_page)
    fill_theme(page, "lamp", "Lamps and lights of all kinds.")
    page.get_by_role("button", name="Add", exact=True).click()
    row = page.locator("[data-theme=lamp]")
    row.get_by_role("button", name="Remove").click()
    page.locator(".changes[open]").wait_for()
    assert row.locator(".danger").is_visible()
    row.get_by_role("button", name="Keep").click()
    assert row.get_by_role("button", name="Remove").is_visible()
    assert count_of(row) > 0


def test_a_shipped_theme_can_be_changed_and_reset(site: Site, new_page: NewPage) -> None:
    """Its name and words change, its sub-themes stay; a reset brings the shipped one back."""
    page = open_themes(site, new_page)
    row = page.locator("[data-theme=delivery]")
    row.get_by_role("button", name="delivery").click()
    subs = row.locator(".sub-row").count()
    row.get_by_role("button", name="Edit").click()
    assert page.get_by_role("button", name="Try it").count() == 0
    page.get_by_label("Name").fill("shipping")
    page.get_by_role("button", name="Save").click()
    row.locator(".badge", has_text="changed").wait_for()
    assert row.locator(".sub-row").count() == subs > 0
    assert row.locator(".theme-name").inner_text() == "shipping"
    row.get_by_role("button", name="Reset").click()
    row.locator(".danger").click()
    row.locator(".theme-name", has_text="delivery").wait_for()
    assert row.locator(".badge").count() == 0


def test_themes_travel_as_a_file(site: Site, new_page: NewPage, tmp_path: Path) -> None:
    """What was downloaded can be taken over; a broken file is said in words and changes nothing."""
    page = open_themes(site, new_page, accept_downloads=True)
    add_lamp(page)
    page.get_by_role("link", name="Versions").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download the themes").click()
    text = Path(saved.value.path()).read_text("utf-8")
    file = tmp_path / "themes.yaml"
    file.write_text(text.replace("id: lamp\n  name: lamp", "id: lamp\n  name: lamps"), "utf-8")
    page.set_input_files("#taxonomy-file", file)
    page.locator(".version", has_text="Imported a file").wait_for()
    page.get_by_role("link", name="All").click()
    page.locator("[data-theme=lamp] .theme-name", has_text="lamps").wait_for()
    file.write_text("themes: [", "utf-8")
    page.get_by_role("link", name="Versions").click()
    page.set_input_files("#taxonomy-file", file)
    page.locator("#versions .problem", has_text="YAML").wait_for()
    refuse_nothing(new_page, 422)


def test_what_is_wrong_with_a_theme_is_said(site: Site, new_page: NewPage) -> None:
    """The form stays as it was, with the reason; closed and opened again, it still is."""
    page = open_themes(site, new_page)
    fill_theme(page, "delivery", "Parcels and couriers.")
    page.get_by_role("button", name="Add", exact=True).click()
    assert "already" in page.locator(".theme-editor .problem").inner_text()
    page.keyboard.press("Escape")
    page.locator("#theme-add").click()
    assert page.get_by_label("One sentence").input_value() == "Parcels and couriers."
    refuse_nothing(new_page, 422)


def test_hostile_themes_and_feedback_stay_text(site: Site, new_page: NewPage) -> None:
    """Names, sentences, tried quotes and candidates are shown as they were written, and run nothing."""
    page = open_themes(site, new_page)
    offer(page, [candidate(name=HOSTILE, sentence=XSS, text=XSS)])
    fill_theme(page, "bold " + HOSTILE, XSS)
    page.get_by_label("Name").fill("onerror " + HOSTILE)
    page.get_by_role("button", name="Try it").click()
    page.locator(".tried .item-card, .tried p").first.wait_for()
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator(".theme-row.own").wait_for()
    assert HOSTILE in page.locator(".theme-row.own").inner_text()
    page.reload()
    page.get_by_role("link", name="Discovered").click()
    page.locator(".candidate").wait_for()
    assert page.locator(".candidate h3").inner_text() == HOSTILE
    page.locator(".candidate summary").click()
    assert page.locator("main img, main b, main script, .panel img").count() == 0
    assert page.title() == "Themes · Earmark"


def candidate(
    *, name: str = "gift wrapping", sentence: str = "Wrapped as a present.", text: str = "A perfect gift."
) -> dict[str, Any]:
    """A candidate as the API gives it."""
    return {
        "id": "c1", "name": name, "sentence": sentence, "phrases": ["gift wrapping", "as a present"], "items": 12,
        "growth": 2.4, "stability": 0.9, "nearest": None, "quotes": [{"item": "s122", "text": text, "span": [0, 9]}],
    }  # fmt: skip


def offer(page: Any, candidates: list[dict[str, Any]], job: dict[str, Any] | None = None) -> None:
    """Let the server offer these candidates."""
    found = {"made": "2026-09-30T10:00:00Z", "uncovered": 400, "read": 400, "looked_at": 300, "outliers": 100,
             "job": job, "candidates": candidates}  # fmt: skip
    page.route(
        "**/v1/themes/candidates",
        lambda route: route.fulfill(body=json.dumps(found), content_type="application/json"),
    )


def test_a_candidate_becomes_a_theme_or_is_dismissed(site: Site, new_page: NewPage) -> None:
    """Accepting sends the name and sentence that were agreed on; a dismissal can be taken back."""
    page = new_page()
    offer(page, [candidate()])
    sent: list[Any] = []
    page.goto(f"{site()}/themes#discovered")
    card = page.locator(".candidate")
    card.wait_for()
    assert "12 items" in card.inner_text()
    assert "2.4 times as often" in card.inner_text()
    card.get_by_role("button", name="Add as a theme").click()
    page.get_by_label("Name").fill("gift")
    listed = page.request.get(page.url.split("/themes")[0] + "/v1/themes").text()

    def accepted(route: Any) -> None:
        sent.append(json.loads(route.request.post_data))
        route.fulfill(status=201, body=listed, content_type="application/json")

    page.route("**/v1/themes/candidates/c1/accept", accepted)
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("#panel").wait_for(state="hidden")
    assert sent == [{"name": "gift", "sentence": "Wrapped as a present."}]

    def offered(left: list[dict[str, Any]]) -> Callable[[Any], None]:
        body = {"made": None, "looked_at": 0, "outliers": 0, "job": None, "candidates": left}
        return lambda route: route.fulfill(json=body)

    page.route("**/v1/themes/candidates/c1/dismiss", offered([]))
    page.route("**/v1/themes/candidates/c1/restore", offered([candidate()]))
    card.get_by_role("button", name="Dismiss").click()
    card.wait_for(state="detached")
    page.get_by_role("button", name="Undo").click()
    card.wait_for()


def test_discovering_leads_from_feedback_to_a_theme(site: Site, new_page: NewPage) -> None:
    """The button starts a job, its end shows what no theme covers, and that can be added and counted."""
    page = open_themes(site, new_page)
    rooms = (
        "garage",
        "cellar",
        "attic",
        "shed",
        "kitchen",
        "hallway",
        "porch",
        "office",
        "studio",
        "bathroom",
    )
    texts = [
        f"I needed a screwdriver to assemble the bookcase in the {rooms[at % 10]} {at}." for at in range(40)
    ]
    address = page.url.split("/themes")[0]
    page.request.post(f"{address}/v1/feedback", data=[{"text": text} for text in texts])
    page.get_by_role("link", name="Discovered").click()
    page.get_by_role("button", name="Look for missing themes").click()
    card = page.locator(".candidate", has_text="bookcase").first
    card.wait_for(timeout=60_000)
    card.locator("summary").click()
    card.locator(".item-card").first.click()
    page.locator("mark.cited", has_text="bookcase").wait_for()
    card.get_by_role("button", name="Add as a theme").click()
    page.get_by_label("Name").fill("bookcase")
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator(".changes[open]", has_text="40 items gained it").wait_for()
    page.get_by_role("link", name="All").click()
    assert count_of(page.locator("[data-theme=bookcase]")) == 40


def open_item(page: Any, address: str, words: str, name: str = "anna") -> None:
    """Open an item whose tags are to be corrected, with the reviewer known unless `name` is empty."""
    if name:
        page.add_init_script(f"localStorage['earmark.reviewer'] = {json.dumps(name)}")
    page.goto(f"{address}/feedback?text={words}")
    page.locator(".item-card").first.click()
    page.get_by_role("button", name="Correct").click()


def test_a_tag_is_corrected_and_the_verdict_taken_back(site: Site, new_page: NewPage) -> None:
    """Wrong with another label, and its undo; the name is asked for once."""
    page = new_page()
    open_item(page, site(), "Lovely rug", name="")
    section = page.locator("section[aria-label=Tags]")
    section.get_by_role("button", name="Wrong: theme").click()
    section.get_by_label("Instead of").select_option("product_quality")
    section.get_by_role("button", name="Keep").click()
    page.get_by_label("Your name").fill(HOSTILE)
    page.keyboard.press("Enter")
    said = section.locator(".said li")
    said.wait_for()
    assert "but product quality" in said.inner_text()
    assert HOSTILE in said.inner_text()
    assert section.locator(".chip", has_text="product quality").count() == 1
    section.get_by_role("button", name="Undo").click()
    said.wait_for(state="detached")
    assert section.locator(".chip", has_text="product quality").count() == 0
    section.get_by_role("button", name="Right: sentiment").click()
    section.locator(".verdict.right[aria-pressed=true]").wait_for()
    assert page.evaluate("document.activeElement.dataset.key").startswith("right:sentiment")


def test_a_missing_tag_is_added_by_keyboard(site: Site, new_page: NewPage) -> None:
    """A theme with its polarity, and an empathy gap; the list of the filter finds the item then."""
    page = new_page()
    address = site()
    open_item(page, address, "Lovely rug")
    section = page.locator("section[aria-label=Tags]")
    page.locator("#missing").select_option("themes:price_value")
    page.locator("#missing-polarity").select_option("+")
    section.get_by_role("button", name="Add").focus()
    page.keyboard.press("Enter")
    section.locator(".said li", has_text="as praise was missing").wait_for()
    page.locator("#missing").select_option("empathy_gaps:unheard")
    section.get_by_role("button", name="Add").press("Enter")
    section.locator(".said li").nth(1).wait_for()
    page.goto(f"{address}/feedback?themes=price_value&polarity=%2B&empathy_gaps=unheard&text=Lovely rug")
    page.locator("#total[data-total='1']").wait_for()


def test_the_way_a_theme_is_meant_can_be_turned(site: Site, new_page: NewPage) -> None:
    """The theme is right then, its polarity another; Esc leaves the question without closing the panel."""
    page = new_page()
    open_item(page, site(), "Lovely rug")
    section = page.locator("section[aria-label=Tags]")
    wrong = section.get_by_role("button", name="Wrong: theme")
    wrong.click()
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_visible()
    assert section.locator(".review-row .review-form").count() == 0
    wrong.click()
    section.get_by_label("Instead of").select_option(":+")
    section.get_by_role("button", name="Keep").click()
    section.locator(".said li", has_text="as praise is right").wait_for()
    assert section.locator(".chip .pgood").count() == 1


def test_a_server_that_is_gone_is_said(site: Site, new_page: NewPage) -> None:
    """The list offers another try."""
    page = new_page()
    page.route("**/v1/themes", lambda route: route.abort())
    page.goto(f"{site()}/themes")
    page.locator("#themes .problem", has_text="earmark serve").wait_for()
    page.unroute("**/v1/themes")
    page.get_by_role("button", name="Try again").click()
    page.locator(".theme-row").first.wait_for()
    refuse_nothing(new_page, "ERR_FAILED")  # type: ignore[arg-type]


def test_an_empty_workspace_has_themes_too(site: Site, new_page: NewPage) -> None:
    """Without feedback there is nothing to count, to try or to tag again, and nothing breaks."""
    page = new_page()
    page.goto(f"{site(seeded=False)}/themes")
    page.locator(".theme-row").first.wait_for()
    fill_theme(page, "lamp", "Lamps and lights of all kinds.")
    page.get_by_role("button", name="Try it").click()
    page.locator(".tried", has_text="no feedback").wait_for()
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("[data-theme=lamp]").wait_for()
    assert page.locator("#retagging").is_hidden()


def test_the_page_fits_a_phone(site: Site, new_page: NewPage) -> None:
    """List, form, versions, candidates and the correction of tags need no more than 390 pixels."""
    page = new_page(**PHONE)
    offer(page, [candidate()])
    address = site()
    page.goto(f"{address}/themes")
    page.locator(".theme-row").first.wait_for()
    page.locator(".theme-name").first.click()
    assert fits(page)
    fill_theme(page, "lamp", "Lamps and lights of all kinds.")
    page.get_by_role("button", name="Try it").click()
    page.locator(".tried-sum").wait_for()
    assert fits(page)
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator(".changes[open]").wait_for()
    assert fits(page)
    for name in ("Discovered", "Versions"):
        page.get_by_role("link", name=name).click()
        page.locator(".candidate, .version").locator("visible=true").first.wait_for()
        assert fits(page)
    open_item(page, address, "Lovely rug")
    page.get_by_role("button", name="Wrong: theme").click()
    assert fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_contrast(site: Site, new_page: NewPage, scheme: str) -> None:
    """At least 4.5 to 1, in both colour schemes, on all its views and in the correction of tags."""
    page = new_page(color_scheme=scheme)
    offer(page, [candidate()])
    address = site()
    page.goto(f"{address}/themes")
    page.locator(".theme-row").first.wait_for()
    page.locator(".theme-name").first.click()
    add_lamp(page)
    assert page.evaluate(CONTRAST) == []
    for name in ("Discovered", "Versions"):
        page.get_by_role("link", name=name).click()
        page.locator(".candidate, .version").locator("visible=true").first.wait_for()
        assert page.evaluate(CONTRAST) == []
    open_item(page, address, "Lovely rug")
    page.get_by_role("button", name="Right: sentiment").click()
    page.locator(".said").wait_for()
    page.get_by_role("button", name="Wrong: theme").click()
    assert page.evaluate(CONTRAST) == []
