"""Reads a transcript as people paste it: one speaker per line, with or without times."""

import re
from collections import Counter
from collections.abc import Sequence

from assistant.errors import RefusedError
from assistant.intake.turns import Turn, role_of, turns_of

# [10:02] Anna (agent): hello   |   2026-05-03 10:02:11 - Customer: hello   |   Agent: hello
# Both are matched on a line whose blanks are single ones: runs of them would make the matching slow.
_TIME = re.compile(
    r"[\[(]?(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[,T]? ?)?\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?[\])]? ?[-–—:]? ?"
)
_WHO = re.compile(
    r"(?P<who>[^\W\d_][\w.'’&/-]{0,40}(?: [\w.'’&/-]{1,40}){0,3})(?: ?[\[(](?P<role>[^\])\d]{1,30})[\])])?"
    r"(?: ?[\[(]\d{1,2}:\d{2}(?::\d{2})?[\])])? ?: (?P<said>.*)"
)
_NUMBER = re.compile(r"\S*\d\S*")  # `Order number: 4711-B` is no turn
_HEAD = 160  # characters of a line in which its speaker stands


def turns_of_transcript(text: str, *, customer: str | None = None) -> tuple[Turn, ...]:
    """Turns of a transcript; lines without a speaker go on with the turn before.

    A speaker is told by a word such as "Customer" or "Agent", by `customer` (the name that the customer has in the
    transcript), or by being the only other one.

    A line such as `Order number: 4711` or, where customer and agent are named, `Delivery address: ...` goes on too.

    Raises:
        RefusedError: there are no speakers, or it is not clear who is the customer.
    """
    lines = _joined(_spoken(text), customer)
    names = list(dict.fromkeys(name for name, _, _ in lines))
    if customer and customer.strip().casefold() not in names:
        raise RefusedError(
            f"nobody is called {customer!r} in the transcript; its speakers are {', '.join(names[:6])}"
        )
    roles = {name: _role(name, role, customer) for name, role, _ in lines}
    known = set(filter(None, roles.values()))
    unknown = [name for name in names if roles[name] is None]
    if unknown and len(known) == 1 and (known == {"C"} or len(unknown) == 1):
        rest = "A" if known == {"C"} else "C"
        roles |= dict.fromkeys(unknown, rest)
    elif unknown:
        who = ", ".join(repr(name) for name in unknown[:4])
        raise RefusedError(f"it is not clear who is the customer: name one of {who} as `customer_name`")
    return turns_of([(roles[name], said) for name, _, said in lines])


def _spoken(text: str) -> Sequence[tuple[str, str | None, str]]:
    """(speaker, role in brackets, what was said)."""
    found: list[tuple[str, str | None, list[str]]] = []
    for line in text.splitlines():
        match = _speaker(line)
        if match and not _NUMBER.fullmatch(match["said"].strip()):
            found.append((match["who"].casefold(), match["role"], [match["said"].strip()]))
        elif found and line.strip():
            found[-1][2].append(line.strip())
        elif line.strip():
            raise RefusedError(
                "the transcript cannot be read: begin each turn with its speaker, such as `Customer: ...`"
            )
    if not found:
        raise RefusedError("the transcript is empty")
    return [(name, role, "\n".join(said)) for name, role, said in found]


def _joined(
    lines: Sequence[tuple[str, str | None, str]], customer: str | None
) -> Sequence[tuple[str, str | None, str]]:
    """Where some are called customer and some agent, what others "say" once belongs to the turn before."""
    roles = {name: _role(name, role, customer) for name, role, _ in lines}
    if {"C", "A"} - set(roles.values()):
        return lines
    times = Counter(name for name, _, _ in lines)
    joined = [lines[0]]
    for name, role, said in lines[1:]:
        if roles[name] is None and times[name] == 1:
            before, its_role, earlier = joined[-1]
            joined[-1] = (before, its_role, f"{earlier}\n{name.capitalize()}: {said}")
        else:
            joined.append((name, role, said))
    return joined


def _speaker(line: str) -> re.Match[str] | None:
    stripped = line.strip()
    plain = " ".join(stripped[:_HEAD].split()) + stripped[_HEAD:] + (" " if stripped.endswith(":") else "")
    time = _TIME.match(plain)
    return _WHO.match(plain, time.end() if time else 0)


def _role(name: str, role: str | None, customer: str | None) -> str | None:
    if customer and name == customer.strip().casefold():
        return "C"
    told = role_of(role) if role else None
    return told or role_of(name) or role_of(name.split(maxsplit=1)[0]) or ("A" if customer else None)
