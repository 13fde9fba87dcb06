"""Conversations: what the customer says as one text, and how each reply meets it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.calibrate import FloatArray, Thresholds
from nlp.heads import REPLY_GRADES, REPLY_HEADS, slices
from nlp.tags import ReplyTags, Span

Turns = Sequence[tuple[str, str]]
PLACE = slices(REPLY_HEADS)
TURNS_BEFORE = 3
NOTHING = "-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """What the customer said (`parts[0]` of `text`) and an agent turn (`parts[1]`)."""

    text: str
    parts: tuple[Span, Span]


def reply_pair(turns: Turns, number: int) -> Pair:
    """Agent turn `number` with the last customer turns before it."""
    return _pair([text for role, text in turns[:number] if role == "C"], turns[number][1])


def closing_pair(turns: Turns) -> Pair:
    """The last customer turns of all with the last agent turn: shows whether the case was resolved."""
    answers = [text for role, text in turns if role == "A"]
    return _pair([text for role, text in turns if role == "C"], answers[-1] if answers else "")


def _pair(said: list[str], answer: str) -> Pair:
    context = " ".join(" ".join(said[-TURNS_BEFORE:]).split()) or NOTHING
    reply = " ".join(answer.split()) or NOTHING
    text = f"{context}\n{reply}"
    return Pair(text=text, parts=((0, len(context)), (len(context) + 1, len(text))))


def agent_turns(turns: Turns) -> list[int]:
    """Numbers of the agent turns, from 0."""
    return [number for number, (role, _) in enumerate(turns) if role == "A"]


def customer_spans(turns: Turns) -> list[Span]:
    """Where the words of each customer turn stand in `transcript(turns)`."""
    out, start = [], 0
    for role, text in turns:
        words = " ".join(text.split())
        lead = len("Customer: ") if role == "C" else len("Agent: ")
        if role == "C" and words:
            out.append((start + lead, start + lead + len(words)))
        start += lead + len(words) + 1
    return out


def reply_tags(turns: Turns, probabilities: FloatArray, thresholds: Thresholds) -> list[ReplyTags]:
    """Grades of each agent turn from the probabilities of its pair; a last row for the end may follow."""
    said = thresholds.decide(probabilities)
    return [_reply(number, row) for number, row in zip(agent_turns(turns), said, strict=False)]


def worst_turn(turns: Turns, probabilities: FloatArray) -> int:
    """The agent turn with the largest expected gap."""
    numbers = agent_turns(turns)
    expected = probabilities[: len(numbers), PLACE["gap"]] @ np.arange(3)
    return numbers[int(expected.argmax())]


def resolution(probabilities: FloatArray, thresholds: Thresholds) -> str:
    """`yes`, `no` or `unclear`, read from the last row."""
    said = thresholds.decide(probabilities[-1:])[0, PLACE["resolved"]]
    return ("yes", "no", "unclear")[int(said.argmax())]


def _reply(turn: int, said: NDArray[np.bool_]) -> ReplyTags:
    grades = {grade: int(said[PLACE[grade]].argmax()) for grade in REPLY_GRADES}
    return ReplyTags(turn=turn, **grades, scripted=bool(said[PLACE["scripted"]][0]))
