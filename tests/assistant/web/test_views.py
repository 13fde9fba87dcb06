"""What holds for every view: a file of what it shows, and words when the server is away."""

import csv
import io
from pathlib import Path

import pytest

from tests.assistant.web.conftest import NewPage, Site, sync_api

VIEWS = {
    "/feedback": ["Feedback as CSV"],
    "/customers": ["Customers as CSV"],
    "/themes": ["Themes as CSV"],
    "/triage": ["Queue as CSV"],
    "/experience": [
        f"{name} as CSV"
        for name in (
            "Strength of the relationship",
            "Forces",
            "Rational and emotional",
            "Spectrum",
            "Touchpoints",
        )
    ],
}


@pytest.mark.browser
@pytest.mark.parametrize("path", VIEWS)
def test_every_view_can_be_saved(site: Site, new_page: NewPage, path: str) -> None:
    """As CSV, with as many cells in each row as there are names."""
    page = new_page(accept_downloads=True)
    page.goto(f"{site()}{path}")
    for name in VIEWS[path]:
        with page.expect_download() as caught:
            page.get_by_role("button", name=name).click()
        rows = list(csv.reader(io.StringIO(Path(caught.value.path()).read_text("utf-8-sig"), newline="")))
        assert len(rows) > 1, name
        assert {len(row) for row in rows} == {len(rows[0])}, name


@pytest.mark.browser
def test_a_filter_limits_the_file(site: Site, new_page: NewPage) -> None:
    """What is saved is what the list shows."""
    page = new_page(accept_downloads=True)
    page.goto(f"{site()}/feedback?sentiment=negative")
    page.locator("#total[data-total]").wait_for()
    total = int(page.locator("#total").get_attribute("data-total"))
    with page.expect_download() as caught:
        page.get_by_role("button", name="Feedback as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(caught.value.path()).read_text("utf-8-sig"), newline="")))
    assert len(rows) == total
    assert {row["sentiment"] for row in rows} == {"negative"}


@pytest.mark.browser
def test_a_lost_connection_is_said_and_taken_back(site: Site, new_page: NewPage) -> None:
    """What is typed stays; the bar goes when the server answers again."""
    page = new_page()
    page.goto(f"{site()}/feedback")
    page.locator("#total[data-total]").wait_for()
    page.context.set_offline(True)
    page.get_by_label("Search", exact=True).fill("refund")
    bar = page.get_by_text("No connection to Earmark")
    bar.wait_for()
    sync_api.expect(page.get_by_label("Search", exact=True)).to_have_value("refund")
    page.context.set_offline(False)
    bar.wait_for(state="detached", timeout=15_000)
    new_page.wrong[:] = [words for words in new_page.wrong if "ERR_INTERNET_DISCONNECTED" not in words]  # type: ignore[attr-defined]
