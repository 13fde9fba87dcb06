"""The parts that reading words stands on: stems, spelling, patterns, the lexicon, and the score of plans."""

import pytest

from assistant.ask import lexicon, patterns
from assistant.ask.plan import QueryPlan
from assistant.ask.plan_score import SLOTS, is_exact, score
from assistant.ask.spelling import Spelling
from assistant.ask.stems import stem
from assistant.ask.tokens import tokenise
from assistant.scope import Scope
from nlp import labels


@pytest.mark.parametrize(
    "forms",
    [
        "return returns returned returning",
        "cancel cancels cancelled canceled cancelling",
        "size sizes sized sizing",
        "delivery deliveries",
        "charge charges charged charging",
        "crash crashes crashing",
        "install installed installing",
    ],
)
def test_forms_of_a_word_share_a_stem(forms: str) -> None:
    """Inflection is taken off."""
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    "pair", ["quit quite", "them theme", "help helpful", "custom customer", "new news", "plan plane"]
)
def test_different_words_keep_different_stems(pair: str) -> None:
    """Derivation is not: other words stay other words."""
    one, other = pair.split()
    assert stem(one) != stem(other)


def test_spelling_mends_only_what_is_no_word() -> None:
    """Typos go to the nearest known word; real words and short words stay."""
    spelling = Spelling({"refund", "parcel", "sizing", "soft"}, real={"sofa"})
    assert [spelling.correct(word) for word in ("refnud", "parcles", "sizng", "sofa", "rfd", "kettle")] == [
        "refund", "parcels", "sizing", "sofa", "rfd", "kettle",
    ]  # fmt: skip


def test_tokens_keep_their_place() -> None:
    """Contractions are written out, and each token knows where it stood."""
    text = "They've said the app-store isn't 5★"
    tokens = tokenise(text)
    assert [token.low for token in tokens] == [
        "they",
        "have",
        "said",
        "the",
        "app",
        "store",
        "is",
        "not",
        "5",
        "star",
    ]
    assert all(text[token.start : token.end] for token in tokens)
    assert [token.low for token in tokens if token.is_joined] == ["store"]


def test_patterns() -> None:
    """Alternatives, missing words, gaps and exact forms match; nothing crosses a comma."""
    found = patterns.Patterns([("late|lost parcel", "a"), ("send .. back", "b"), ("=left us?", "c")])

    def means(text: str) -> list[str]:
        return [hit.means for hit in found.find(tokenise(text))]

    assert means("lost parcels") == ["a"]
    assert means("they send the dress back") == ["b"]
    assert means("they send it, back") == []
    assert means("they left") == ["c"]
    assert means("they leave us") == []
    with pytest.raises(ValueError, match="must start with a word"):
        patterns.read(".. back")


def test_gaps_do_not_take_up_words() -> None:
    """What a gap skips can still be named by something else."""
    (hit,) = patterns.Patterns([("send .. back", "b")]).find(tokenise("send dresses back"))
    assert hit.places == {0, 2}


def test_the_lexicon_names_known_labels_only() -> None:
    """Every label of the lexicon exists, and every theme, emotion and gap has words."""
    names = lexicon.read_yaml("lexicon.yaml")
    assert set(names["themes"]) == set(labels.THEMES)
    assert set(names["emotions"]) == set(labels.EMOTIONS)
    assert {word for key in names["empathy_gaps"] for word in key.split()} == set(labels.EMPATHY_GAPS)
    assert set(names["forces"]) == set(labels.FORCES)
    assert {word for key in names["churn"] for word in key.split()} | {"none"} == set(labels.CHURN)
    assert set(names["intents"]) <= set(labels.INTENTS)
    assert set(names["effort"]) <= set(labels.EFFORT)
    assert set(names["sentiment"]) == set(labels.SENTIMENTS)


def test_plans_are_scored_slot_by_slot() -> None:
    """Lists count as sets, texts without case; each wrong slot is told."""
    gold = QueryPlan(intent="count", scope=Scope(themes=["delivery", "wait_time"], text="Lund sofa"))
    same = QueryPlan(intent="count", scope=Scope(themes=["wait_time", "delivery"], text="lund sofa"))
    other = QueryPlan(intent="count", scope=Scope(themes=["delivery"], text="lund sofa"), limit=3)
    assert is_exact(gold, same)
    assert [slot for slot, right in score(gold, other).items() if not right] == ["themes", "limit"]
    assert list(score(gold, other)) == list(SLOTS)


def test_a_sub_theme_can_count_as_its_theme() -> None:
    """With the parents given, a sub-theme is as right as its theme."""
    gold = QueryPlan(intent="count", scope=Scope(themes=["returns_refunds"]))
    got = QueryPlan(intent="count", scope=Scope(themes=["refund_slow"]))
    assert not is_exact(gold, got)
    assert is_exact(gold, got, {"refund_slow": "returns_refunds"})


def test_refusals_are_right_by_their_intent() -> None:
    """The words of a reason are free."""
    gold = QueryPlan(intent="unsupported", reason="weather")
    assert is_exact(gold, QueryPlan(intent="unsupported", reason="not about feedback"))
