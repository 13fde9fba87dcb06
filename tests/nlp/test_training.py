from dataclasses import replace

import numpy as np
import pytest

from nlp.data import (
    OWN_LABELS,
    Example,
    clothing,
    conversation_examples,
    json_lines,
    labelled,
    mams,
    read_labelled,
    referenced,
)
from nlp.fitting import Recipe, batches
from nlp.heads import HEADS, slices
from nlp.labels import THEMES
from nlp.losses import class_weights
from nlp.references import texts_by_reference
from nlp.tagger import Tagger
from nlp.tags import Document
from nlp.targets import targets
from nlp.train import Plan, fold_of, train
from tests.nlp.small_world import LATE, TALK, write_lines

PLACE = slices(HEADS)


def test_a_labelled_text_becomes_targets(tmp_path):
    """Every field of the guide lands in its place, and the clause of the reason is marked."""
    [example] = labelled(write_lines(tmp_path / "a.jsonl", [LATE]))

    found = targets(example, [(0, 28), (29, 50)])

    assert found.labels[PLACE["themes"]].tolist() == [float(theme == "delivery") for theme in THEMES]
    assert found.labels[PLACE["any_gap"]] == 1
    assert found.known[PLACE["fine_emotions"]].sum() == 0
    assert found.known[PLACE["churn"]].all()
    assert found.why.tolist() == [1, 0]
    assert found.polarity[0] == 0


def test_a_label_that_the_guide_does_not_have_is_refused():
    """The message names the field and what it may hold."""
    example = Example(text="x", source="s", labels={"churn": "gone"})

    with pytest.raises(ValueError, match=r"churn has no label 'gone'\. It must be one of left, leaving"):
        targets(example, [(0, 1)])


