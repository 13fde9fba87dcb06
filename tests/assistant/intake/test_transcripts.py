import pytest

from assistant.errors import RefusedError
from assistant.intake.transcripts import turns_of_transcript


@pytest.mark.parametrize(
    "text",
    [
        "Customer: Where is my kettle?\nAgent: On its way.",
        "[10:02] Customer: Where is my kettle?\n[10:04] Agent: On its way.",
        "2026-05-03 10:02:11 - customer: Where is my kettle?\n2026-05-03 10:04:00 - Tom (agent): On its way.",
        "10:02 AM Customer : Where is my kettle?\n10:04 AM Support team: On its way.",
        "Visitor 4711: Where is my kettle?\nMarta: On its way.",
        "Mia Ross (customer) [10:02]: Where is my kettle?\nTom: On its way.",
    ],
    ids=["plain", "times in brackets", "dates", "am and pm", "one known word", "role in brackets"],
)
def test_speakers_are_told_however_a_transcript_is_written(text: str):
    """Times and names go, who spoke and what was said stay."""
    assert turns_of_transcript(text) == (("C", "Where is my kettle?"), ("A", "On its way."))


def test_lines_without_a_speaker_go_on_with_the_turn():
    """Long messages have breaks; a colon in a sentence makes no speaker."""
    text = "Customer: Two things.\n\nFirst, the lid: it leaks and nobody at your end seems to mind: sad.\nAgent: Sorry."

    assert turns_of_transcript(text)[0][1].startswith("Two things.\nFirst, the lid: it leaks")
    assert len(turns_of_transcript(text)) == 2


def test_two_names_need_to_be_told_apart():
    """Nothing is guessed; the customer can be named."""
    text = "Mia: Where is my kettle?\nTom: On its way."
    with pytest.raises(RefusedError, match="who is the customer: name one of 'mia', 'tom'"):
        turns_of_transcript(text)

    assert [who for who, _ in turns_of_transcript(text, customer="Mia")] == ["C", "A"]


@pytest.mark.parametrize("text", ["", "  \n ", "no speaker at all"])
def test_what_is_no_transcript_is_refused(text: str):
    """The message says how to write one."""
    with pytest.raises(RefusedError, match="transcript"):
        turns_of_transcript(text)


@pytest.mark.parametrize(
    "text",
    ["12:00" + " " * 90_000 + "a" + " " * 90_000 + "!", "a" + " " * 90_000 + "x", "a b " * 40_000],
    ids=["time", "word", "words"],
)
def test_long_odd_lines_are_read_at_once(text: str):
    """No line is matched in more than a moment: the test would not end otherwise."""
    with pytest.raises(RefusedError, match="cannot be read"):
        turns_of_transcript(text)


def test_a_customer_that_nobody_is_called_is_refused():
    """Else all turns would be the agent's."""
    with pytest.raises(RefusedError, match="nobody is called 'Jon'"):
        turns_of_transcript("John: hi\nTom: hello", customer="Jon")


def test_facts_that_a_customer_types_are_no_speakers():
    """A line of a form goes on with the turn, with its name."""
    text = (
        "Customer: Please send it again:\nOrder number: 4711-B\nDelivery address: 5 Mill Lane\n"
        "Agent: Done.\nCustomer: Thanks"
    )

    turns = turns_of_transcript(text)

    assert [who for who, _ in turns] == ["C", "A", "C"]
    assert turns[0][1] == "Please send it again:\nOrder number: 4711-B\nDelivery address: 5 Mill Lane"
