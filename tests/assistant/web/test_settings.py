"""Login and the page of settings, in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.identity import Identity
from tests.assistant.events.receiver import Receiver, receiving
from tests.assistant.web.conftest import NewPage, Site
from tests.assistant.web.test_pages import CONTRAST, PHONE, fits

sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
pytestmark = pytest.mark.browser
NASTY = '<img src=x onerror="document.title=1">'


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Where webhooks go."""
    with receiving() as made:
        yield made


def code(tmp_path: Path, **more: Any) -> str:
    """The code of a new link."""
    identity = Identity.open(tmp_path)
    try:
        return identity.links.make(**more)
    finally:
        identity.close()


def as_administrator(
    site: Site, new_page: NewPage, tmp_path: Path, *, webhook_hosts: str | None = None, **options: Any
) -> Any:
    """The page of settings after a login by link."""
    address = site(webhook_hosts=webhook_hosts)
    page = new_page(**options)
    page.goto(f"{address}/login?next=/settings#link={code(tmp_path)}")
    page.wait_for_url("**/settings")
    page.get_by_role("heading", name="Audit log").wait_for()
    return page


def test_who_is_not_an_administrator_is_told_how_to_become_one(site: Site, new_page: NewPage) -> None:
    """At this machine, without a login."""
    page = new_page()
    page.goto(f"{site()}/settings")
    page.get_by_text("Administrators see these").wait_for()
    assert page.get_by_role("heading", name="API keys").count() == 0


def test_the_code_of_a_link_does_not_stay_and_works_once(
    site: Site, new_page: NewPage, tmp_path: Path
) -> None:
    """Whoever finds the link later is refused with words."""
    address, given = site(), code(tmp_path)
    page = new_page()
    page.goto(f"{address}/login#link={given}")
    page.wait_for_url(f"{address}/")
    again = new_page()
    again.goto(f"{address}/login#link={given}")
    again.get_by_role("alert").get_by_text("used before").wait_for()
    assert again.url == f"{address}/login"
    new_page.wrong[:] = [words for words in new_page.wrong if "401" not in words]  # type: ignore[attr-defined]


def test_a_next_page_elsewhere_is_not_followed(site: Site, new_page: NewPage, tmp_path: Path) -> None:
    """A login must not lead to another site."""
    address = site()
    page = new_page()
    page.goto(f"{address}/login?next=https://evil.example/x#link={code(tmp_path)}")
    page.wait_for_url(f"{address}/")


def test_a_key_is_made_shown_once_and_revoked(site: Site, new_page: NewPage, tmp_path: Path) -> None:
    """By keyboard; a name that is markup stays a name."""
    page = as_administrator(site, new_page, tmp_path)
    page.get_by_label("A new key for").fill(NASTY)
    page.keyboard.press("Enter")
    page.get_by_text("shown this once").wait_for()
    assert page.locator(".secret code").inner_text().startswith("earmark_")
    keys = page.locator("section", has=page.get_by_role("heading", name="API keys"))
    assert keys.locator("tbody td").first.inner_text() == NASTY
    keys.get_by_role("button", name="Revoke").click()
    keys.locator("tbody").get_by_role("button", name="Revoke").click()
    keys.get_by_text("No key yet").wait_for()
    assert page.title() == "Settings · Earmark"


def test_an_account_is_made_and_entered_by_its_link(site: Site, new_page: NewPage, tmp_path: Path) -> None:
    """What the account may not do is not offered; its verdicts carry its name."""
    page = as_administrator(site, new_page, tmp_path)
    page.get_by_label("A new account").fill("ana@shop.example")
    page.locator("label", has_text="Role").locator("select").select_option("agent")
    page.get_by_role("button", name="Make it").nth(2).click()
    link = page.locator(".secret code", has_text="/login#link=")
    link.wait_for()
    other = new_page()
    other.goto(link.inner_text())
    other.wait_for_url("**/")
    other.goto(f"{page.url.removesuffix('/settings')}/settings")
    other.get_by_text("ana@shop.example, with ask, read, triage.").wait_for()
    assert other.get_by_role("heading", name="API keys").count() == 0
    other.get_by_role("button", name="Log out").click()
    other.wait_for_url("**/login")


