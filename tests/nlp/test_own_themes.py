import hashlib
import re

import numpy as np
import pytest

from nlp.content_words import content_stems
from nlp.metrics import micro_f1
from nlp.own_theme_fit import Evidence, fit_own_themes, own_theme_decisions
from nlp.own_themes import FEATURES, OwnThemeModel, OwnThemes
from nlp.taxonomy import Taxonomy, Theme

MODEL = OwnThemeModel(weights=(4.0, 2.0, 4.0, 2.0, 1.0, 1.0), bias=-3.0, threshold=0.5)
GREEN = Theme(
    id="green",
    name="packaging",
    sentence="Plastic and waste of packaging.",
    phrases=("far too much plastic",),
)


def embed(texts: list[str]) -> np.ndarray:
    """A light embedding: words hashed into 384 places, so that texts with common words are alike."""
    rows = np.zeros((len(texts), 384), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in re.findall(r"\w+", text.lower()):
            row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 384] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def match(themes: list[Theme], *clauses: str) -> dict[str, tuple[int, ...]]:
    found = OwnThemes(themes, embed, MODEL).match(
        list(clauses), embed(list(clauses)), embed([" ".join(clauses)])[0]
    )
    return {hit.theme: hit.clauses for hit in found}


def test_the_clause_that_carries_a_theme_is_named():
    """One sentence and one example are enough to find it among others."""
    assert match([GREEN], "the soup was hot", "so much plastic packaging") == {"green": (1,)}


def test_nothing_alike_is_not_tagged():
    """A clause that shares nothing with a theme carries it not, and no clauses carry nothing."""
    assert match([GREEN], "the train was late") == {}
    assert match([GREEN]) == {}
    assert match([], "so much plastic packaging") == {}


def test_a_clause_that_is_more_like_a_trained_theme_counts_less():
    """The lead over the trained themes is part of the evidence."""
    parcels = Theme(
        id="parcels", name="parcels", sentence="The courier and tracking of goods that are shipped."
    )
    own = OwnThemes([parcels, GREEN], embed, MODEL)
    clauses = ["goods that are shipped late", "plastic waste"]

    lead = own.features(clauses, embed(clauses), embed(clauses))[..., FEATURES.index("lead")]

    assert lead[0, 0] < lead[1, 1]


def test_a_second_look_is_taken_only_where_it_may_pay():
    """Clauses far from every theme are never embedded a second time."""
    own = OwnThemes([GREEN], embed, MODEL)
    clauses = ["the train was late", "far too much plastic"]

    assert own.candidates(clauses, embed(clauses), embed([" ".join(clauses)])[0]).tolist() == [1]


def test_words_are_compared_by_their_stems():
    """Endings and little words do not count."""
    assert content_stems("The packaging was wasted!") == content_stems("packages, waste") != frozenset()


def test_a_model_survives_its_file():
    """What is read back is what was written."""
    assert OwnThemeModel.from_json(MODEL.to_json()) == MODEL


@pytest.fixture
def planted() -> Evidence:
    """Items of three clauses and twelve themes, where one clause of each theme's items has a high "phrase"."""
    chance = np.random.default_rng(3)
    labels = (chance.random((240, 12)) < 0.15).astype(float)
    features = chance.normal(0, 0.1, (720, 12, len(FEATURES)))
    for item, theme in zip(*np.nonzero(labels), strict=True):
        features[3 * item + chance.integers(3), theme, FEATURES.index("phrase")] += 0.8
    return Evidence(features=features, item=np.repeat(np.arange(240), 3), labels=labels)


def test_the_fit_finds_the_evidence_that_tells(planted):
    """Only items are labelled; the clause that speaks for them is found, and the theme is told from it."""
    model = fit_own_themes(planted)

    assert FEATURES[int(np.argmax(model.weights))] == "phrase"
    assert micro_f1(planted.labels, own_theme_decisions(model, planted)) > 0.9


def test_the_threshold_comes_from_themes_left_out(planted):
    """Labels that have nothing to do with the evidence give no good score."""
    shuffled = Evidence(features=planted.features, item=planted.item, labels=planted.labels[::-1].copy())

    assert micro_f1(shuffled.labels, own_theme_decisions(fit_own_themes(shuffled), shuffled)) < 0.5


def test_the_shipped_themes_are_all_there():
    """The rivals are the trained themes: with none of their own kind a theme has all of them as rivals."""
    own = OwnThemes([GREEN, *Taxonomy.load().themes[:1]], embed, MODEL)

    assert own._is_rival.shape == (2, 24)
    assert own._is_rival.sum(axis=1).tolist() == [24, 23]
