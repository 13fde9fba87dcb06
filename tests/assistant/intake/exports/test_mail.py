"""Mails and archives of mails: each says its own words only, and threads with answers are conversations."""

import datetime as dt
from pathlib import Path

import pytest

from assistant.intake.drafts import Draft, draft_of_row
from assistant.intake.exports.mail_text import own_words
from assistant.intake.inference import infer
from assistant.intake.mapping import wishes
from assistant.intake.reading import open_table
from tests.assistant.intake.conftest import Workspace

ASK = """From: "Ines Carvalho" <ines.carvalho@example.net>
To: Care <care@lampshop.example>
Subject: =?utf-8?q?Lamp_=E2=80=93_third_try?=
Date: Tue, 3 Mar 2026 22:10:00 -0500
Message-ID: <ask-1@example.net>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=cut

--cut
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

The shade is cracked ag=C3=A1in. Photographs attached.

Sent from my Fairphone
--cut
Content-Type: text/html; charset=utf-8

<p>The shade is cracked <b>again</b>.</p>
--cut--
"""
ANSWER = """From: Care <care@lampshop.example>
To: ines.carvalho@example.net
Subject: Re: Lamp
Date: Wed, 4 Mar 2026 09:00:00 +0000
Message-ID: <answer-1@lampshop.example>
In-Reply-To: <ask-1@example.net>

A new one leaves today, packed twice.

On Tue, 3 Mar 2026 at 22:10, Ines Carvalho
<ines.carvalho@example.net> wrote:
> The shade is cracked again. Photographs attached.
"""
THANKS = """From: ines.carvalho@example.net
To: care@lampshop.example
Subject: Re: Re: Lamp
Date: Fri, 6 Mar 2026 18:00:00 +0000
Message-ID: <ask-2@example.net>
References: <ask-1@example.net> <answer-1@lampshop.example>

> A new one leaves today, packed twice.

It came whole. Thank you.

--
Ines Carvalho
Lisbon
"""
ALONE = """From: p.doyle@example.org
To: care@lampshop.example
Subject: Nobody picks up
Date: Thu, 5 Mar 2026 08:00:00 +0000
Message-ID: <alone@example.org>
Content-Type: text/html; charset=no-such-charset

<div>Four calls, four times the same song.</div>
"""
AWAY = """From: ines.carvalho@example.net
To: care@lampshop.example
Subject: Out of office
Date: Wed, 4 Mar 2026 09:00:05 +0000
Message-ID: <away@example.net>
Auto-Submitted: auto-replied

I am on leave.
"""
OURS = """From: news@lampshop.example
To: list@lampshop.example
Subject: Spring lamps
Date: Thu, 5 Mar 2026 10:00:00 +0000
Message-ID: <news@lampshop.example>

New colours are in.
"""


def archive(folder: Path, *mails: str) -> Path:
    path = folder / "box.mbox"
    lines = [
        f"From - Thu Mar  5 10:00:00 2026\n{mail.replace(chr(10) + 'From ', chr(10) + '>From ')}\n"
        for mail in mails
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def read(path: Path) -> tuple[list[Draft], list[str]]:
    """What the file says, and why the rest is refused."""
    table = open_table(path)
    rows = list(table.rows())
    mapping = infer(table.columns, rows, wishes([], table.columns), today=dt.date(2026, 11, 1))
    return [draft_of_row(row, mapping) for row in rows if not row.problem], [
        row.problem for row in rows if row.problem
    ]


def test_a_thread_is_a_conversation_and_a_mail_an_item(tmp_path: Path) -> None:
    """In order of time, each with its own words; machines and the company alone are refused with the reason."""
    path = archive(tmp_path, THANKS, ALONE, AWAY, ASK, OURS, ANSWER)
    assert open_table(path).description == "read as an archive of 6 mails, sent to lampshop.example"
    (talk, alone), refused = read(path)
    assert talk.turns == (
        ("C", "The shade is cracked agáin. Photographs attached."),
        ("A", "A new one leaves today, packed twice."),
        ("C", "It came whole. Thank you."),
    )
    assert (talk.customer, alone.customer) == ("ines.carvalho@example.net", "p.doyle@example.org")
    assert (alone.id, alone.text, alone.title) == (
        "alone@example.org", "Four calls, four times the same song.", "Nobody picks up",
    )  # fmt: skip
    assert alone.date == dt.date(2026, 3, 5)
    assert alone.attributes["channel"] == "email"
    assert len(refused) == 2
    assert any("automatic" in reason for reason in refused)
    assert any("by the company" in reason for reason in refused)


def test_one_mail(tmp_path: Path) -> None:
    """An eml file; the sender's name and address are not stored."""
    path = tmp_path / "mail.eml"
    path.write_text(ASK, encoding="utf-8")
    [draft], refused = read(path)
    assert refused == []
    assert draft.text == "The shade is cracked agáin. Photographs attached."
    assert draft.title == "Lamp – third try"
    assert draft.date == dt.date(2026, 3, 3)


def test_nobody_is_named_in_the_store(workspace: Workspace, tmp_path: Path) -> None:
    """Addresses become one customer; the archive can be imported again."""
    path = archive(tmp_path, ASK, ANSWER, THANKS, ALONE)
    assert workspace.take(path).added == 2
    assert workspace.take(path).added == 0
    stored = str([one.item for one in workspace.items()])
    assert "example.net" not in stored
    assert workspace.items()[0].item.customer.startswith("cust_")


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Late again.\n\nAm 3. März 2026 um 10:12 schrieb Care <c@x.example>:\n> Bitte warten", "Late again."),
        ("Le mar. 3 mars 2026 à 10:12, Care <c@x.example> a écrit :\n> Merci\n\nToujours rien.", "Toujours rien."),
        ("No.\n\n-----Original Message-----\nFrom: Care\nIs it solved?", "No."),
        ("Kein Geld.\n\nVon: Care\nGesendet: Montag\nAn: mich\n\nAlles gut?", "Kein Geld."),
        ("On Monday I wrote:\nthat it leaks.", "On Monday I wrote:\nthat it leaks."),
        ("On Sunday it broke. I wrote to you.\nNobody answered.", "On Sunday it broke. I wrote to you.\nNobody answered."),
        ("Fine.\n\nThis message is confidential and intended solely for the addressee.", "Fine."),
        ("Is this confidential?\n\nI hope so.", "Is this confidential?\n\nI hope so."),
        ("Von meinem iPhone gesendet", ""),
        ("a > b\n> quoted\nc", "a > b\nc"),
    ],
)  # fmt: skip
def test_own_words(text: str, own: str) -> None:
    """Quotes, signatures and disclaimers go; what merely looks like them stays."""
    assert own_words(text) == own


def test_broken_mails_do_no_harm(tmp_path: Path) -> None:
    """Headers without end, dates that are none, ids of another kind, no body at all."""
    broken = (
        "From: <<<\nTo: ,,,\nSubject: =?x?y?z\nDate: Feb 99\nMessage-ID: nonsense\n\n",
        "From: a@b.example\nTo: care@lampshop.example\nSubject: Only a subject\nReferences: <\n\n",
        "From: c@d.example\nTo: care@lampshop.example\nContent-Type: multipart/mixed\nSubject: x\n\nNo parts here.",
    )
    drafts, refused = read(archive(tmp_path, *broken, ALONE))
    assert [one.text for one in drafts if one.text] == [one.text for one in drafts]
    assert "Only a subject" in [one.text for one in drafts]
    assert len(drafts) + len(refused) >= 3
