"""Takes personal data out of a text and leaves typed placeholders such as `[EMAIL]`.

Rules only: what has a shape that can be checked (`nlp/identifiers.py`) and names where people introduce
themselves, greet or sign (`nlp/introductions.py`). Names in the middle of a story stay. Time is linear in
the length of the text.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nlp import account_numbers, identifiers, introductions
from nlp.marks import Found, Kind

# The first to claim a character wins: what is inside a URL is not a handle, a card is not a phone.
_FINDERS = (
    identifiers.url_tokens,
    identifiers.mails,
    identifiers.ibans,
    identifiers.cards,
    account_numbers.accounts,
    identifiers.ip_addresses,
    identifiers.phones,
    identifiers.handles,
    introductions.names,
)
_MAX_PASSES = 8  # a second pass settles practically every text; the bound keeps the time linear


@dataclass(frozen=True, kw_only=True, slots=True)
class Redacted:
    """A text without personal data, and how many placeholders of each kind were put in."""

    text: str
    counts: Mapping[Kind, int]


def redact(text: str, *, keep: Collection[str] = ()) -> Redacted:
    """Replace personal data by placeholders. Redacting the result again changes nothing.

    Args:
        text: what a customer wrote.
        keep: names that are no persons, such as the company's own ("Dear Tidewell"); case does not matter.
    """
    kept = frozenset(word.casefold() for name in keep for word in name.split())
    counts: Counter[Kind] = Counter()
    for _ in range(_MAX_PASSES):
        found = _settled(text, kept)
        if not found:
            break
        counts.update(mark.kind for mark in found)
        text = _replaced(text, found)
    return Redacted(text=text, counts=dict(sorted(counts.items())))


def _settled(text: str, keep: frozenset[str]) -> list[Found]:
    """Marks that do not overlap, in the order of the text."""
    taken = bytearray(len(text))
    settled = []
    for finder in _FINDERS:
        for mark in finder(text):
            is_kept = mark.kind == "NAME" and text[mark.start : mark.end].casefold() in keep
            if is_kept or any(taken[mark.start : mark.end]):
                continue
            taken[mark.start : mark.end] = b"\x01" * (mark.end - mark.start)
            settled.append(mark)
    return sorted(settled, key=lambda mark: mark.start)


def _replaced(text: str, found: list[Found]) -> str:
    parts, last = [], 0
    for mark in found:
        parts += [text[last : mark.start], f"[{mark.kind}]"]
        last = mark.end
    return "".join([*parts, text[last:]])
