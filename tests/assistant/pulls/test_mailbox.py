"""A mailbox is read once, never written to, and goes on where it broke off."""

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.errors import InputError, SettingsError
from assistant.pulls.mailbox import mailbox_of
from assistant.wiring import Product
from tests.assistant.intake.exports.test_mail import ALONE, ANSWER, ASK, AWAY, THANKS
from tests.assistant.pulls.imap_server import FakeMailbox, serving
from tests.assistant.pulls.test_pulls import pulled, stored


@pytest.fixture
def box() -> Iterator[FakeMailbox]:
    with serving(FakeMailbox(), "pass-word") as made:
        for uid, mail in zip((3, 5, 8, 9, 12), (ASK, ANSWER, ALONE, AWAY, THANKS), strict=True):
            made.mails[uid] = mail.replace("\n", "\r\n").encode()
        yield made


def source(box: FakeMailbox, password: str = "pass-word", folder: str = "INBOX") -> Any:
    return mailbox_of(f"imap://care%40lampshop.example@127.0.0.1:{box.port}/{folder}", password)


def test_mails_come_once_and_nothing_is_written(product: Product, box: FakeMailbox) -> None:
    """The company's own and automatic ones are left out, each with its reason."""
    report = pulled(product, source(box))["imap"]
    assert (report["added"], report["refused"]) == (3, 2)
    assert set(report["reasons"]) == {"written by the company itself", "an automatic mail and nobody's words"}
    assert "Nobody picks up\nFour calls, four times the same song." in stored(product).values()
    box.fetched.clear()
    assert pulled(product, source(box))["imap"] == {"reasons": {}}
    assert box.fetched == []
    box.mails[13] = ALONE.replace("alone@", "later@").replace("Four", "Five").encode()
    assert pulled(product, source(box))["imap"]["added"] == 1
    assert box.fetched == [13]
    assert not box.written


def test_new_numbers_change_nothing(product: Product, box: FakeMailbox) -> None:
    """The server may number its mails anew; they are known by their own ids."""
    pulled(product, source(box))
    box.validity, box.mails = 8, {uid + 100: mail for uid, mail in box.mails.items()}
    report = pulled(product, source(box))["imap"]
    assert (report.get("added", 0), report["unchanged"]) == (0, 3)


def test_a_connection_that_breaks_loses_nothing(product: Product, box: FakeMailbox) -> None:
    """What was fetched of a page that broke off is fetched again."""
    box.breaks_after = 2
    with pytest.raises(InputError, match="mailbox cannot be read"):
        pulled(product, source(box))
    box.breaks_after = None
    assert pulled(product, source(box))["imap"]["added"] == 3


def test_what_is_wrong_is_said(product: Product, box: FakeMailbox) -> None:
    """Password, folder, server, address."""
    with pytest.raises(InputError, match="wrong password"):
        pulled(product, source(box, password="other"))
    with pytest.raises(InputError, match="no such folder"):
        pulled(product, source(box, folder="Spam"))
    with pytest.raises(InputError, match="EARMARK_IMAP_URL"):
        pulled(product, mailbox_of("imap://a@127.0.0.1:1/INBOX", "x"))
    for address in ("https://a@b.example", "imaps://b.example", "nonsense"):
        with pytest.raises(SettingsError, match="imaps://"):
            mailbox_of(address, "x")
    with pytest.raises(SettingsError, match="clear"):
        mailbox_of("imap://a@mail.shop.example/INBOX", "x")
