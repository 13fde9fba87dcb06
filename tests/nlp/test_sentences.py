import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.sentences import clauses, sentences
from nlp.tags import transcript


def pieces(text: str, cut) -> list[str]:
    return [text[start:end] for start, end in cut(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lamp arrived. It hums.", ["Lamp arrived.", "It hums."]),
        ("Dr. Moss saw me at St. Anne's. Kind man.", ["Dr. Moss saw me at St. Anne's.", "Kind man."]),
        ("Cost 3.50 at 5 p.m. on Monday. Fair.", ["Cost 3.50 at 5 p.m. on Monday.", "Fair."]),
        ("Seat no. 12 was wet. No. Not nice", ["Seat no. 12 was wet.", "No.", "Not nice"]),
        ("the app is bad.never again", ["the app is bad.", "never again"]),
        (
            "Booked at sleepwell.com. Mail a.b@c-d.org today",
            ["Booked at sleepwell.com.", "Mail a.b@c-d.org today"],
        ),
        ("See https://x.example/a?b=c.d! Odd", ["See https://x.example/a?b=c.d!", "Odd"]),
        ("so... i waited... Nothing.", ["so... i waited...", "Nothing."]),
        ("Really?! Yes!! ok", ["Really?!", "Yes!!", "ok"]),
        ("Love it 😍 Will order more 👍👍", ["Love it 😍", "Will order more 👍👍"]),
        ("Broken again. 😡😡", ["Broken again. 😡😡"]),
        ("1. Slow\n2. Rude. 3. Cold soup\n\n- late", ["1. Slow", "2. Rude.", "3. Cold soup", "- late"]),
        ('He said "No." and left. (Why?) Odd', ['He said "No." and left.', "(Why?)", "Odd"]),
        ("😡", ["😡"]),
        ("味道很好。再也不来了！", ["味道很好。", "再也不来了！"]),
        (" \n\t", []),
        ("", []),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_sentences_of_customers_writing(text: str, expected: list[str]) -> None:
    """Sentences end where a reader would end them, with and without tidy punctuation."""
    assert pieces(text, sentences) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The coat is lovely, but the sleeves are too long, so I'm sending it back.",
            ["The coat is lovely,", "but the sleeves are too long,", "so I'm sending it back."],
        ),
        (
            "they lost me because nobody answered and the app kept crashing",
            ["they lost me", "because nobody answered", "and the app kept crashing"],
        ),
        ("It comes in red, blue, and green.", ["It comes in red, blue, and green."]),
        ("i left because it froze", ["i left because it froze"]),
        (
            "Nice room — never again though (mould on every wall)",
            ["Nice room —", "never again though", "(mould on every wall)"],
        ),
        ("I know which one I ordered", ["I know which one I ordered"]),
        ("They were so slow as usual", ["They were so slow as usual"]),
        ("the parcel sat there since Monday", ["the parcel sat there since Monday"]),
        ("Rude driver... never again", ["Rude driver...", "never again"]),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_clauses_of_a_sentence(text: str, expected: list[str]) -> None:
    """A clause holds one statement: cut at pauses and connectives, not inside lists or short phrases."""
    assert pieces(text, clauses) == expected


def test_transcript_splits_per_turn() -> None:
    """Each turn of a conversation is cut for itself and its role belongs to no sentence or clause."""
    text = transcript(
        (
            ("C", "where is my sofa\nit was due on Monday"),
            ("A", "Sorry. Let me look into that for you"),
            ("C", ""),
        )
    )
    assert pieces(text, sentences) == [
        "where is my sofa it was due on Monday",
        "Sorry.",
        "Let me look into that for you",
    ]
    assert not any("Agent:" in clause or "Customer:" in clause for clause in pieces(text, clauses))


def test_a_line_that_only_mentions_an_agent_keeps_its_words() -> None:
    """Without a transcript's first line, `Agent:` is part of what the customer wrote."""
    assert pieces("Two visits.\nAgent: rude both times", sentences) == [
        "Two visits.",
        "Agent: rude both times",
    ]


def test_wrapped_lines_are_joined() -> None:
    """A line that a mail program broke in mid-sentence is one sentence; a short line stands alone."""
    text = "I am writing about the washing machine that was delivered on Friday\nand left in the rain. Regards\nTom"
    assert len(sentences(text)) == 3
    assert pieces(text, sentences)[0].endswith("left in the rain.")


def test_long_posts_without_punctuation_are_cut_at_connectives() -> None:
    """A post of over forty words without a full stop falls into parts of about 25 words at connectives."""
    text = (
        "i ordered a bed and it came with the wrong slats so i called them and they told me to wait for a call but "
        "nobody rang me then i called again and the lady hung up on me because she said it was my own fault although "
        "i had sent them pictures of it and now i want my money back since i paid with a card which they charged twice"
    )
    parts = pieces(text, sentences)
    assert len(parts) > 2
    assert all(12 <= len(part.split()) <= 40 for part in parts)
    assert {part.split()[0] for part in parts[1:]} <= {
        "and",
        "but",
        "so",
        "then",
        "because",
        "although",
        "since",
        "which",
    }


@given(
    st.text(alphabet=st.sampled_from("ab I.!?…,;:-–()\n\r '’\"😡👍0195/@。é"), max_size=120)
    | st.text(max_size=80)
)
@settings(max_examples=300, deadline=None, database=None)
def test_offsets_cover_everything_that_is_not_space(text: str) -> None:
    """Whatever is typed, sentences and clauses are in order, apart, trimmed, and leave out only spaces."""
    for cut in (sentences, clauses):
        last = 0
        for start, end in cut(text):
            assert start >= last
            assert not text[last:start].strip()
            assert text[start:end] == text[start:end].strip() != ""
            last = end
        assert not text[last:].strip()


@pytest.mark.parametrize("unit", ["!", ":", "a.", "www.", "and i ", "😡", '."', "(", "a@", "1. ", ", "])
def test_time_grows_with_length_only(unit: str) -> None:
    """A megabyte-like run of one mark does not stall the cut."""
    text = unit * (60_000 // len(unit))
    start = time.perf_counter()
    clauses(text)
    assert time.perf_counter() - start < 5