def test_erasing_asks_first_and_leaves_a_certificate(site: Site, new_page: NewPage, tmp_path: Path) -> None:
    """How much would go is said before."""
    page = as_administrator(site, new_page, tmp_path)
    page.get_by_label("Customer", exact=True).fill("K17")
    page.keyboard.press("Enter")
    page.get_by_text("with no way back").wait_for()
    page.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_text("Erased. The certificate stands below.").wait_for()
    page.get_by_text("no trace").wait_for()
    page.get_by_label("Customer", exact=True).fill("K17")
    page.keyboard.press("Enter")
    page.get_by_text("There is no customer").wait_for()
    new_page.wrong[:] = [words for words in new_page.wrong if "404" not in words]  # type: ignore[attr-defined]


def test_retention_says_what_it_would_delete(site: Site, new_page: NewPage, tmp_path: Path) -> None:
    """Nothing goes before somebody confirms; what was set is there after a reload."""
    page = as_administrator(site, new_page, tmp_path)
    page.get_by_label("Days that feedback is kept").fill("36000")
    page.keyboard.press("Enter")
    page.get_by_text("is deleted once a day").wait_for()
    page.reload()
    page.get_by_role("heading", name="Retention").wait_for()
    sync_api.expect(page.locator("input[type=number]")).to_have_value("36000")


def test_another_workspace_is_made_and_looked_at(site: Site, new_page: NewPage, tmp_path: Path) -> None:
    """This browser stays in it."""
    page = as_administrator(site, new_page, tmp_path)
    page.get_by_label("A new one").fill("outlet")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("#workspace")).to_have_value("outlet")
    page.goto(page.url.removesuffix("/settings"))
    page.get_by_text("Nothing to listen to yet").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_and_can_be_read(site: Site, new_page: NewPage, tmp_path: Path, scheme: str) -> None:
    """No sideways scrolling, and WCAG AA contrast in both colour schemes."""
    page = as_administrator(site, new_page, tmp_path, **PHONE, color_scheme=scheme)
    assert fits(page)
    assert page.evaluate(CONTRAST) == []


def test_the_models_say_how_good_they_are(site: Site, new_page: NewPage) -> None:
    """For whoever may read: each field opens its labels with intervals."""
    page = new_page()
    page.goto(f"{site()}/settings")
    page.get_by_text("without a language model").wait_for()
    page.locator("summary", has_text="Themes").click()
    row = page.get_by_role("row", name="Delivery")
    assert "%" in row.inner_text()
    assert "to" in row.inner_text()


def test_webhooks_are_added_tested_and_removed(
    site: Site, new_page: NewPage, tmp_path: Path, receiver: Receiver
) -> None:
    """The secret is shown once, a test says what came back, and an address that may not be called is refused."""
    page = as_administrator(site, new_page, tmp_path, webhook_hosts=receiver.host)
    section = page.locator("section", has=page.get_by_role("heading", name="Webhooks"))
    section.get_by_text("Nobody is told yet").wait_for()
    section.get_by_label("Send events to").fill("https://127.0.0.1:1/hook")
    section.get_by_role("button", name="Add").click()
    section.locator("form .hint", has_text="port").wait_for()
    section.get_by_label("Send events to").fill(receiver.url)
    section.get_by_label("may leave").check()
    section.get_by_role("button", name="Add").click()
    section.locator(".secret", has_text="whsec_").wait_for()
    section.get_by_role("button", name="Test:").click()
    section.get_by_text("It arrived: 200").wait_for()
    assert receiver.types() == ["ping"]
    section.get_by_role("button", name="Switch off:").click()
    section.get_by_role("button", name="Switch on:").wait_for()
    section.get_by_role("button", name="Log:").click()
    section.get_by_role("row", name="ping").wait_for()
    section.get_by_role("button", name="Remove:").click()
    section.get_by_role("button", name="Remove", exact=True).click()
    section.get_by_text("Nobody is told yet").wait_for()
    new_page.wrong[:] = [words for words in new_page.wrong if "422" not in words]  # type: ignore[attr-defined]
