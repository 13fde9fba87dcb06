"""Feedback page, import, sizes and colours, in a real browser."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.assistant.web.conftest import NewPage, Site

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def total(page: Any) -> int:
    """The total that the feedback page shows."""
    page.locator("#total[data-total]").wait_for()
    return int(page.locator("#total").get_attribute("data-total"))


def test_filters_are_in_the_address(site: Site, new_page: NewPage) -> None:
    """Choosing one narrows the list; the address brings the same list back."""
    page = new_page()
    page.goto(f"{site()}/feedback")
    assert total(page) == 163
    with page.expect_response("**/v1/feedback/search"):
        page.select_option("[name='attr.channel']", "email")
    page.locator("#active .chip").wait_for()
    narrowed = total(page)
    assert 0 < narrowed < 163
    assert "attr.channel=email" in page.url
    page.reload()
    page.locator("#active .chip").wait_for()
    assert total(page) == narrowed
    page.get_by_role("button", name="Clear").click()
    page.locator("#total[data-total='163']").wait_for()


def test_a_filter_of_a_receipt_is_shown_in_words(site: Site, new_page: NewPage) -> None:
    """The items behind a number, with what they have in common."""
    filter_ = {
        "themes": ["returns_refunds"],
        "exclude": {"terms": ["copy=yes"]},
        "also": [{"churn": ["leaving"]}],
    }
    page = new_page()
    page.goto(f"{site()}/feedback?{urlencode({'filter': json.dumps(filter_)})}")
    assert total(page) > 20
    shown = page.locator("#active").inner_text()
    assert "leaving" in shown
    assert "without" in shown
    assert page.locator("#selects").is_hidden()


def test_search_finds_by_meaning_and_by_words(site: Site, new_page: NewPage) -> None:
    """Both kinds of search list what fits; nothing found offers a way back."""
    page = new_page()
    page.goto(f"{site()}/feedback")
    total(page)
    page.fill("#words", "parcel in the rain")
    page.wait_for_url("**query=parcel*")
    page.locator("#total", has_text="best").wait_for()
    assert "rain" in page.locator(".item-card").first.inner_text()
    page.select_option("#how", "text")
    page.fill("#words", "no such words anywhere")
    page.get_by_role("button", name="Remove all filters").click()
    page.locator("#total[data-total='163']").wait_for()


def test_an_empty_workspace_leads_through_an_import(site: Site, new_page: NewPage, tmp_path: Path) -> None:
    """Drop a file, see and change the mapping, import, download the refused rows, ask."""
    file = tmp_path / "reviews.csv"
    rows = "".join(f"{at},The parcel number {at} arrived late.,2\n" for at in range(30))
    file.write_text(f"Nr,Review,Stars\n{rows}31,   ,1\n", "utf-8")
    page = new_page(accept_downloads=True)
    page.goto(site(seeded=False))
    page.locator(".drop").wait_for()
    page.set_input_files("#import-file", file)
    page.locator(".mapping").wait_for()
    assert page.get_by_label("Read Review as").input_value() == "text"
    page.get_by_label("Read Stars as").select_option("attribute")
    page.locator("tr.attribute th", has_text="Stars").wait_for()
    page.get_by_role("button", name="Import", exact=True).last.click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download 1 refused row").click()
    assert "32" in Path(saved.value.path()).read_text("utf-8")
    page.goto(page.url)
    page.locator(".example").first.wait_for()
    assert "30 items" in page.locator(".welcome-about").inner_text()


def test_an_import_from_the_bar_says_what_is_wrong_with_a_file(
    site: Site, new_page: NewPage, tmp_path: Path
) -> None:
    """A file that cannot be read gives a problem and another try."""
    file = tmp_path / "photo.csv"
    file.write_bytes(bytes(range(256)) * 20)
    page = new_page()
    page.goto(site())
    page.locator("#import-open").click()
    page.set_input_files("#import-file", file)
    page.locator(".problem").wait_for()
    page.get_by_role("button", name="Choose another file").click()
    page.locator(".drop").wait_for()
    new_page.wrong[:] = [words for words in new_page.wrong if "422" not in words]  # type: ignore[attr-defined]


def fits(page: Any) -> bool:
    """Whether nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_nothing_is_wider_than_a_phone(site: Site, new_page: NewPage) -> None:
    """Chat, receipt, item and list all fit 390 pixels."""
    page = new_page(**PHONE)
    page.goto(site())
    page.locator(".example").first.wait_for()
    assert fits(page)
    page.fill("#question", "Why are customers leaving after returns?")
    page.keyboard.press("Enter")
    page.locator(".sure").wait_for()
    assert fits(page)
    page.locator("a.receipt").first.click()
    page.locator(".tally").wait_for()
    assert fits(page)
    page.locator(".panel .item-card").first.click()
    page.locator(".verbatim").wait_for()
    assert fits(page)
    page.goto(page.url.split("?")[0] + "feedback")
    page.locator(".item-card").first.wait_for()
    assert fits(page)


# Contrast of every visible text with what lies behind it, by the formula of WCAG 2.2.
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = rgba(getComputedStyle(at).backgroundColor);
      if (found[3] > 200) return found;
    }
    return [255, 255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || !element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    if (element.closest(".unseen, .skip, svg")) continue;
    const style = getComputedStyle(element);
    const [one, other] = [light(rgba(style.color)), light(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const size = parseFloat(style.fontSize);
    const wanted = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < wanted) low.push(`${element.className || element.tagName}: ${ratio.toFixed(2)} ${element.textContent.slice(0, 30)}`);
  }
  return [...new Set(low)];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_have_contrast(site: Site, new_page: NewPage, scheme: str) -> None:
    """At least 4.5 to 1, 3 to 1 for large type, in both colour schemes."""
    page = new_page(color_scheme=scheme)
    page.goto(site())
    page.locator(".example").first.wait_for()
    assert page.evaluate(CONTRAST) == []
    page.fill("#question", "Why are customers leaving after returns?")
    page.keyboard.press("Enter")
    page.locator(".sure summary").click()
    page.locator("a.receipt").first.click()
    page.locator(".tally").wait_for()
    assert page.evaluate(CONTRAST) == []
    page.locator(".panel .item-card").first.click()
    page.locator(".panel .can-mark").first.click()
    assert page.evaluate(CONTRAST) == []
    page.goto(page.url.split("?")[0] + "feedback?themes=delivery")
    page.locator(".item-card").first.wait_for()
    assert page.evaluate(CONTRAST) == []


def test_colours_can_be_chosen_and_stay(site: Site, new_page: NewPage) -> None:
    """The button goes round system, light, dark; the choice is there after a reload."""
    page = new_page(color_scheme="light")
    page.goto(site())
    background = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(background)
    page.locator("#theme-toggle").click()
    page.locator("#theme-toggle").click()
    assert page.locator("#theme-toggle").get_attribute("aria-label") == "Colours: dark"
    dark = page.evaluate(background)
    assert dark != before
    page.reload()
    assert page.evaluate(background) == dark


def test_the_documentation_works_without_other_hosts(site: Site, new_page: NewPage) -> None:
    """Swagger UI lists the routes, under its own policy."""
    page = new_page()
    page.goto(f"{site()}/docs")
    page.locator("#operations-Ask-ask_v1_ask_post").wait_for()


def test_the_first_page_is_small(site: Site, new_page: NewPage) -> None:
    """Under 150 KB with everything that it loads."""
    page = new_page()
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(site())
    page.locator(".example").first.wait_for()
    assert sum(sizes) < 150_000
