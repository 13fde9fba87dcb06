"""Texts of public data by reference. Our labels name them so, because the texts are not ours to keep."""

import csv
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

Texts = Iterator[tuple[str, str]]  # reference, text


def texts_by_reference(data_dir: Path) -> dict[str, str]:
    """Every text that a label may name, of the data sets that lie in the folder.

    `fewsum/yelp_val.csv#GROUP#3` is the third review of a group, `goemotions/ID` a comment, `cfpb/ID` a complaint,
    `natcs_intents/ID` an utterance, `hospitality_reviews/hotel/3/0` the first review of a hotel,
    `womens_clothing/ROW` a review, `mams/ACSA/train.xml#N` and `banking77/train.csv#N` the Nth text, from 0.
    """
    return {ref: text for folder, read in _READERS.items() for ref, text in read(data_dir / folder)}


def dataset(ref: str) -> str:
    """The data set that a reference names."""
    return ref.partition("/")[0]


def _rows(file: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter=delimiter)


def _fewsum(folder: Path) -> Texts:
    for file in sorted(folder.glob("*.csv")):
        for row in _rows(file, "\t"):
            for number in range(1, 9):
                yield f"fewsum/{file.name}#{row['group_id']}#{number}", row[f"rev{number}"].strip()


def _goemotions(folder: Path) -> Texts:
    for file in folder.glob("train.tsv"):
        for line in file.read_text(encoding="utf-8").splitlines():
            text, _, id_ = line.split("\t")
            yield f"goemotions/{id_}", text


def _cfpb(folder: Path) -> Texts:
    for file in folder.glob("complaints.csv"):
        for row in _rows(file):
            yield f"cfpb/{row['Complaint ID']}", row["Consumer complaint narrative"].strip()


def _natcs(folder: Path) -> Texts:
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield f"natcs_intents/{row['utterance_id']}", row["utterance"].strip()


def _hospitality(folder: Path) -> Texts:
    for file in folder.glob("knowledge.json"):
        for kind, places in json.loads(file.read_text(encoding="utf-8")).items():
            for place, known in places.items():
                for number, review in known.get("reviews", {}).items():
                    sentences = " ".join(review["sentences"].values())
                    yield f"hospitality_reviews/{kind}/{place}/{number}", sentences


def _clothing(folder: Path) -> Texts:
    for file in folder.glob("reviews.csv"):
        for row in _rows(file):
            said = (row["Title"].strip(), row["Review Text"].strip())
            yield f"womens_clothing/{row['row']}", "\n".join(filter(None, said))


def _mams(folder: Path) -> Texts:
    for file in sorted(folder.glob("*/train.xml")):
        for number, sentence in enumerate(ET.parse(file).getroot().iter("sentence")):  # noqa: S314 - a local file
            yield f"mams/{file.parent.name}/{file.name}#{number}", sentence.findtext("text", "").strip()


def _banking(folder: Path) -> Texts:
    for file in folder.glob("train.csv"):
        for number, row in enumerate(_rows(file)):
            yield f"banking77/{file.name}#{number}", row["text"].strip()


_READERS: dict[str, Callable[[Path], Texts]] = {
    "fewsum": _fewsum,
    "goemotions": _goemotions,
    "cfpb": _cfpb,
    "natcs_intents": _natcs,
    "hospitality_reviews": _hospitality,
    "womens_clothing": _clothing,
    "mams": _mams,
    "banking77": _banking,
}
