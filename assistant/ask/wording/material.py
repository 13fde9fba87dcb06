"""What a writer is given: the computed claims with slots in place of their numbers and names.

The same sentences are what the verifier measures the writer's sentences by.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.ask.answer import Claim, Fact
from assistant.ask.ledger import Ledger, population
from assistant.ask.plan import QueryPlan
from assistant.ask.wording.slots import NUMBERS, SLOT, filled, values
from assistant.ask.wording.vocabulary import FREE, is_negation
from assistant.ask.words import Names, of, split, upper
from assistant.scope import Scope

OFFERED = ("head", "list", "text")  # kinds of claims that may be reworded
KEY = ("head", "list")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_QUOTES = re.compile(r'["“”„«»‹›`]')
_ENDS = re.compile(r"(?<=[.!?])\s+")
_DIGITS = re.compile(r"(?:(?<!\w)-)?\d+(?:[.,]\d+)*(?: %)?")
_PRIVATE = 0xE000
_RESERVED = re.compile("[{}\ue000-\uf8ff]")
_IS_PRIVATE = re.compile("[\ue000-\uf8ff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One computed sentence with slots. A fixed one is not to be reworded."""

    text: str
    is_fixed: bool

    @property
    def facts(self) -> tuple[str, ...]:
        """Facts whose numbers it states, in order."""
        return tuple(dict.fromkeys(found[1] for found in SLOT.finditer(self.text) if found[2] in NUMBERS))


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One computed claim that may be reworded, and where it stands in the ledger."""

    block: int
    place: int
    kind: str
    claim: Claim
    sentences: tuple[Sentence, ...]

    @property
    def label(self) -> str | None:
        """The slot with which a claim of a list begins."""
        first = SLOT.match(self.sentences[0].text)
        return first[0] if self.kind == "list" and first and first[2] not in NUMBERS else None


@dataclass(frozen=True, kw_only=True)
class Material:
    """Everything of one answer that a writer may see, and all that its slots stand for."""

    sources: tuple[Source, ...]
    facts: Mapping[str, Fact]
    rests: Mapping[str, str]  # fact with a difference -> the fact that it was measured against
    slots: Mapping[str, str]
    quotes: Mapping[str, str]
    caveats: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON for the prompt. Quotes and names are data, whatever they say."""
        return {
            "claims": [_plain(source) for source in self.sources],
            "facts": {name: self._described(name) for name in self._cited()},
            "phrases": {name: text for name, text in self.slots.items() if name.startswith("P")},
            "quotes": dict(self.quotes),
            "caveats": list(self.caveats),
            "words": sorted(FREE),
        }

    def key_facts(self) -> frozenset[str]:
        """Facts of the headline and of the lists, as far as they may be reworded."""
        return frozenset(fact for source in self.sources if source.kind in KEY for fact in source.claim.facts)

    def _cited(self) -> list[str]:
        return list(dict.fromkeys(fact for source in self.sources for fact in source.claim.facts))

    def _described(self, name: str) -> dict[str, str]:
        parts = {
            slot.partition(".")[2]: text for slot, text in self.slots.items() if slot.startswith(f"{name}.")
        }
        return {"kind": self.facts[name].kind, **parts}


@dataclass
class _Phrases:
    """Phrases that stand in the computed sentences as a whole, numbered as they are met."""

    names: dict[str, str] = field(default_factory=dict)

    def slot(self, phrase: str) -> str:
        return self.names.setdefault(phrase, f"P{len(self.names) + 1}")


def gather(plan: QueryPlan, ledger: Ledger) -> Material:
    """Take the computed claims apart into sentences with slots."""
    facts = {fact.id: fact for fact in ledger.facts}
    rests = dict(_pairs(ledger.claims, facts))
    slots = {f"{name}.{part}": text for name, fact in facts.items()
             for part, text in values(fact, facts.get(rests.get(name, ""))).items()}  # fmt: skip
    slots |= {quote.id: f"[{quote.id}]" for quote in ledger.citations}
    phrases, found = _Phrases(), []
    known = sorted(_phrases(plan, ledger), key=lambda phrase: (-len(phrase), phrase))
    for at, block in enumerate(ledger.blocks):
        for place, claim in enumerate(block.claims):
            if block.kind not in OFFERED or not claim.facts or _RESERVED.search(claim.text):
                continue
            labels = _labels(claim, facts, ledger.view.names, slots)
            text = _slotted(claim, facts, slots, labels, known, phrases)
            slots |= {slot: phrase for phrase, slot in labels.items()}
            source = Source(block=at, place=place, kind=block.kind, claim=claim, sentences=_sentences(text))
            if any(one.facts and not one.is_fixed for one in source.sentences):
                found.append(source)
    slots |= {slot: phrase for phrase, slot in phrases.names.items()}
    cited = {name for source in found for name in source.claim.citations}
    return Material(
        sources=tuple(found), facts=facts, rests=rests, slots=slots, caveats=tuple(ledger.caveats),
        quotes={quote.id: quote.text for quote in ledger.citations if quote.id in cited},
    )  # fmt: skip


