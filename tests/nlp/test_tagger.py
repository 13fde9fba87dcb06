import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from nlp.backbone import read_backbone
from nlp.checkpoint import SHIPPED, WeightsError, read_checkpoint
from nlp.encoder import shipped_encoder
from nlp.heads import HEADS, slices
from nlp.network import Network
from nlp.tagger import Tagger
from nlp.tags import ConversationTags, Document, transcript
from nlp.taxonomy import SubTheme, Taxonomy, Theme
from nlp.themes import SubThemes

THEMES = slices(HEADS)["themes"]
ANGRY = "The boots arrived three weeks late, and nobody answered any of my five mails. I will never order here again."
HAPPY = "Thank you so much, the boots are wonderful and came the next day!"
TURNS = (
    ("C", "The boots have not arrived. This is my third message, nobody answers!"),
    ("A", "We are sorry for any inconvenience caused."),
    ("C", "That is no answer. Cancel it, I am done with you."),
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    """Where the vectors of the taxonomy's phrases are kept between loads."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def tagger(cache) -> Tagger:
    return Tagger.load(cache=cache)


def tag(tagger: Tagger, text: str):
    return tagger.tag([Document(id="a", text=text)])[0].tags


def test_a_complaint_is_told_from_praise(tagger):
    """The plainest texts come out right."""
    angry, happy = tag(tagger, ANGRY), tag(tagger, HAPPY)

    assert angry.sentiment.label == "negative"
    assert "anger" in {tag.label for tag in angry.emotions} | {"disappointment"}
    assert "delivery" in [theme.label for theme in angry.themes]
    assert "unheard" in [gap.label for gap in angry.empathy_gaps]
    assert angry.churn.label == "leaving"
    assert happy.sentiment.label == "positive"
    assert happy.empathy_gaps == []


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Cancelled my subscription and moved to another provider.", "left"),
        ("I will never order here again.", "leaving"),
        ("Will definitely buy again, highly recommend!", "loyal"),
        ("The parcel came on Monday.", "none"),
    ],
    ids=["left", "leaving", "loyal", "none"],
)
def test_leaving_and_staying_are_told_apart(tagger, text, label):
    """Plain words about leaving and staying are understood."""
    assert tag(tagger, text).churn.label == label


def test_spans_quote_the_text(tagger):
    """Every span lies inside the text, is not empty and begins and ends with a character."""
    tags = tag(tagger, ANGRY)
    spans = [span for one in (*tags.themes, *tags.empathy_gaps, tags.churn) for span in one.spans] + tags.why

    assert spans
    for start, end in spans:
        assert 0 <= start < end <= len(ANGRY)
        assert ANGRY[start:end] == ANGRY[start:end].strip()


def test_answers_come_in_the_order_of_the_questions(tagger):
    """Texts are run by length, and returned as they came."""
    texts = [ANGRY, "Good app", HAPPY, "", ANGRY * 3]
    tagged = tagger.tag([Document(id=str(n), text=text) for n, text in enumerate(texts)], batch_size=2)

    assert [one.tags.id for one in tagged] == ["0", "1", "2", "3", "4"]
    np.testing.assert_allclose(tagged[2].vector, tagger.embed([HAPPY])[0], atol=1e-5)


def test_the_vector_has_unit_length(tagger):
    """384 float32, length 1."""
    [tagged] = tagger.tag([Document(id="a", text=HAPPY)])

    assert tagged.vector.shape == (384,)
    assert tagged.vector.dtype == np.float32
    assert np.linalg.norm(tagged.vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["Good app", "ok", "Worst service ever", "love it"])
def test_a_few_english_words_are_enough(tagger, text):
    """Short praise and blame is tagged, not passed over."""
    assert tag(tagger, text).abstained == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Die Lieferung kam viel zu spät und niemand hat geantwortet.", "language"),
        ("   ", "empty"),
        ("12:30 !!", "too_short"),
    ],
    ids=["German", "blank", "no letters"],
)
def test_what_cannot_be_judged_is_left_alone_with_the_reason(tagger, text, reason):
    """All fields stay empty and the reason is named."""
    tags = tag(tagger, text)

    assert [(one.field, one.reason) for one in tags.abstained] == [("all", reason)]
    assert tags.sentiment is tags.churn is tags.urgency is None
    assert tags.themes == tags.why == []


def test_a_conversation_is_judged_by_what_the_customer_says(tagger):
    """Tags come from the customer's turns, spans point into the transcript, and each reply is graded."""
    [tagged] = tagger.tag([Document(id="c", turns=TURNS)])
    tags, text = tagged.tags, transcript(TURNS)

    assert isinstance(tags, ConversationTags)
    assert tags.sentiment.label == "negative"
    assert [reply.turn for reply in tags.replies] == [1]
    assert tags.gap in (1, 2)
    assert tags.gap_turn == 1
    assert all("Agent" not in text[start:end] for start, end in tags.why)


def test_a_conversation_without_reply_has_no_gap(tagger):
    """Nobody answered yet, so no answer can have missed."""
    [tagged] = tagger.tag([Document(id="c", turns=(("C", "Where is my parcel?"),))])

    assert tagged.tags.replies == []
    assert tagged.tags.gap is tagged.tags.gap_turn is tagged.tags.resolved is None


def test_a_long_text_is_read_to_its_end(tagger):
    """A theme that only stands after six hundred words of small talk is found, and where it stands."""
    talk = "We drove up on Friday and the weather was mild. " * 60
    before, after = (
        tag(tagger, text).themes for text in (talk, talk + "The refund never arrived and nobody wrote back.")
    )

    assert "returns_refunds" not in {theme.label for theme in before}
    [found] = [theme for theme in after if theme.label == "returns_refunds"]
    assert found.spans[-1][0] >= len(talk)


def test_a_sub_theme_is_asked_for_with_the_clauses_that_carry_the_theme(tagger, cache):
    """The matcher sees theme, vectors and polarity, and its answer stands in the tag."""

    class Fixed(SubThemes):
        def match(self, theme_id: str, clauses: np.ndarray, polarity: str | None = None) -> str | None:
            return f"{theme_id}{polarity}{clauses.shape[1]}" if len(clauses) else None

    own = Tagger.load(cache=cache)
    own._named_below = Fixed(Taxonomy.load(), own.embed, cache=cache)

    assert all(theme.sub == f"{theme.label}{theme.polarity}384" for theme in tag(own, ANGRY).themes)


def test_a_theme_of_ones_own_is_tagged_after_one_sentence(cache):
    """It stands beside the trained themes, with its clause, its tone and its own sub-themes; others are not touched."""
    own = Tagger.load(cache=cache)
    shipped = Taxonomy.load()
    spare = SubTheme(id="parts_gone", name="no spare parts", sentence="Spare parts are not sold any more.",
                     phrases=("no spare parts to be had", "the hinge is no longer made"))  # fmt: skip
    repair = Theme(id="repair", name="repairs", sentence="Having a thing repaired: spare parts, repair shops, mending.",
                   sub_themes=(spare,))  # fmt: skip
    text = "Lovely radio. It is a disgrace that nobody sells spare parts to repair it."
    before = own.version

    own.use(Taxonomy(themes=(*shipped.themes, repair)))
    tags = tag(own, text)
    [found] = [theme for theme in tags.themes if theme.label == "repair"]

    assert found.polarity == "-"
    assert found.sub == "parts_gone"
    assert "spare parts" in text[slice(*found.spans[0])]
    assert "repair" not in {theme.label for theme in tag(own, "The train was late again.").themes}
    assert own.version != before
    own.use(shipped)
    assert own.version == before


def test_a_theme_can_be_tried_before_it_is_used(tagger):
    """Trying tells document by document what it would tag, and changes nothing."""
    gift = Theme(
        id="gift", name="gifts", sentence="Bought as a present for somebody, gift wrapping, birthdays."
    )
    documents = [
        Document(id="a", text="A birthday present for my niece, beautifully wrapped."),
        Document(id="b", text=""),
    ]

    found = tagger.try_theme(gift, documents)

    assert found[0] is not None
    assert found[0].label == "gift"
    assert found[1] is None
    assert tagger.taxonomy == Taxonomy.load()


def test_verdicts_of_people_move_a_label(cache):
    """Moved far enough down, a label is no longer named; the version tells that tags may differ."""
    own = Tagger.load(cache=cache)
    before = own.version
    assert "delivery" in {theme.label for theme in tag(own, ANGRY).themes}

    own.adjust({("themes", "delivery"): -8.0, ("themes", "no such theme"): 3.0})

    assert "delivery" not in {theme.label for theme in tag(own, ANGRY).themes}
    assert own.version != before


def test_scores_are_probabilities(tagger):
    """Nothing leaves [0, 1]."""
    [scores] = tagger.probabilities([ANGRY])

    for values in (scores.item, scores.clause, scores.polarity, scores.why):
        assert values.min() >= 0
        assert values.max() <= 1


def test_what_is_said_follows_from_the_scores(tagger):
    """A theme applies exactly when the probability that is shown reaches its threshold."""
    thresholds = read_checkpoint(SHIPPED).thresholds

    for text in (ANGRY, HAPPY, "The waiter was kind, but the soup was cold and the bill was wrong."):
        [scores] = tagger.probabilities([text])
        np.testing.assert_array_equal(scores.said[THEMES], thresholds.decide(scores.item[None])[0][THEMES])


def test_no_documents_give_no_tags(tagger):
    """An empty batch is no error."""
    assert tagger.tag([]) == []
    assert tagger.embed([]).shape == (0, 384)


def test_an_incomplete_folder_is_refused(tmp_path):
    """The message names what is missing and how to make it."""
    with pytest.raises(WeightsError, match=r"model\.safetensors, .* missing. Give a folder written by"):
        Tagger.load(tmp_path)


def test_weights_for_other_labels_are_refused(tmp_path):
    """A tagger of another version must be trained again."""
    shutil.copytree(SHIPPED, tmp_path / "old")
    labels = tmp_path / "old" / "labels.json"
    labels.write_text(json.dumps({"items": {}, "replies": {}}), encoding="utf-8")

    with pytest.raises(WeightsError, match="trained for other labels"):
        Tagger.load(tmp_path / "old")


def test_weights_of_another_encoder_are_refused(tmp_path):
    """A fork fits only the layers that it was cut from."""
    shutil.copytree(shipped_encoder(), tmp_path / "other")
    (tmp_path / "other" / "model.safetensors").write_bytes(b"other")

    with pytest.raises(WeightsError, match="trained on another encoder"):
        Tagger.load(encoder=tmp_path / "other")


def test_the_shipped_weights_are_small_and_complete():
    """Less than 15 MB, and every tensor that training changes is there."""
    from safetensors import safe_open

    with safe_open(SHIPPED / "model.safetensors", "pt") as file:
        names = set(file.keys())

    assert (SHIPPED / "model.safetensors").stat().st_size < 15e6
    assert names == set(Network(read_backbone(shipped_encoder())).trained())
