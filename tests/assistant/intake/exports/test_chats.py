"""Exported chats and transcripts: conversations with the right sides, days and breaks."""

from pathlib import Path
from typing import Any

import pytest

from assistant.errors import FileError
from assistant.intake.reading import open_table
from tests.assistant.intake.conftest import Workspace

ANDROID = """12/29/25, 9:41\u202fPM - Messages and calls are end-to-end encrypted. Only people in this chat can read them.
12/29/25, 9:41\u202fPM - +49 170 5550123: Hi, my kettle arrived without its lid
12/29/25, 9:42\u202fPM - +49 170 5550123: <Media omitted>
12/29/25, 9:43\u202fPM - Pot & Pan: Oh no! Which order is it?
Then we send one.
12/30/25, 8:05\u202fAM - +49 170 5550123: It's the red one: model 7
1/3/26, 12:10\u202fPM - +49 170 5550123: Still no lid. Forget it.
1/3/26, 12:11\u202fPM - +49 170 5550123: This message was deleted
"""
IPHONE = """\ufeff[05.02.26, 08:15:22] Mara: \u200eMessages and calls are end-to-end encrypted.
[05.02.26, 08:15:22] Mara: Do you open on Sundays?
\u200e[05.02.26, 08:16:00] Mara: \u200eimage omitted
[05.02.26, 12:00:41] Bike Barn Support: Yes, from ten. \u200e<This message was edited>
[06.02.26, 07:02:03] Mara: Lovely, thanks!
"""
GROUP = "".join(
    f"3/{day}/26, 10:0{day} - {who}: {said}\n"
    for day, (who, said) in enumerate(
        (
            ("Ola", "The 7:40 was cancelled again"),
            ("Priya", "Third time this week!"),
            ("Jon", "And nobody announces it"),
            ("Wen", "Heating works at least"),
            ("Sal", "Staff on platform 2 were kind"),
            ("Ida", "I take the car now"),
        ),
        1,
    )
)
TALKS = """Customer: The code you sent has expired.
Agent (Lea): I have sent a new one.
It is good for an hour.
Customer: That one works.
-----
Customer: Is the blue one still sold?


Agent: Hello, this is the night desk.
Customer: Why was I charged twice?
"""


def rows(folder: Path, text: str, name: str = "chat.txt") -> tuple[str, list[Any]]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    table = open_table(path)
    return table.description, list(table.rows())


def test_a_chat_is_cut_where_it_was_silent_for_a_day(tmp_path: Path) -> None:
    """Month first, because 29 is no month; the number is the customer; pictures and deleted messages are left out."""
    said, found = rows(tmp_path, ANDROID)
    assert said == "read as a WhatsApp chat; the customer is who has only a telephone number"
    assert [row.cells["date"] for row in found] == ["2025-12-29", "2026-01-03"]
    assert found[0].cells["turns"] == [
        ["C", "Hi, my kettle arrived without its lid"],
        ["A", "Oh no! Which order is it?\nThen we send one."],
        ["C", "It's the red one: model 7"],
    ]
    assert (found[1].cells["text"], found[1].cells["turns"]) == ("Still no lid. Forget it.", "")
    assert (found[1].line, found[1].done) == (7, 1.0)


def test_brackets_marks_and_names_with_a_role(tmp_path: Path) -> None:
    """What stands behind a direction mark is the program's."""
    said, found = rows(tmp_path, IPHONE)
    assert said.endswith("who is no agent")
    assert [row.cells["date"] for row in found] == ["2026-02-05"]
    assert found[0].cells["turns"] == [
        ["C", "Do you open on Sundays?"],
        ["A", "Yes, from ten."],
        ["C", "Lovely, thanks!"],
    ]


def test_who_wrote_first_is_the_customer_where_nothing_tells(tmp_path: Path) -> None:
    """And that is said."""
    said, found = rows(
        tmp_path, "2026-02-05, 08:15 - Mara: Open today?\n2026-02-05, 08:16 - Bike Barn: Yes\n"
    )
    assert said.endswith("who wrote first")
    assert found[0].cells["turns"] == [["C", "Open today?"], ["A", "Yes"]]


def test_ids_stay_when_the_chat_goes_on(tmp_path: Path) -> None:
    """An export of a week later changes the last conversation and adds the new ones."""
    _, before = rows(tmp_path, ANDROID)
    _, after = rows(
        tmp_path,
        ANDROID + "1/3/26, 1:00\u202fPM - Pot & Pan: Sorry!\n2/1/26, 1:00\u202fPM - +49 170 5550123: Hm\n",
    )
    assert [row.cells["id"] for row in after][:2] == [row.cells["id"] for row in before]
    assert len(after) == 3


def test_each_message_of_a_group_is_an_item(tmp_path: Path) -> None:
    """With more than five people nobody can tell a company from its customers."""
    said, found = rows(tmp_path, GROUP)
    assert said == "read as a WhatsApp group of 6, each message an item"
    assert [row.cells["customer_id"] for row in found] == ["Ola", "Priya", "Jon", "Wen", "Sal", "Ida"]
    assert found[3].cells["text"] == "Heating works at least"


def test_transcripts_one_below_the_other(tmp_path: Path) -> None:
    """A line of dashes or two empty lines are between them; each is judged by itself."""
    said, found = rows(tmp_path, TALKS)
    assert said == "read as transcripts of conversations"
    assert [row.line for row in found] == [1, 6, 9]
    assert found[0].cells["turns"][1] == ["A", "I have sent a new one.\nIt is good for an hour."]
    assert found[2].cells["turns"] == [
        ["A", "Hello, this is the night desk."],
        ["C", "Why was I charged twice?"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "text,date\nThe 10:15 - late again,2026-02-05\n",
        "Delivery: slow\nPrice: fine\nStaff: kind\n",
        "2026-02-05, 08:15 - the parcel came\n",
        "Customer service is bad\nAgent was rude\n",
    ],
)
def test_other_texts_are_no_chats(tmp_path: Path, text: str) -> None:
    """Colons, times and the word customer alone make none."""
    assert "chat" not in rows(tmp_path, text)[0]
    assert "transcript" not in rows(tmp_path, text)[0]


def test_a_chat_of_nothing_says_so(tmp_path: Path) -> None:
    """Only pictures."""
    with pytest.raises(FileError, match="nobody says anything"):
        rows(tmp_path, "1/3/26, 12:10 - Mara: <Media omitted>\n1/3/26, 12:11 - Mara: <Media omitted>\n")


def test_a_chat_becomes_items(workspace: Workspace, tmp_path: Path) -> None:
    """Through the importer; the telephone number is nowhere in what is stored."""
    path = tmp_path / "chat.txt"
    path.write_text(ANDROID, encoding="utf-8")
    assert workspace.take(path).added == 2
    assert workspace.take(path).added == 0
    stored = [one.item for one in workspace.items()]
    assert {one.attributes["channel"] for one in stored} == {"chat"}
    assert "5550123" not in repr(stored)
