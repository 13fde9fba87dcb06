"""How labels, scopes and numbers read in English sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from assistant.scope import Period, Scope

# label -> (what one says or does, how it is called)
GAPS = {
    "unheard": ("say that nobody answers or listens", "not being heard"),
    "dismissed": ("say that they were brushed off", "being brushed off"),
    "scripted": ("say that they got canned replies", "canned replies"),
    "no_ownership": ("say that they were passed around", "being passed around"),
    "broken_promise": ("say that a promise was not kept", "broken promises"),
    "unacknowledged": ("say that nobody apologised or made it good", "no apology or gesture"),
    "disrespect": ("say that they were treated without respect", "being treated without respect"),
    "inflexible": (
        "say that a rule was applied without regard to their case",
        "rules applied without regard to the case",
    ),
}
EMOTIONS = {
    "anger": "angry",
    "disappointment": "disappointed",
    "anxiety": "worried",
    "confusion": "confused",
    "gratitude": "grateful",
    "joy": "happy",
    "approval": "satisfied",
    "relief": "relieved",
    "surprise": "surprised",
    "desire": "wishing for something",
}
CHURN = {
    "left": "have left",
    "leaving": "say they are leaving",
    "at_risk": "might leave",
    "loyal": "say they stay or recommend",
    "none": "say nothing about leaving or staying",
}
FORCES = {
    "certainty": "certainty",
    "fair_treatment": "fair treatment",
    "control": "control",
    "status": "status",
    "belonging": "belonging",
    "enjoyment": "enjoyment",
}
EFFORT = {"high": "describe high effort", "low": "say it was easy", "none": "say nothing about effort"}
INTENTS = {
    "complaint": "complaints",
    "request": "requests for help",
    "question": "questions",
    "suggestion": "suggestions",
    "praise": "praise",
    "report": "reports",
    "other": "other messages",
}
SENTIMENTS = {"negative": "negative", "neutral": "neutral", "positive": "positive", "mixed": "mixed"}
KINDS = {
    "theme": "themes", "sub_theme": "topics", "emotion": "emotions", "empathy_gap": "empathy gaps", "force": "forces",
    "spectrum": "components of the CX spectrum", "value": "value levels", "sentiment": "sentiments",
    "touchpoint": "touchpoints of the journey",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Names:
    """Display names of themes and sub-themes by id, and the theme of each sub-theme."""

    themes: Mapping[str, str]
    parents: Mapping[str, str] = field(default_factory=dict)

    def theme(self, name: str) -> str:
        return self.themes.get(name, name.replace("_", " "))

    def noun(self, term: str) -> str:
        """An index term as a noun phrase: `sub=refund_slow:-` is "slow refunds"."""
        field, label, mark = split(term)
        if field == "theme":
            return {"-": "complaints about ", "+": "praise for "}.get(mark, "") + self.theme(label)
        if field == "sub":
            return self.theme(label)
        if field == "touchpoint":
            return {"-": "complaints about ", "+": "praise for "}.get(mark, "") + label
        if field == "force":
            return FORCES[label] + {"-": " missed", "+": " met"}.get(mark, "")
        if field == "gap":
            return GAPS[label][1]
        if field.startswith("attr."):
            return f"{self.value(field.removeprefix('attr.'))} {self.value(label)}"
        if field == "effort":
            return f"{label} effort"
        if field == "abstained":
            return f"unclear {label}"
        return {"churn": CHURN, "intent": INTENTS}.get(field, {}).get(label, label)

    def verb(self, term: str) -> str:
        """An index term as what people do: `gap=unheard` is "say that nobody answers or listens"."""
        field, label, mark = split(term)
        if field == "theme":
            return {"-": "complain about ", "+": "praise "}.get(mark, "mention ") + self.theme(label)
        if field == "gap":
            return GAPS[label][0]
        if field == "effort":
            return EFFORT[label]
        if field == "emotion":
            return f"sound {EMOTIONS[label]}"
        if field == "churn":
            return CHURN[label]
        if field.startswith("attr."):
            return f"have {self.noun(term)}"
        return "mention " + self.noun(term)

    def value(self, value: str) -> str:
        """An attribute value: `phone_note` is "phone note"."""
        return value.replace("_", " ")

    def scope(self, scope: Scope) -> str:
        """A scope as "negative items about delivery by email since 1 June 2026, apart from fees"."""
        head = " ".join([*(SENTIMENTS[name] for name in scope.sentiment[:1]), "items"])
        if len(scope.sentiment) > 1:
            head = f"{either(scope.sentiment)} items"
        text = head + self._about(scope) + "".join(f" {part}" for part in self._frame(scope))
        people = self._people(scope)
        text += f" {' and '.join(people)}" if people else ""
        if scope.text:
            text += f" that contain “{scope.text}”"
        if scope.period:
            text += f"{',' if people or scope.text else ''} {period(scope.period)}"
        if scope.exclude and (left_out := self._left_out(scope.exclude)):
            text += f", apart from {left_out}"
        return text

    def happens(self, scope: Scope) -> str:
        """An outcome as the end of "31 of 84 items ...": what the items are, or what their customers do."""
        of_people = scope.churn or scope.emotions or scope.empathy_gaps or scope.effort
        text = f"come from customers who {self.outcome(scope)}" if of_people else self.outcome(scope)
        left_out = self._left_out(scope.exclude) if scope.exclude else ""
        return f"{text}, apart from {left_out}" if left_out else text

    def who(self, scope: Scope) -> str:
        """Those with an outcome: "customers who have left", "items that are negative"."""
        of_people = scope.churn or scope.emotions or scope.empathy_gaps or scope.effort
        return f"{'customers who' if of_people else 'items that'} {self.outcome(scope)}"

    def outcome(self, scope: Scope) -> str:
        """An outcome as what its customers do: "have left, say they are leaving or might leave"."""
        done = [either([CHURN[name] for name in scope.churn])] if scope.churn else []
        done += [f"sound {either([EMOTIONS[name] for name in scope.emotions])}"] if scope.emotions else []
        done += [f"are {either(scope.sentiment)}"] if scope.sentiment else []
        done += [_failed(scope)] if scope.empathy_gaps else []
        done += [either([EFFORT[name] for name in scope.effort])] if scope.effort else []
        if scope.themes:
            verb = {"-": "complain about", "+": "praise"}.get(scope.polarity or "", "mention")
            done.append(f"{verb} {either([self.theme(name) for name in scope.themes])}")
        done += [f"are {either([INTENTS[name] for name in scope.intents])}"] if scope.intents else []
        done += [f"touch {either([FORCES[name] for name in scope.forces])}"] if scope.forces else []
        done += [
            f"are {part}" if part.startswith("by ") else part.replace("with", "have", 1)
            for part in self._frame(scope)
        ]
        done += [f"contain “{scope.text}”"] if scope.text else []
        return " and ".join(done) or "are in scope"

    def _about(self, scope: Scope) -> str:
        if not scope.themes:
            return {"-": " with a complaint", "+": " with praise"}.get(scope.polarity or "", "")
        verb = {"-": " complaining about ", "+": " praising "}.get(scope.polarity or "", " about ")
        return verb + either([self.theme(name) for name in scope.themes])

    def _people(self, scope: Scope) -> list[str]:
        parts = [f"from customers who {either([CHURN[name] for name in scope.churn])}"] if scope.churn else []
        parts += (
            [f"from customers who sound {either([EMOTIONS[name] for name in scope.emotions])}"]
            if scope.emotions
            else []
        )
        parts += [f"in which customers {_failed(scope)}"] if scope.empathy_gaps else []
        parts += (
            [f"in which customers {either([EFFORT[name] for name in scope.effort])}"] if scope.effort else []
        )
        parts += [f"that are {either([INTENTS[name] for name in scope.intents])}"] if scope.intents else []
        parts += [f"touching {either([FORCES[name] for name in scope.forces])}"] if scope.forces else []
        return parts

    def _frame(self, scope: Scope) -> list[str]:
        """Attributes: "by email", "with country FR"."""
        values = {name: either([self.value(one) for one in many]) for name, many in scope.attributes.items()}
        channel = [f"by {values.pop('channel')}"] if "channel" in values else []
        others = [f"{name.replace('_', ' ')} {value}" for name, value in values.items()]
        return channel + ([f"with {listed(others)}"] if others else [])

    def _left_out(self, scope: Scope) -> str:
        nouns = [self.theme(name) for name in scope.themes]
        nouns += [GAPS[name][1] for name in scope.empathy_gaps] + [INTENTS[name] for name in scope.intents]
        nouns += [f"{SENTIMENTS[name]} items" for name in scope.sentiment]
        nouns += [f"items {part}" for part in self._frame(scope)]
        nouns += [f"customers who {CHURN[name]}" for name in scope.churn]
        nouns += [f"customers who sound {EMOTIONS[name]}" for name in scope.emotions]
        nouns += [f"“{scope.text}”"] if scope.text else []
        return listed(nouns)


def split(term: str) -> tuple[str, str, str]:
    """`theme=delivery:-` -> ("theme", "delivery", "-"); attribute values keep their colons."""
    field, _, label = term.partition("=")
    if not field.startswith("attr.") and label[-2:] in (":-", ":+", ":0"):
        return field, label[:-2], label[-1]
    return field, label, ""


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def either(words: Sequence[str]) -> str:
    """`a, b or c`."""
    return listed(words, "or")


def number(value: int) -> str:
    """`18,788`."""
    return f"{value:,}"


def percent(share: float) -> str:
    """`37 %`; under 1 % one decimal, and never `0 %` or `100 %` for what is not none or all."""
    value = share * 100
    if 0 < value < 1:
        return f"{value:.1f} %" if value >= 0.1 else "under 0.1 %"
    if 99 < value < 100:
        return f"{min(value, 99.9):.1f} %"
    return f"{value:.0f} %"


def of(n: int, total: int) -> str:
    """`31 of 84`: the form in which a fact's receipt is found again in a sentence."""
    return f"{number(n)} of {number(total)}"


