"""Reasons that customers state themselves for leaving or sending something back, as `[start, end)` spans.

Only connectives count ("because", "since", "so I cancelled"): what is not said is not guessed.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.sentences import Span, clauses, sentences

_EXIT = re.compile(
    r"\b(?:cancel(?:l?ed|l?ing)?|leav(?:e|ing)|(?:i|we|i['’]ve|we['’]ve|have|had) (?:just |finally |now )?left|quit(?:ting)?|switch(?:ed|ing)|unsubscrib(?:e|ed|ing)"
    r"|uninstall(?:ed|ing)?|never again|clos(?:e|ed|ing) (?:my|our|the) accounts?|go(?:ing)? elsewhere|went elsewhere"
    r"|mov(?:ed|ing) (?:on )?to (?:another|a different)|stopp(?:ed|ing) (?:using|buying|ordering|coming)"
    r"|(?:done|finished) with (?:you|them|this)|won'?t (?:be )?(?:com(?:e|ing) back|return(?:ing)?|renew(?:ing)?)"
    r"|return(?:ed|ing)|(?:sen[dt]|sending|tak(?:e|ing)|took|g(?:o|oing)|went|brought) (?:it |them |this |these |the \w+ )?back"
    r"|back (?:it|they) (?:go|goes|went))\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"(?:\bnot|n['’]t|\bnever|\bwithout)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_OTHER_SENSE = re.compile(
    r"\b(?:(?:\S+ )*left|leav(?:e|ing)) (?:over|in|on|at|with|me|us|outside|behind|it|a|an|my (?!account|bank)|the \w+ (?:in|on|at)"
    r"|home|work|feedback|review\w*|voicemails?)\b|\breturn(?:ed|ing) (?:\w+ )?(?:calls?|customers?|guests?)\b",
    re.IGNORECASE,
)
_SUBJECT = (
    r"(?=(?:i|we|you|they|it|he|she|there|this|that|the|my|our|your|their|no|nobody|nothing|every\w*|all)\b)"
)
_FORWARD = re.compile(
    r"\b(?:because of|due to|owing to|on account of|thanks to|because|be?cuz|coz|cos|bc"
    rf"|(?:since|as(?! it (?:is|was)\b)|when|once|after(?! all\b)) {_SUBJECT}|after (?!all\b)(?=\w+ing\b|\d+ \w+ of\b|the \w+|yet another|another))\s*",
    re.IGNORECASE,
)
_BACKWARD = re.compile(
    r"(?:\bso,?\s+(?=(?:i|we|it|they|this|that|these|now|please|am|will|have|had|ended|back)\b|i['’]|we['’]|it['’]|cancel|sen[dt]|return|switch|unsub|uninst|clos)|\b(?:therefore|hence|thus|consequently|which is why|that is why|that['’]?s why|for (?:that|this) reason|as a result)\b,?\s+)",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\W*(?:but|and|then)\b", re.IGNORECASE)
_BUT = re.compile(r"\b(?:but|although)\b", re.IGNORECASE)
_TURN = re.compile(r"\s*(?:but|although|though|however|yet|still|otherwise)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """A part of a sentence: its span, where it starts to say something, and its role."""

    start: int
    said: int
    end: int
    link: str  # "because", "so" or ""
    is_exit: bool
    is_turn: bool


def stated_reason(text: str) -> list[Span]:
    """Spans that the writer gives as the reason for leaving or returning, without the connective, in order."""
    found: list[Span] = []
    before: list[_Piece] = []
    limits = [start for start, _ in clauses(text)]
    for lo, hi in sentences(text):
        pieces = list(_pieces(text, lo, hi, limits[bisect_right(limits, lo) : bisect_left(limits, hi)]))
        for at, piece in enumerate(pieces):
            if piece.is_exit:
                found += _reasons_of(pieces, at, before)
        before = pieces
    stripped = {_strip(text, span) for span in found}
    return sorted(span for span in stripped if " " in text[slice(*span)])


def _reasons_of(pieces: list[_Piece], at: int, before: list[_Piece]) -> Iterator[Span]:
    """Reasons of the exit in `pieces[at]`: after it, before it, or in the sentence before."""
    after = _run(pieces[at + 1 :]) if at + 1 < len(pieces) and pieces[at + 1].link == "because" else []
    if after:
        yield after[0].said, after[-1].end
    if pieces[at].link == "so":
        led = _run_back(pieces[:at]) if at else _run_back(before)
        if led:
            yield led[0].said, led[-1].end
    elif at and pieces[0].link == "because" and not any(piece.is_exit for piece in pieces[:at]):
        yield pieces[0].said, pieces[at - 1].end


def _run(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces that go on with the reason: up to another exit, a conclusion or a turn of thought."""
    kept: list[_Piece] = []
    for piece in pieces:
        if piece.is_exit or piece.is_turn or piece.link == "so":
            break
        kept.append(piece)
    return kept


def _run_back(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces just before a conclusion, back to an exit or a turn of thought, which still belongs to them."""
    kept: list[_Piece] = []
    for piece in reversed(pieces):
        if piece.is_exit:
            break
        kept.insert(0, piece)
        if piece.is_turn:
            break
    return kept


def _pieces(text: str, lo: int, hi: int, limits: list[int]) -> Iterator[_Piece]:
    """The sentence cut at clauses and at connectives."""
    links = {match.start(): ("because", match.end()) for match in _FORWARD.finditer(text, lo, hi)}
    links |= {match.start(): ("so", match.end()) for match in _BACKWARD.finditer(text, lo, hi)}
    turns = [match.start() for match in _BUT.finditer(text, lo + 1, hi)]
    starts = sorted({lo, *limits, *links, *turns})
    for start, end in zip(starts, [*starts[1:], hi], strict=True):
        link, said = links.get(start, ("", start))
        yield _Piece(
            start=start,
            said=min(said, end),
            end=end,
            link=link,
            is_exit=_is_exit(text, start, end),
            is_turn=_TURN.match(text, start, end) is not None,
        )


def _is_exit(text: str, start: int, end: int) -> bool:
    """True when the words speak of leaving or sending back and do not deny it."""
    for match in _EXIT.finditer(text, start, end):
        is_denied = _DENIED.search(text[start : match.start()]) and not match.group().lower().startswith(
            "never"
        )
        if not is_denied and not _OTHER_SENSE.match(text, match.start(), end):
            return True
    return False


def _strip(text: str, span: Span) -> Span:
    """The span without a leading conjunction and without spaces and marks around it."""
    start, end = span
    if match := _JOINT.match(text, start, end):
        start = match.end()
    while start < end and not text[start].isalnum() and text[start] not in "£$€":
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ".,;:–—-!"):
        end -= 1
    return start, end
