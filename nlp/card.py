"""The model card: data, licences, command and scores, written beside the weights."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.data import Example
from nlp.evaluate import Report
from nlp.metrics import Figure

PUBLIC = (
    ("GoEmotions", "fine emotions of 43,410 comments, the sentiment and emotions that follow from them; some labelled by our guide", "CC BY 4.0", "Demszky et al. 2020"),
    ("MAMS", "aspects and polarity of restaurant sentences; some labelled by our guide", "Apache-2.0", "Jiang et al. 2019"),
    ("Women's E-Commerce Clothing Reviews", "ratings; some labelled by our guide", "CC0", "Agarap 2018"),
    ("BANKING77", "questions with intents", "CC BY 4.0", "Casanueva et al. 2020"),
    ("NatCS intents", "spoken requests; some labelled by our guide", "CDLA-Permissive-2.0", "Gung et al. 2023"),
    ("FewSum", "product and business reviews, labelled by our guide", "MIT", "Bražinskas et al. 2020"),
    ("DSTC11 subjective knowledge", "hotel and restaurant reviews, labelled by our guide", "CDLA-Sharing-1.0", "Zhao et al. 2023"),
    ("CFPB complaints", "complaint narratives, labelled by our guide", "US public domain", "CFPB"),
    ("all-MiniLM-L6-v2", "the encoder that the fork was cut from", "Apache-2.0", "sentence-transformers"),
)  # fmt: skip
INTRODUCTION = """# {model}

Tags customer feedback in English: sentiment, emotions, themes with polarity, empathy gaps, churn, effort,
urgency, intent, forces, spectrum, values, reasons; and how the replies of a conversation meet the customer.

The three upper layers of all-MiniLM-L6-v2, forked and fine-tuned for all fields at once; linear heads on the
means of tokens over the item and over each clause. Fork and heads are stored in half precision. Probabilities
are calibrated and thresholds chosen on texts of whole industries that the network has not seen.

Made with `earmark train --data DATA --labels LABELS --out OUT --seed {seed} --runs {runs}`{mean}.

Not for decisions about single people. English only; other languages are left untagged. Rare labels
(see support below) are uncertain, and the labels follow one guide, not the truth about what somebody felt.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What goes into the card."""

    model: str
    examples: Sequence[Example]
    seed: int
    runs: int
    report: Report


def write_card(folder: Path, card: Card) -> None:
    """Writes `README.md` into a tagger's folder."""
    parts = [
        INTRODUCTION.format(model=card.model, seed=card.seed, runs=card.runs, mean=_mean(card.runs)),
        "## Data\n\n" + _data(card.examples),
        "## Scores\n\nOn texts of domains and writers that were not trained on; 95 % bootstrap intervals.\n\n"
        + _figures(card.report.figures),
        *(f"### {source}\n\n{_figures(figures)}" for source, figures in card.report.sources.items()),
        "### Labels\n\n" + _labels(card.report),
    ]
    (folder / "README.md").write_text("\n".join(parts), encoding="utf-8")


def _mean(runs: int) -> str:
    return (
        f": the mean of {runs} networks that begin alike and see the texts in another order"
        if runs > 1
        else ""
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _data(examples: Sequence[Example]) -> str:
    counts = Counter(example.source for example in examples)
    own = _table(["labelled by our guide", "texts"], [[s, str(n)] for s, n in sorted(counts.items())])
    return _table(["public data", "used for", "licence", "source"], PUBLIC) + "\n" + own


def _figures(figures: Sequence[Figure]) -> str:
    rows = [[f.name, f"{f.value:.3f}", f"{f.low:.3f} to {f.high:.3f}", str(f.n)] for f in figures]
    return _table(["figure", "value", "95 % interval", "items"], rows)


def _labels(report: Report) -> str:
    rows = [
        [r.field, r.label, f"{r.precision:.2f}", f"{r.recall:.2f}", f"{r.f1:.2f}", str(r.support)]
        for r in report.labels
        if r.support
    ]
    return _table(["field", "label", "precision", "recall", "F1", "support"], rows)