def _pairs(claims: Iterable[Claim], facts: Mapping[str, Fact]) -> Iterator[tuple[str, str]]:
    """Facts whose value is a difference, with the fact that it was measured against."""
    for claim in claims:
        for one, other in zip(claim.facts, claim.facts[1:], strict=False):
            if facts[other].kind == "rest" or facts[one].kind == "difference":
                yield one, other


def _phrases(plan: QueryPlan, ledger: Ledger) -> set[str]:
    """Names of scopes, outcomes and labels as the analyses write them."""
    names, scope = ledger.view.names, plan.scope
    bare = scope.model_copy(update={"attributes": {}, "period": None})
    scopes = [scope, bare, scope.model_copy(update={"period": None}), population(scope)]
    scopes += [scope.merged(plan.versus)] if plan.versus else []
    found = {names.scope(one) for one in scopes if one != Scope()}
    found |= {names.outcome(plan.outcome)} if plan.outcome else set()
    for fact in ledger.facts:
        if "=" in fact.label:
            found |= set(_nouns(fact, names))
        elif plan.intent == "compare":
            found.add(fact.label)
    return {phrase for phrase in found if WORD.search(phrase)} - {"items"}


def _nouns(fact: Fact, names: Names) -> list[str]:
    """How a label is called: `complaints about delivery`, `delivery`."""
    group, label, _ = split(fact.label)
    return [names.noun(fact.label), *([names.theme(label)] if group in ("theme", "sub", "why") else [])]


def _labels(
    claim: Claim, facts: Mapping[str, Fact], names: Names, slots: Mapping[str, str]
) -> dict[str, str]:
    """Names of the claim's own facts -> their slot, where the claim uses the name."""
    found: dict[str, str] = {}
    text = claim.text.casefold()
    for fact in (facts[name] for name in claim.facts):
        nouns = _nouns(fact, names) if "=" in fact.label else [fact.label]
        used, slot = next((noun for noun in nouns if noun.casefold() in text), None), f"{fact.id}.label"
        if used and slots.get(slot, used) == used:
            found.setdefault(used, slot)
    return found


def _slotted(
    claim: Claim, facts: Mapping[str, Fact], slots: Mapping[str, str], labels: Mapping[str, str],
    known: Iterable[str], phrases: _Phrases,
) -> str:  # fmt: skip
    """The claim's text with a slot for every phrase, number and leftover digit."""
    marked = _Marked(claim.text.replace("**", ""))
    for phrase in sorted({*known, *labels}, key=lambda one: (-len(one), one)):
        if phrase.casefold() in claim.text.casefold():
            marked.put(_standing(phrase), labels.get(phrase) or phrases.slot(phrase))
    for name in claim.facts:
        for part, pattern in _numbers(facts[name], slots, marked.text):
            marked.put(pattern, f"{name}.{part}", count=1)
    while left := _DIGITS.search(marked.text):
        marked.put(_DIGITS.pattern, phrases.slot(left[0]), count=1)
    return marked.plain()


class _Marked:
    """A text in which slots are single private characters, so that no slot is cut or found twice."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._slots: list[str] = []

    def put(self, pattern: str, slot: str, *, count: int = 0) -> None:
        self._slots.append(slot)
        self.text = re.sub(pattern, chr(_PRIVATE + len(self._slots) - 1), self.text, count=count)

    def plain(self) -> str:
        return _IS_PRIVATE.sub(lambda found: f"{{{self._slots[ord(found[0]) - _PRIVATE]}}}", self.text)


def _standing(phrase: str) -> str:
    """The phrase as a whole; with a capital only at the start of a sentence."""
    return rf"(?<!\w){re.escape(phrase)}(?!\w)|(?:^|(?<=[.] )){re.escape(upper(phrase))}(?!\w)"


def _numbers(fact: Fact, slots: Mapping[str, str], text: str) -> Iterator[tuple[str, str]]:
    """Patterns under which the numbers of a fact stand in a computed sentence, the longest first."""
    for part in ("points", "interval", "count", "share"):
        if value := slots.get(f"{fact.id}.{part}"):
            yield part, rf"(?<![\d.,]){re.escape(value)}(?!\d)"
    if of(fact.n, fact.of) not in text:
        bare = re.escape(slots[f"{fact.id}.n"])
        # A capital after it is a month: a day is no count.
        yield "n", rf"(?<![\d.,-])(?<! to ){bare}(?!\d|[.,]\d| %| of \d| points| to \d| [A-Z])"


def _sentences(text: str) -> tuple[Sentence, ...]:
    parts = _ENDS.split(text.strip())
    return tuple(Sentence(text=part, is_fixed=_is_fixed(SLOT.sub(" ", part))) for part in parts)


def _is_fixed(words: str) -> bool:
    """Denies something, quotes something, or leads over to what follows."""
    if _QUOTES.search(words) or not words.endswith("."):
        return True
    return any(is_negation(word.casefold()) for word in WORD.findall(words))


def _plain(source: Source) -> dict[str, Any]:
    text = " ".join(one.text for one in source.sentences if not one.is_fixed)
    return {
        "kind": source.kind, "text": text, "facts": source.claim.facts, "citations": source.claim.citations
    }  # fmt: skip


def rendered(text: str, material: Material) -> str:
    """A sentence with its slots filled and a capital at its start."""
    return upper(filled(text, material.slots))
