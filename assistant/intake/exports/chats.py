"""Chats as text: exports of WhatsApp, and transcripts with a speaker on each line."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from assistant.errors import FileError, RefusedError
from assistant.intake.dates import order_of, parse_date
from assistant.intake.encodings import Survey, open_text, part_read
from assistant.intake.rows import Row
from assistant.intake.transcripts import turns_of_transcript
from assistant.intake.turns import role_of

# 12/31/25, 9:41 PM - Ana: text   |   [31.12.25, 21:41:05] Ana: text
_STAMP = re.compile(
    r"\[?(?P<date>\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}),? (?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.]\d{2})?"
    r" ?(?P<half>[AaPp]\.? ?[Mm]\.?)?(?:\] | - )"
)
_SAID = re.compile(r"(?P<who>[^:\n]{1,60}): (?P<text>.*)", re.DOTALL)
_NUMBER = re.compile(r"~?\+?[\d ()/-]{6,}")
_BLANKS = re.compile("[\u202f\u00a0]")
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PROGRAM = "\u200e"  # before what the program says itself, on the iPhone
# What the program writes in place of a picture or a deleted message.
_PLACEHOLDER = re.compile(
    r"<[^<>\n]{3,60}>|\S+\.\w{3,4} \([^()\n]{4,40}\)|(?:image|video|audio|sticker|GIF|document|Contact card) omitted"
    r"|(?:This message was|You) deleted(?: this message)?\.?|null"
)
_SILENCE = dt.timedelta(hours=24)  # after which WhatsApp itself counts a new conversation
_GROUP = 5  # more speakers than this are no support case
_RULE = re.compile(r"[-=*_#~ ]{3,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Message:
    line: int
    date: str
    time: dt.time
    who: str
    text: str


def is_whatsapp(head: str) -> bool:
    """Whether a file begins as WhatsApp writes its chats."""
    lines = [line for line in _plain(head).splitlines()[:200] if line.strip()]
    stamped = [match for line in lines if (match := _STAMP.match(line))]
    said = sum(bool(_SAID.match(match.string, match.end())) for match in stamped)
    return bool(lines) and bool(_STAMP.match(lines[0])) and said >= 2 and len(stamped) >= len(lines) / 4


def is_transcript(head: str) -> bool:
    """Whether a text is a conversation in which customer and agent are named as such."""
    first = _blocks(head.splitlines()[:200])
    try:
        _, text = next(first)
        return {who for who, _ in turns_of_transcript(text)} == {"C", "A"} and _names_roles(text)
    except (StopIteration, RefusedError):
        return False


def _names_roles(text: str) -> bool:
    heads = [line.partition(":")[0] for line in text.splitlines() if ":" in line[:60]]
    named = {role_of(word) for head in heads for word in re.findall(r"\w+", head)}
    return {"C", "A"} <= named


class WhatsAppTable:
    """An exported chat: a conversation for each stretch without a day of silence, in a group an item for each message.

    The customer is who is called so, or stands there with a telephone number, else who wrote first.
    """

    columns: Sequence[str] = ("id", "date", "customer_id", "channel", "text", "turns")

    def __init__(self, path: Path, found: Survey) -> None:
        with open_text(path, found.encoding) as stream:
            self._messages = list(_messages(stream))
        if not self._messages:
            raise FileError(f"{path.name} is a chat in which nobody says anything")
        half = any(one.time.hour > 12 for one in self._messages)
        self._order = order_of((one.date for one in self._messages), "day" if half else "month").first
        self._speakers = list(dict.fromkeys(one.who for one in self._messages))
        self._customer, self._because = _customer(self._speakers)

    @property
    def description(self) -> str:
        """As Table."""
        if self._is_group:
            return f"read as a WhatsApp group of {len(self._speakers)}, each message an item"
        return f"read as a WhatsApp chat; the customer is {self._because}"

    @property
    def _is_group(self) -> bool:
        return len(self._speakers) > _GROUP

    def rows(self) -> Iterator[Row]:
        """As Table. `line` is that of the first message."""
        last = self._messages[-1].line
        for some in ([one] for one in self._messages) if self._is_group else self._talks():
            done = some[-1].line / last
            try:
                yield Row(line=some[0].line, cells=self._cells(some), done=done)
            except RefusedError as error:
                yield Row(line=some[0].line, cells={"date": some[0].date}, problem=str(error), done=done)

    def _talks(self) -> Iterator[list[_Message]]:
        talk = [self._messages[0]]
        for before, one in pairwise(self._messages):
            if self._at(one) - self._at(before) > _SILENCE:
                yield talk
                talk = []
            talk.append(one)
        yield talk

    def _at(self, one: _Message) -> dt.datetime:
        day = parse_date(one.date, self._order)
        if day is None:
            raise FileError(f"line {one.line} has the date {one.date}, which is none")
        return dt.datetime.combine(day, one.time, dt.UTC)

    def _cells(self, some: Sequence[_Message]) -> dict[str, Any]:
        first, at = some[0], self._at(some[0])
        who = first.who if self._is_group else self._customer
        # The same chat exported again later has the same ids, though its last conversation may have gone on.
        told = f"{who} {at:%Y%m%d%H%M} {first.text if self._is_group else ''}".encode(errors="surrogatepass")
        cells = {
            "id": f"whatsapp-{hashlib.sha256(told).hexdigest()[:16]}",
            "date": at.date().isoformat(),
            "customer_id": who,
            "channel": "chat",
        }
        if self._is_group:
            return {**cells, "text": first.text, "turns": ""}
        turns = [
            ["C" if is_theirs else "A", "\n".join(one.text for one in said)]
            for is_theirs, said in groupby(some, lambda one: one.who == self._customer)
        ]
        if not any(side == "C" for side, _ in turns):
            raise RefusedError("nothing in it is by the customer")
        if not any(side == "A" for side, _ in turns):
            return {**cells, "text": turns[0][1], "turns": ""}
        return {**cells, "text": "", "turns": turns}


class TranscriptTable:
    """Conversations one below the other, with a line of dashes or two empty ones between them."""

    columns: Sequence[str] = ("turns",)

    def __init__(self, path: Path, found: Survey) -> None:
        self._path, self._found = path, found

    @property
    def description(self) -> str:
        """As Table."""
        return "read as transcripts of conversations"

    def rows(self) -> Iterator[Row]:
        """As Table. `line` is the first of the conversation."""
        with open_text(self._path, self._found.encoding) as stream:
            for line, text in _blocks(stream):
                done = part_read(stream, self._found.size)
                try:
                    turns = [list(turn) for turn in turns_of_transcript(text)]
                    yield Row(line=line, cells={"turns": turns}, done=done)
                except RefusedError as error:
                    yield Row(line=line, problem=str(error), done=done)


def _messages(lines: Iterable[str]) -> Iterator[_Message]:
    """Messages of people, the continuation lines with each; what the program itself says is left out."""
    parts: list[str] = []
    start = 0
    for number, line in enumerate(lines, 1):
        plain = _plain(line).rstrip("\r\n")
        if _STAMP.match(plain) and parts:
            yield from _message(start, "\n".join(parts))
            parts = []
        if not parts:
            start = number
        parts.append(plain)
    yield from _message(start, "\n".join(parts))


def _message(line: int, text: str) -> Iterator[_Message]:
    stamp = _STAMP.match(text)
    said = _SAID.match(text, stamp.end()) if stamp else None
    if not stamp or not said:
        return
    words = (
        ""
        if said["text"].startswith(_PROGRAM)
        else _PLACEHOLDER.sub("", _MARKS.sub("", said["text"])).strip()
    )
    hour = int(stamp["hour"])
    if stamp["half"]:
        hour = hour % 12 + (12 if stamp["half"][0] in "Pp" else 0)
    if words and hour < 24 and int(stamp["minute"]) < 60:
        time = dt.time(hour, int(stamp["minute"]))
        yield _Message(
            line=line, date=stamp["date"], time=time, who=_MARKS.sub("", said["who"]).strip(), text=words
        )


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text.lstrip(f"\ufeff{_PROGRAM}"))


def _customer(speakers: Sequence[str]) -> tuple[str, str]:
    """Who the customer is, and how that is known."""
    named = [who for who in speakers if "C" in {role_of(word) for word in re.findall(r"\w+", who)}]
    if named:
        return named[0], "who is called so"
    numbers = [who for who in speakers if _NUMBER.fullmatch(who)]
    if len(numbers) == 1:
        return numbers[0], "who has only a telephone number"
    theirs = [who for who in speakers if "A" not in {role_of(word) for word in re.findall(r"\w+", who)}]
    return (theirs or speakers)[0], "who wrote first" if len(theirs) != 1 else "who is no agent"


def _blocks(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(first line, text) of conversations."""
    block: list[str] = []
    start = empty = 0
    for number, line in enumerate(lines, 1):
        words = line.strip("\ufeff\r\n ")
        ends = bool(_RULE.fullmatch(words)) or (not words and empty >= 1)
        empty = 0 if words else empty + 1
        if ends:
            if any(block):
                yield start, "\n".join(block)
            block = []
        elif words or block:
            start = start if block else number
            block.append(words)
    if any(block):
        yield start, "\n".join(block)