def interval(ci: tuple[float, float]) -> str:
    """`24 to 36 %`."""
    low, high = (
        f"{value * 100:.0f}" if abs(value) >= 0.01 or value == 0 else f"{value * 100:.1f}" for value in ci
    )
    return f"{low} to {high} %"


def points(difference: float, ci: tuple[float, float]) -> str:
    """`33 points more (19 to 46)`."""
    low, high = ci if difference >= 0 else (-ci[1], -ci[0])
    size = f"{abs(difference) * 100:.0f}"
    unit = "point" if size == "1" else "points"
    ends = [round(end * 100) for end in (low, high)]  # whole numbers have no "-0"
    return f"{size} {unit} {'more' if difference >= 0 else 'less'} ({ends[0]} to {ends[1]})"


def day(value: date) -> str:
    """`3 May 2026`."""
    return f"{value.day} {value:%B %Y}"


def period(value: Period) -> str:
    """`from 3 July 2026 to 9 September 2026`, or one half of it; whole months as `in August 2026`."""
    if value.first and value.last:
        if value.first == value.last:
            return f"on {day(value.first)}"
        return _whole_months(value.first, value.last) or f"from {day(value.first)} to {day(value.last)}"
    return (
        f"since {day(value.first)}"
        if value.first
        else f"until {day(value.last)}"
        if value.last
        else "at any time"
    )


def _whole_months(first: date, last: date) -> str | None:
    """`in August 2026`, `in 2026`, `from July to September 2026`; None when a month is not whole."""
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        return None
    if (first.year, first.month) == (last.year, last.month):
        return f"in {first:%B %Y}"
    if first.year == last.year:
        whole = (first.month, last.month) == (1, 12)
        return f"in {first.year}" if whole else f"from {first:%B} to {last:%B %Y}"
    return f"from {first:%B %Y} to {last:%B %Y}"


def times(ratio: float) -> str:
    """`2.9 times`."""
    return f"{ratio:.1f} times"


def upper(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def _failed(scope: Scope) -> str:
    """What customers with an empathy gap say."""
    if set(scope.empathy_gaps) == set(GAPS):
        return "say that they were failed as people"
    return either([GAPS[name][0] for name in scope.empathy_gaps])
