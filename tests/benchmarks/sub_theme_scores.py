"""Measures sub-themes: python tests/benchmarks/sub_theme_scores.py [WEIGHTS]

Tunes threshold and margin on the even lines of sub_themes.jsonl and reports the odd lines, then the shipped
threshold and margin on the odd lines, with and without the theme's polarity.
"""

import itertools
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from nlp.tagger import Tagger
from nlp.themes import SUB_THEME_MARGIN, SUB_THEME_THRESHOLD

LINES = Path(__file__).with_name("sub_themes.jsonl")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """The gold sub-theme of a clause and the score of each candidate."""

    gold: str | None
    scores: dict[str, float]

    def decide(self, threshold: float, margin: float) -> str | None:
        ranked = sorted(((score, sub) for sub, score in self.scores.items()), reverse=True)
        if not ranked or ranked[0][0] < threshold:
            return None
        return None if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < margin else ranked[0][1]


def load_cases(tagger: Tagger, *, with_polarity: bool) -> list[Case]:
    rows = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    vectors = tagger.embed([row["text"] for row in rows])
    return [
        Case(
            gold=row["sub"],
            scores=tagger.sub_themes.scores(
                row["theme"], vector[None], row["polarity"] if with_polarity else None
            ),
        )
        for row, vector in zip(rows, vectors, strict=True)
    ]


def measure(cases: list[Case], threshold: float, margin: float) -> Scores:
    decided = [(case.gold, case.decide(threshold, margin)) for case in cases]
    right = sum(gold is not None and gold == said for gold, said in decided)
    precision = right / max(1, sum(said is not None for _, said in decided))
    recall = right / max(1, sum(gold is not None for gold, _ in decided))
    return Scores(
        precision=precision, recall=recall, f1=2 * precision * recall / max(1e-9, precision + recall)
    )


def tune(cases: list[Case]) -> tuple[float, float]:
    grid = itertools.product([n / 100 for n in range(10, 66, 2)], [0.0, 0.01, 0.02, 0.03, 0.05, 0.08])
    return max(grid, key=lambda pair: measure(cases, *pair).f1)


def main() -> None:
    tagger = Tagger.load(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    for with_polarity in (True, False):
        cases = load_cases(tagger, with_polarity=with_polarity)
        best = tune(cases[0::2])
        print("with polarity" if with_polarity else "without polarity")
        print("  tuned on even lines", best, "odd lines", measure(cases[1::2], *best))
        print("  shipped, odd lines ", measure(cases[1::2], SUB_THEME_THRESHOLD, SUB_THEME_MARGIN))


if __name__ == "__main__":
    main()
