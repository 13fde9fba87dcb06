"""Folders that training reads."""

from pathlib import Path

import pytest

from tests.nlp.small_world import FINE, LATE, TALK, write_lines


@pytest.fixture
def small_data(tmp_path) -> tuple[Path, Path]:
    """The folders that `train` reads, with a handful of texts in each file."""
    data, labels = tmp_path / "data", tmp_path / "labels"
    for folder in ("goemotions", "mams/ACSA", "womens_clothing", "banking77", "natcs_intents"):
        (data / folder).mkdir(parents=True)
    labels.mkdir()
    fine = "".join(f"I like this very much, number {n}\t{n % 28}\tid{n}\n" for n in range(28))
    for part in ("train", "dev"):
        (data / "goemotions" / f"{part}.tsv").write_text(fine, encoding="utf-8")
    for part in ("train", "val"):
        (data / "mams" / "ACSA" / f"{part}.xml").write_text("<sentences></sentences>", encoding="utf-8")
    (data / "womens_clothing" / "reviews.csv").write_text("Title,Review Text,Rating\n", encoding="utf-8")
    (data / "banking77" / "train.csv").write_text(
        "text,category\nWhere is my card?,card_arrival\n", encoding="utf-8"
    )
    industries = [f"industry {n}" for n in range(8)]
    rows = [row | {"id": f"{row['id']}-{i}", "industry": i} for i in industries for row in (LATE, FINE)]
    write_lines(labels / "train.jsonl", rows)
    write_lines(labels / "dev.jsonl", [LATE | {"source": "post"}, FINE | {"source": "food"}])
    talks = [
        TALK | {"id": f"t{n}", "industry": i, "gap": n % 3, "gap_turn": 1} for n, i in enumerate(industries)
    ]
    write_lines(labels / "conversations_authored.jsonl", talks)
    write_lines(labels / "dialogues_dev.jsonl", talks[:3])
    return data, labels
