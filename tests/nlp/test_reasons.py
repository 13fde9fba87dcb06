import pytest

from nlp.reasons import stated_reason

STATED = [
    ("I'm cancelling because nobody ever answers the phone.", ["nobody ever answers the phone"]),
    ("i left because it froze", ["it froze"]),
    ("Since you doubled the fee, I am leaving.", ["you doubled the fee"]),
    ("The fee doubled, so I am leaving.", ["The fee doubled"]),
    ("The fee doubled. That's why we switched.", ["The fee doubled"]),
    ("We closed our account after the third outage this month.", ["the third outage this month"]),
    ("Unsubscribed due to constant ads", ["constant ads"]),
    ("Sending it back as the sleeves are too short", ["the sleeves are too short"]),
    ("the zip broke on day two so it's going back", ["the zip broke on day two"]),
    (
        "I cancelled when they raised the price and nobody told us",
        ["they raised the price and nobody told us"],
    ),
    ("I returned them because they pinch, but the colour is nice.", ["they pinch"]),
    ("Nice cut but it was too tight, so I returned it.", ["it was too tight"]),
    ("Uninstalled it because of the ads. We switched because it was slow.", ["the ads", "it was slow"]),
]
NOT_STATED = [
    "I am leaving.",
    "I love it because it is quick.",
    "I'm not leaving because of one bad day.",
    "The driver left it in the rain because nobody was home.",
    "It arrived late, so I called you.",
    "I cancelled on Monday.",
    "The queue was so long I left a complaint.",
    "I should return it after all.",
    "Because of the weather the picnic was short.",
    "",
]


@pytest.mark.parametrize(("text", "reasons"), STATED, ids=[text[:30] for text, _ in STATED])
def test_reasons_with_a_connective_are_found(text: str, reasons: list[str]) -> None:
    """What is tied to leaving or returning by a connective, before or after it, is the stated reason."""
    assert [text[start:end] for start, end in stated_reason(text)] == reasons


@pytest.mark.parametrize("text", NOT_STATED)
def test_nothing_is_guessed(text: str) -> None:
    """Without an exit, without a connective or with a denial there is no stated reason."""
    assert stated_reason(text) == []
