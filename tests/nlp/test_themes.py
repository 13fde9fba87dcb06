import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.taxonomy import SubTheme, Taxonomy, Theme
from nlp.themes import SubThemes

Vectors = NDArray[np.float32]
SLOW, LOST = "refund_slow", "parcel_lost"


def embed(texts: list[str]) -> Vectors:
    """A light embedding: words hashed into 384 places, so that texts with common words are alike."""
    rows = np.zeros((len(texts), 384), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in re.findall(r"\w+", text.lower()):
            row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 384] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def taxonomy() -> Taxonomy:
    slow = SubTheme(
        id=SLOW,
        name="slow refunds",
        sentence="Money comes late.",
        polarity="-",
        phrases=("refund still not there", "waiting for my refund"),
    )
    easy = SubTheme(
        id="refund_easy",
        name="easy refunds",
        sentence="Money came fast.",
        polarity="+",
        phrases=("refund there at once", "my refund came quickly"),
    )
    lost = SubTheme(
        id=LOST, name="lost parcels", sentence="Never arrived.", phrases=("parcel lost", "box vanished")
    )
    return Taxonomy(
        themes=(
            Theme(id="refunds", name="refunds", sentence="Money back.", sub_themes=(slow, easy)),
            Theme(id="parcels", name="parcels", sentence="Goods shipped.", sub_themes=(lost,)),
            Theme(id="bare", name="bare", sentence="Nothing below."),
        )
    )


def counted() -> tuple[Callable[[list[str]], Vectors], list[int]]:
    """`embed` and the number of texts of each of its calls."""
    calls: list[int] = []

    def embed_and_count(texts: list[str]) -> Vectors:
        calls.append(len(texts))
        return embed(texts)

    return embed_and_count, calls


def test_the_nearest_sub_theme_is_found(taxonomy: Taxonomy) -> None:
    """Of the clauses that carry a theme, the one nearest to a sub-theme decides."""
    matcher = SubThemes(taxonomy, embed)
    assert matcher.match("refunds", ["hello there people", "still waiting for the refund"]) == SLOW


def test_vectors_do_as_well_as_texts(taxonomy: Taxonomy) -> None:
    """Vectors of any length give what their texts give, and nothing is embedded for them."""
    embedder, calls = counted()
    matcher = SubThemes(taxonomy, embedder)
    before = len(calls)
    assert matcher.match("refunds", 3 * embed(["still waiting for my refund"])) == SLOW
    assert len(calls) == before


def test_polarity_rules_out_the_opposite(taxonomy: Taxonomy) -> None:
    """Praise is never given a sub-theme that is only ever a complaint."""
    matcher = SubThemes(taxonomy, embed)
    assert set(matcher.scores("refunds", ["my refund"], "+")) == {"refund_easy"}
    assert set(matcher.scores("refunds", ["my refund"], "0")) == {SLOW, "refund_easy"}


def test_what_is_unlike_everything_has_no_sub_theme(taxonomy: Taxonomy) -> None:
    """Below the threshold nothing is named."""
    assert SubThemes(taxonomy, embed).match("refunds", ["blue giraffes dance"]) is None


def test_two_sub_themes_as_near_as_each_other_give_none(taxonomy: Taxonomy) -> None:
    """Without a clear lead over the second best nothing is named."""
    assert SubThemes(taxonomy, embed, margin=0.9).match("refunds", ["waiting for my refund"]) is None


@pytest.mark.parametrize("theme", ["bare", "unheard_of"])
def test_themes_without_sub_themes_have_none(taxonomy: Taxonomy, theme: str) -> None:
    """A theme without a lower level, or one that was removed, has no sub-theme."""
    assert SubThemes(taxonomy, embed).match(theme, ["parcel lost"]) is None


def test_no_clauses_no_sub_theme(taxonomy: Taxonomy) -> None:
    """Nothing to compare gives nothing, as texts and as vectors."""
    matcher = SubThemes(taxonomy, embed)
    assert matcher.match("refunds", []) is None
    assert matcher.match("refunds", np.zeros((0, 384), dtype=np.float32)) is None


def test_phrases_are_embedded_once_per_content(taxonomy: Taxonomy, tmp_path: Path) -> None:
    """A second start reads the vectors from the cache folder; changed words are embedded again."""
    embedder, calls = counted()
    first = SubThemes(taxonomy, embedder, cache=tmp_path)
    second = SubThemes(taxonomy, embedder, cache=tmp_path)
    assert max(calls[2:]) == 1  # the probe that tells encoders apart
    clause = ["waiting for my refund"]
    assert first.scores("refunds", clause) == second.scores("refunds", clause)
    changed = Taxonomy.from_yaml(taxonomy.to_yaml().replace("box vanished", "crate vanished"))
    SubThemes(changed, embedder, cache=tmp_path)
    assert calls[-2:] == [1, 1]  # the probe, and the one phrase that is new
    assert len(list(tmp_path.glob("phrases-*.npz"))) == 1
    assert not list(tmp_path.glob("*.part"))


def test_another_encoder_does_not_find_the_cache(taxonomy: Taxonomy, tmp_path: Path) -> None:
    """Vectors of one encoder are never used with another."""
    SubThemes(taxonomy, embed, cache=tmp_path)
    SubThemes(taxonomy, lambda texts: np.roll(embed(texts), 1, axis=1), cache=tmp_path)
    assert len(list(tmp_path.glob("phrases-*.npz"))) == 2