def test_a_broken_line_is_named(tmp_path):
    """File and line stand in the message."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1}\n{oops\n', encoding="utf-8")

    with pytest.raises(ValueError, match=r"a\.jsonl, line 2"):
        list(json_lines(path))


def test_restaurant_aspects_judge_only_their_own_themes(tmp_path):
    """A sentence with aspects says nothing about delivery; a bare mention says nothing about presence."""
    path = tmp_path / "train.xml"
    path.write_text(
        "<sentences><sentence><text>Fine soup, rude waiter, a menu.</text><aspectCategories>"
        '<aspectCategory category="staff" polarity="negative"/><aspectCategory category="food" polarity="neutral"/>'
        "</aspectCategories></sentence></sentences>",
        encoding="utf-8",
    )
    [example] = mams(path)

    known = dict(zip(THEMES, targets(example, [(0, 31)]).known[PLACE["themes"]], strict=True))

    assert example.labels["themes"] == {"staff_in_person": "-", "food_drink": "0"}
    assert known["staff_in_person"] == 1
    assert known["food_drink"] == known["delivery"] == 0


def test_ratings_in_the_middle_are_no_sentiment(tmp_path):
    """Only clear ratings count."""
    path = tmp_path / "reviews.csv"
    path.write_text("Title,Review Text,Rating\nA,soft wool,5\n,itches,1\nB,well,3\n", encoding="utf-8")

    assert [e.labels["sentiment"] for e in clothing(path)] == ["positive", "negative"]


def test_a_conversation_gives_the_customers_side_and_a_pair_for_each_reply():
    """And one more pair for how it ended."""
    side, reply, end = conversation_examples([TALK])

    assert side.text == "Where is it?\nThanks"
    assert reply.labels["reply"]["gap"] == 0
    assert end.labels["reply"] == {"resolved": "yes"}


def test_our_own_texts_are_well_formed(tmp_path):
    """Every text shipped for training can be read and has labels of the guide."""
    write_lines(tmp_path / "train.jsonl", [LATE])

    for example in read_labelled(tmp_path, None):
        targets(example, [(0, len(example.text))])


def test_labels_of_public_texts_name_them_and_hold_none_of_them(tmp_path):
    """The text is read from the data; what stands in the project are labels and places."""
    (tmp_path / "fewsum").mkdir()
    reviews = "\t".join(f"review number {n}" for n in range(1, 9))
    head = "\t".join(["cat", "group_id", *(f"rev{n}" for n in range(1, 9))])
    (tmp_path / "fewsum" / "a.csv").write_text(f"{head}\nshop\tG1\t{reviews}\n", encoding="utf-8")
    write_lines(
        tmp_path / "own.jsonl", [{"ref": "fewsum/a.csv#G1#3", "sentiment": "negative", "why": [7, 13]}]
    )
    write_lines(tmp_path / "lost.jsonl", [{"ref": "fewsum/a.csv#G2#3", "sentiment": "negative", "why": None}])

    texts = texts_by_reference(tmp_path)
    [one] = referenced(tmp_path / "own.jsonl", texts)

    assert one.text == "review number 3"
    assert one.labels == {"sentiment": "negative", "why": "number"}
    with pytest.raises(ValueError, match="folder that holds fewsum"):
        referenced(tmp_path / "lost.jsonl", texts)
    for file in OWN_LABELS.glob("*.jsonl"):
        assert all("text" not in row and not isinstance(row["why"], str) for row in json_lines(file))


def test_rare_labels_weigh_more():
    """A label that one text in ten has counts more than one that half of them have."""
    common = Example(text="x", source="s", labels={"empathy_gaps": ["unheard"], "churn": "none"})
    rare = Example(text="x", source="s", labels={"empathy_gaps": ["disrespect", "unheard"], "churn": "left"})
    none = Example(text="x", source="s", labels={"empathy_gaps": [], "churn": "none"})

    weights = class_weights([targets(e, [(0, 1)]) for e in [rare] + [common] * 4 + [none] * 5]).labels

    gaps = weights[PLACE["empathy_gaps"]]
    assert gaps[6] == pytest.approx(3)  # disrespect: nine without, one with
    assert gaps[0] == pytest.approx(1)
    assert weights[PLACE["churn"]][0] > weights[PLACE["churn"]][3]


def test_batches_hold_every_row_once_and_stay_small():
    """Long texts come in small batches, short ones in large."""
    lengths = np.array([10] * 50 + [500] * 5)
    found = batches(
        lengths, np.arange(55), Recipe(batch_tokens=600, batch_items=32), np.random.default_rng(0)
    )

    assert sorted(np.concatenate(found).tolist()) == list(range(55))
    assert all(lengths[rows].max() * len(rows) <= 600 for rows in found)


def test_an_industry_stays_in_one_fold():
    """The fold depends on the name alone."""
    assert fold_of("airline", 3) == fold_of("airline", 3)
    assert {fold_of(f"industry {n}", 3) for n in range(50)} == {0, 1, 2}


def test_training_writes_a_tagger_that_tags(small_data, tmp_path, monkeypatch):
    """From folders of data to a folder of weights with card, calibration and thresholds."""
    monkeypatch.setattr("nlp.data.OWN_TEXTS", tmp_path / "none")
    monkeypatch.setattr("nlp.data.OWN_LABELS", tmp_path / "none")
    monkeypatch.setattr("nlp.data.OWN_CONVERSATIONS", tmp_path / "none")
    data, labels = small_data
    plan = Plan(
        public=Recipe(epochs=1), labelled=Recipe(epochs=1), runs=2, folds=2, held_out=0, model="tiny-1"
    ).seeded(3)
    said: list[str] = []

    made = train(data, labels, tmp_path / "out", plan=plan, progress=said.append)

    card = (made.folder / "README.md").read_text(encoding="utf-8")
    [tagged] = Tagger.load(made.folder).tag([Document(id="a", text="The parcel is late again.")])
    assert tagged.tags.model == "tiny-1"
    assert "earmark train" in card
    assert "--runs 2`: the mean of 2 networks" in card
    assert "run 2 of 2" in said
    assert "sentiment macro-F1" in card
    assert any("held out" in line for line in said)
    assert plan == replace(plan)
