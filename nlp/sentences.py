"""Sentences and clauses of customers' writing, as exact `[start, end)` offsets. Linear time, no model.

Customers leave out spaces, capitals and full stops, so the rules lean on what people type in reviews,
chats and posts rather than on edited prose. The connectives of clauses stand in `nlp/connectives.py`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise

from nlp.connectives import opens_clause, word_set

Span = tuple[int, int]

MIN_WORDS = 3
MIN_WORDS_AFTER_PAUSE = 2
LONG_SENTENCE_WORDS = 40
TARGET_WORDS = 25

_PICTURE = r"\U0001F000-\U0001FAFF\u2600-\u27BF\u2B50\u2B55"
_EMOJI = rf"[{_PICTURE}][{_PICTURE}\uFE0F\u200D]*+"
_MARK = re.compile(
    r"(?P<link>(?:https?://|www\.)\S*[\w/])"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)*+)"
    r"|(?P<dotted>(?<![\w.'’-])[\w'’-]++(?:\.[\w'’-]++)++)"
    r"|(?P<stop>[.!?…。！？]+[\"'”’)\]»]*+)"
    rf"|(?P<smile>{_EMOJI}(?:\s?{_EMOJI})*+|(?<!\w)[:;=]['-]?[()DP]+(?!\w)|<3(?!\d))"
)
_PAUSE = re.compile(
    r"(?P<weak>,(?=\s)|(?<!\d),(?=[^\W\d])|:(?=\s)|(?<![.!?])[.!?]++[\"'”’]++(?=\s))"
    rf"|(?P<open>\()|[;…—–]|\)(?=\s|\w)|\.{{2,}}+|\s-(?=\s)|--++|{_EMOJI}"
)
_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_ROLE = re.compile(r"[ \t]*(?:Customer|Agent):")
_WORD = re.compile(r"\w+(?:['’]\w+)*+")
_TAIL = re.compile(r"[\w'’](?:[\w.'’])*$")
_ENUMERATOR = re.compile(r"[(\s]*\d{1,2}[.)]+")

_NEVER_LAST = word_set("mr mrs ms dr prof st mt vs e.g i.e eg ie approx no nr fig ca cf incl excl attn")
_SELDOM_LAST = word_set(
    "etc inc ltd co corp dept est min max hr hrs sec wk wks yr yrs mo mos jan feb mar apr jun jul aug sep sept oct "
    "nov dec mon tue tues wed thu thurs fri sat sun a.m p.m am pm ave blvd rd tel ext ref acct avg misc u.s u.k"
)
_DOMAINS = word_set(
    "com net org edu gov io co uk eu de fr nl biz ly ai dev html htm pdf jpg jpeg png gif php js exe apk py txt doc "
    "docx xls xlsx csv zip mp3 mp4"
)


def sentences(text: str) -> list[Span]:
    """Sentences as `[start, end)` offsets: in order, apart, never empty; only role prefixes lie outside."""
    return [span for line in _lines(text) for span in _sentences_of_line(text, *line)]


def clauses(text: str) -> list[Span]:
    """Clauses as `[start, end)` offsets: sentences cut at pauses and connectives, three words or more each."""
    return [span for lo, hi in sentences(text) for span in _clauses_of_sentence(text, lo, hi)]


def _lines(text: str) -> Iterator[Span]:
    """Lines without role prefixes, where lines wrapped in the middle of a sentence are joined again."""
    spoken = _ROLE.match(text) is not None
    held: Span | None = None
    for match in _LINE.finditer(text):
        role = _ROLE.match(text, *match.span()) if spoken else None
        line = _trim(text, role.end() if role else match.start(), match.end())
        if line is None:
            continue
        if held and role is None and _is_wrapped(text, held, line):
            held = (held[0], line[1])
            continue
        if held:
            yield held
        held = line
    if held:
        yield held


def _is_wrapped(text: str, before: Span, after: Span) -> bool:
    """True when a line ends in mid-sentence because a mail program broke it."""
    last_break = text.rfind("\n", *before) + 1 or before[0]
    is_full = before[1] - max(last_break, before[0]) >= 55
    adjacent = text.count("\n", before[1], after[0]) <= 1
    return (
        is_full
        and adjacent
        and (text[before[1] - 1].isalnum() or text[before[1] - 1] == ",")
        and text[after[0]].islower()
    )


def _sentences_of_line(text: str, lo: int, hi: int) -> Iterator[Span]:
    pieces: list[Span] = []
    for span in _cut(text, lo, hi, _stops(text, lo, hi)):
        if pieces and (not _is_said(text, span) or _ENUMERATOR.fullmatch(text, *pieces[-1])):
            pieces[-1] = (pieces[-1][0], span[1])
        else:
            pieces.append(span)
    if len(pieces) > 1 and not _is_said(text, pieces[0]):
        pieces[:2] = [(pieces[0][0], pieces[1][1])]
    for span in pieces:
        yield from _shorten(text, *span)


def _is_said(text: str, span: Span) -> bool:
    return _WORD.search(text, *span) is not None


def _stops(text: str, lo: int, hi: int) -> Iterator[int]:
    """Positions just after the marks that end a sentence."""
    last = lo
    for match in _MARK.finditer(text, lo, hi):
        if match.lastgroup == "dotted":
            cuts = list(_missing_spaces(match))
        elif match.lastgroup == "stop":
            cuts = [match.end()] if _ends_sentence(text, match, lo, hi) else []
        elif match.lastgroup == "smile":
            follower = _next_char(text, match.end(), hi)
            cuts = [match.end()] if follower.isupper() and match.start() - last >= 6 else []
        else:
            cuts = []
        yield from cuts
        last = cuts[-1] if cuts else last


def _missing_spaces(match: re.Match[str]) -> Iterator[int]:
    """Full stops inside `bad.never again`, but none inside `booking.com`, `4.5`, `p.m` or `e.g`."""
    parts = match.group().split(".")
    if any(part.lower() in _DOMAINS for part in parts[1:]):
        return
    at = match.start()
    for left, right in pairwise(parts):
        at += len(left) + 1
        starts_word = right[0].isalpha() and (len(right) > 2 or right.lower() in _SHORT_STARTERS)
        ends_word = len(left) > 1 and left.lower() not in _NEVER_LAST
        starts_number = right[0].isdigit() and len(left) > 2 and left.isalpha()
        if ends_word and (starts_word or starts_number):
            yield at


_SHORT_STARTERS = word_set("i a it is in so at be my no to we he if on or do an as by u im us up go ok")


def _ends_sentence(text: str, match: re.Match[str], lo: int, hi: int) -> bool:
    """True when full stops, question or exclamation marks and the quotes after them end a sentence."""
    mark = match.group().rstrip("\"'”’)]»")
    is_closed = len(mark) < match.end() - match.start()
    follower = _next_char(text, match.end(), hi)
    is_spaced = match.end() < hi and text[match.end()].isspace()
    if follower in ",;:" or (is_closed and (follower.islower() or not is_spaced)):
        return False
    if mark[-1] in "。！？" or "!" in mark or "?" in mark:
        return True
    if len(mark) > 1 or mark == "…":
        return follower.isupper()
    before = _TAIL.search(text[max(lo, match.start() - 16) : match.start()])
    if before is None:
        return is_spaced
    return not _is_abbreviation(before.group(), text[max(lo, match.start() - 16) : match.start()], follower)


def _is_abbreviation(word: str, context: str, follower: str) -> bool:
    """True for `Mr.`, `approx.`, `etc.` before a small letter, and initials such as `J. Smith`."""
    lower = word.lower()
    if lower in ("no", "nr"):
        return follower.isdigit()
    if lower in _NEVER_LAST:
        return True
    if lower in _SELDOM_LAST:
        return not follower.isupper() and follower != ""
    if len(word) == 1 and word.isupper() and word != "I":
        name = context[: -len(word)].split()
        return follower.isupper() and (not name or name[-1][0].isupper() or name[-1][-1] in ".!?")
    return len(word) > 1 and word[1::2].strip(".") == "" and not follower.isupper()


def _next_char(text: str, start: int, hi: int) -> str:
    """The first character from `start` that is no space, or the empty string."""
    while start < hi and text[start].isspace():
        start += 1
    return text[start] if start < hi else ""


def _shorten(text: str, lo: int, hi: int) -> Iterator[Span]:
    """A sentence as it is, or in parts of about 25 words when it runs on without full stops."""
    words = [match.start() for match in _WORD.finditer(text, lo, hi)]
    if len(words) <= LONG_SENTENCE_WORDS:
        yield lo, hi
        return
    openings = [bisect_left(words, at) for at in _openings(text, lo, hi)]
    cuts, last = [], 0
    while len(words) - last > LONG_SENTENCE_WORDS:
        near = openings[bisect_left(openings, last + 12) : bisect_left(openings, last + 39)]
        last = min(near, key=lambda at: abs(at - last - TARGET_WORDS), default=last + TARGET_WORDS)
        cuts.append(words[last])
    yield from _cut(text, lo, hi, cuts)


def _clauses_of_sentence(text: str, lo: int, hi: int) -> Iterator[Span]:
    """The parts between openings; a part with too few words goes to the part before it."""
    starts = [match.start() for match in _WORD.finditer(text, lo, hi)]
    openings = _openings(text, lo, hi)
    counts = [bisect_left(starts, at) for at in [*openings, hi]]
    cuts: list[int] = []
    held = 0
    for (at, is_strong), first, end in zip(openings.items(), counts, counts[1:], strict=False):
        least = MIN_WORDS_AFTER_PAUSE if is_strong else MIN_WORDS
        if first - held >= least and end - first >= least:
            cuts.append(at)
            held = first
    yield from _cut(text, lo, hi, cuts)


def _openings(text: str, lo: int, hi: int) -> dict[int, bool]:
    """Where a clause may start, in order: after a pause (True if it is stronger than a comma) or at a connective."""
    found: dict[int, bool] = {}
    for match in _PAUSE.finditer(text, lo, hi):
        at = match.start() if match.lastgroup == "open" else match.end()
        if span := _trim(text, at, hi):
            found[span[0]] = match.lastgroup is None
    words = list(_WORD.finditer(text, lo, hi))
    lower = [match.group().lower().replace("’", "'") for match in words]
    for at in range(1, len(words)):
        if opens_clause(lower, at):
            found.setdefault(words[at].start(), False)
    return dict(sorted(found.items()))


def _cut(text: str, lo: int, hi: int, cuts: Iterable[int]) -> Iterator[Span]:
    """The trimmed parts of `[lo, hi)` between the cuts; empty parts are left out."""
    for start, end in pairwise([lo, *cuts, hi]):
        span = _trim(text, start, end)
        if span:
            yield span


def _trim(text: str, lo: int, hi: int) -> Span | None:
    """`[lo, hi)` without the spaces around it, or None when nothing is left."""
    while lo < hi and text[lo].isspace():
        lo += 1
    while hi > lo and text[hi - 1].isspace():
        hi -= 1
    return (lo, hi) if lo < hi else None
