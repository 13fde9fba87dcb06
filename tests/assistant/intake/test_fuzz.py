"""R15: files that were damaged at random are read, or refused in words; nothing else comes out of the readers."""

import csv
import io
import json
import os
import random
from collections import Counter
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest

from assistant.errors import InputError, RefusedError
from assistant.intake.drafts import draft_of_row
from assistant.intake.exports.markup import text_of_html
from assistant.intake.inference import infer
from assistant.intake.mapping import wishes
from assistant.intake.reading import open_table
from assistant.intake.rows import sample_of
from assistant.intake.transcripts import turns_of_transcript
from tests.assistant.api.nasty import PIECES
from tests.assistant.intake.exports.test_chats import ANDROID, TALKS
from tests.assistant.intake.exports.test_exports import CHAT, TICKET
from tests.assistant.intake.exports.test_freshdesk import TICKET as FRESHDESK
from tests.assistant.intake.exports.test_mail import ANSWER, ASK, THANKS
from tests.assistant.intake.exports.test_surveys import QUALTRICS, SURVEYMONKEY

FULL = bool(os.environ.get("EARMARK_FAULTS"))
COUNT = 3_000 if FULL else 40  # damaged files of each kind
SEED = 15
pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]


def as_csv(rows: list[list[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


def workbook(rows: list[list[str]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


REVIEWS = [
    ["id", "date", "stars", "review", "customer", "store"],
    ["a1", "3/4/2026", "4", 'The "quiet" fan hums, but cools.', "C1", "Lyon"],
    ["a2", "14/4/2026", "1", "Two emails,\nno answer.", "", "Graz"],
    ["a3", "2026-05-01", "★★★", "Ganz gut für den Preis.", "C3", "Graz"],
]
SEEDS = {
    "csv": as_csv(REVIEWS),
    "semicolons": as_csv(REVIEWS, ";").decode().encode("cp1252", "replace"),
    "utf16": as_csv(REVIEWS, "\t").decode().encode("utf-16"),
    "lines": b"Never again.\nLovely staff.\nThe lift smells.\n",
    "jsonl": "\n".join(json.dumps(dict(zip(REVIEWS[0], row, strict=True))) for row in REVIEWS[1:]).encode(),
    "zendesk": json.dumps({"tickets": [TICKET, TICKET]}).encode(),
    "intercom": json.dumps([CHAT]).encode(),
    "freshdesk": json.dumps([FRESHDESK]).encode(),
    "qualtrics": as_csv(QUALTRICS),
    "surveymonkey": as_csv(SURVEYMONKEY),
    "excel": workbook(REVIEWS),
    "mail": ASK.encode(),
    "archive": "".join(
        f"From - Thu Mar  5 10:00:00 2026\n{mail}\n" for mail in (ASK, ANSWER, THANKS)
    ).encode(),
    "whatsapp": ANDROID.encode(),
    "transcripts": TALKS.encode(),
}


def damaged(seed: bytes, chance: random.Random) -> bytes:
    """Some bytes flipped, cut, doubled, moved, or nonsense put between."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((1, 2, 8, 64, 400)))
        how = chance.randrange(5)
        if how == 0:
            data[at:end] = bytes(chance.randrange(256) for _ in range(end - at))
        elif how == 1:
            del data[at:end]
        elif how == 2:
            data[at:at] = data[at:end] * chance.choice((1, 3, 40))
        elif how == 3:
            data[at:at] = chance.choice(PIECES)[:500].encode("utf-8", "surrogatepass")
        else:
            del data[at:]
    return bytes(data)


def read(path: Path) -> str:
    """What becomes of a file; raises only what is no refusal."""
    try:
        table = open_table(path)
        mapping = infer(table.columns, sample_of(table, 500), wishes([], table.columns))
        for row in table.rows():
            try:
                draft_of_row(row, mapping)
            except RefusedError:
                continue
    except InputError:
        return "refused"
    return "read"


@pytest.mark.parametrize("kind", SEEDS)
def test_damaged_files_are_read_or_refused(kind: str, tmp_path: Path) -> None:
    """Nothing but words for people comes out, whatever the bytes are."""
    chance, outcomes = random.Random(f"{SEED} {kind}"), Counter[str]()
    path = tmp_path / "file"
    for number in range(COUNT):
        data = damaged(SEEDS[kind], chance)
        path.write_bytes(data)
        try:
            outcomes[read(path)] += 1
        except Exception as error:
            kept = tmp_path / f"damaged-{number}"
            kept.write_bytes(data)
            raise AssertionError(f"{kind}, number {number}, kept at {kept}: {error!r}") from error
    print(f"R15: {kind}: {COUNT} damaged files, {dict(outcomes)}, seed {SEED}")
    assert outcomes["read"]


def test_damaged_transcripts_and_markup() -> None:
    """The readers of pasted text."""
    chance = random.Random(SEED)
    seed = b"[10:02] Anna (agent): Hello, how can I help?\nCustomer: <p>My bill is <b>wrong</b></p>\nSince May.\nAnna: Let me look."
    for _ in range(COUNT * 5):
        text = damaged(seed, chance).decode("utf-8", "replace")
        text_of_html(text)
        with suppress(RefusedError):
            turns_of_transcript(text)
