"""Checks what a writer made of the computed claims. A claim gets through only when nothing in it is in doubt.

Each sentence of a claim must be one computed sentence in other words: the same names and words of content in the same
order, each number with its owner (rules 1, 3, 5, 7). Words of its own come from a closed list (rules 2, 6, 8, 9, 11),
and those of them that say how much, which way or how it ranks must agree with the facts (rules 3, 4).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from assistant.ask.wording import agreement
from assistant.ask.wording.anchors import Kind, Token, anchors, is_scattered, misplaced, strays, tokens
from assistant.ask.wording.draft import DraftClaim
from assistant.ask.wording.material import Material, Sentence, Source
from assistant.ask.wording.slots import NUMBERS, SLOT, completed, counted
from assistant.ask.wording.vocabulary import CAUSAL, FREE, NUMBER_WORDS, is_negation

LONGEST = 2000  # characters of one claim
_MARKUP = re.compile(r"<[^<>]*>|!?\[[^\[\]]*\]\([^()]*\)|(?<!\w)[*_#]+|[*_#]+(?!\w)|`")
_UP = re.compile(r"\b(come|comes|came|show|shows|crop|crops) up\b")
APPEARS = {"come": "appear", "comes": "appears", "came": "appeared", "show": "appear", "shows": "appears",
           "crop": "appear", "crops": "appears"}  # fmt: skip
_ENDS = re.compile(r"(?<=[.])\s+")
_LEADS_TO = re.compile(r"\b(?:leads?|leading) to\b")
# A sign or a letter right beside a slot would change the number: -{F1.share}, {F1.n}.{F2.n}.
_GLUED = re.compile(r"(?<=[^\s(])\{|\}(?=[^\s,.;:)])")
_MARKS = frozenset(",.;:()-–—")
_QUOTES = frozenset("\"“”„«»‹›'‘’")


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What became of one draft claim: its source, the sentences that stand for computed ones, or the reasons."""

    source: int | None = None
    sentences: Mapping[int, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def verify(claim: DraftClaim, material: Material) -> Verdict:
    """Check one claim of a draft. Without reasons, its sentences may be shown in place of the computed ones."""
    at = _source(claim, material)
    if at is None:
        return Verdict(
            reasons=("its kind and facts are not those of one computed claim; reword one claim at a time",)
        )
    source = material.sources[at]
    text = _named(plain(claim.text), source, material)
    if wrong := [*_foreign(claim, source), *_forms(text, claim, source, material)]:
        return Verdict(source=at, reasons=tuple(wrong))
    text = counted(text)
    if wrong := [*_starts(text, source), *_lone_totals(text)]:
        return Verdict(source=at, reasons=tuple(wrong))
    found, wrong = _matched(_whole_counts(text, material), source, material)
    if wrong or not found:
        return Verdict(source=at, reasons=tuple(wrong) or ("it says nothing",))
    return Verdict(
        source=at,
        sentences={place: completed(one, source.sentences[place].text) for place, one in found.items()},
    )


def plain(text: str) -> str:
    """The text without HTML, links, images and emphasis, in one line."""
    text = unicodedata.normalize("NFKC", text[:LONGEST])
    text = _MARKUP.sub(lambda found: " " if found[0][0] in "<![" else "", text)
    # "Up" alone would say that something rises.
    words = " ".join(_UP.sub(lambda found: APPEARS[found[1]], text).split())
    return re.sub(r" (?=[,.;:)])", "", words)


def _source(claim: DraftClaim, material: Material) -> int | None:
    """The computed claim that is reworded: of the same kind, with all the facts that the draft names."""
    fits = [
        at for at, source in enumerate(material.sources)
        if source.kind == claim.kind and claim.facts and set(claim.facts) <= set(source.claim.facts)
    ]  # fmt: skip
    return fits[0] if len(fits) == 1 else None


def _foreign(claim: DraftClaim, source: Source) -> Iterator[str]:
    """Rules 1 and 7: quotes are those that were chosen for this claim."""
    for name in set(claim.citations) - set(source.claim.citations):
        yield f"{name!r:.20} is no quote of this claim"


def _forms(text: str, claim: DraftClaim, source: Source, material: Material) -> Iterator[str]:
    """Slots that exist, and nothing but words and plain marks beside them."""
    if len(claim.text) > LONGEST:
        yield f"it is longer than {LONGEST} characters"
        return
    for found in re.finditer(r"\{[^{}]*\}?|\}", text):
        if found[0][1:-1] not in material.slots or not SLOT.fullmatch(found[0]):
            yield f"{found[0]:.20} is no slot of this answer"
            return
    if _GLUED.search(text):
        yield "a slot stands alone: a space or bracket before it, a space or mark after it"
    used = {found[1] for found in SLOT.finditer(text)}
    for name in sorted(used - set(claim.facts) - set(source.claim.citations)):
        if not name.startswith("P"):
            yield f"{name} is not among the facts and quotes of this claim"
    yield from _signs(SLOT.sub("x", text))
    yield from _words(SLOT.sub(" ", text), source)


def _signs(text: str) -> Iterator[str]:
    """Rules 2, 8 and 11: no digits, no quotation marks, no markup."""
    inside = re.sub(r"(?<=[^\W\d_])['’](?=[^\W\d_])", "", text)
    for sign in sorted({sign for sign in inside if not sign.isalpha() and not sign.isspace()} - _MARKS):
        if sign.isdigit() or sign.isnumeric():
            yield f"it types the digit {sign}; write a slot"
        elif sign in _QUOTES:
            yield "it types a quotation mark; quotes are set by code"
        else:
            yield f"it holds {sign!r}; write plain words"
    if not re.fullmatch(r"[^()]*(?:\([^()]*\)[^()]*)*", text) or re.search(r"[,;:(]\s*[.)]", text):
        yield "its marks do not match; close brackets and end with a full stop"


def _words(text: str, source: Source) -> Iterator[str]:
    """Rules 2, 5, 6 and 9: words from the closed list, or from the claim itself."""
    own = {one.value for sentence in source.sentences for one in tokens(SLOT.sub(" ", sentence.text), {})}
    said = [one.value for one in tokens(text, {}) if one.kind == "word"]
    if _LEADS_TO.search(text.casefold()):
        yield "“lead to” claims a cause; what goes together need not be cause and effect"
    for word in dict.fromkeys(said):
        if word in own or word in FREE:
            continue
        if word in CAUSAL:
            yield f"“{word}” claims a cause; what goes together need not be cause and effect"
        elif is_negation(word):
            yield f"“{word}” denies something that no fact denies"
        elif word in NUMBER_WORDS:
            yield f"“{word}” is a number; write a slot"
        else:
            yield f"“{word:.30}” is in neither the claim nor the list of words"


def _named(text: str, source: Source, material: Material) -> str:
    """Names that were written out become the slots that they stand for; digits are not to be written out."""
    slots = {found[0][1:-1] for sentence in source.sentences for found in SLOT.finditer(sentence.text)
             if found[2] not in NUMBERS}  # fmt: skip
    own = {slot for slot in slots if not any(sign.isdigit() for sign in material.slots[slot])}
    for slot in sorted(own, key=lambda one: (-len(material.slots[one]), one)):
        name = re.escape(material.slots[slot])
        # Odd parts are slots, in which nothing is looked for.
        parts = re.split(r"(\{[^{}]*\})", text)
        parts[::2] = [
            re.sub(rf"(?<!\w){name}(?!\w)", f"{{{slot}}}", part, flags=re.IGNORECASE) for part in parts[::2]
        ]
        text = "".join(parts)
    return text


def _starts(text: str, source: Source) -> Iterator[str]:
    if source.label and not text.startswith(source.label):
        yield f"a claim of the list begins with {source.label}"


def _lone_totals(text: str) -> Iterator[str]:
    """What a share is a share of, without the share, would state a count that is not one."""
    for found in SLOT.finditer(text):
        if found[2] == "of":
            name = found[1]
            yield f"{{{name}.of}} stands alone; write {{{name}.n}} of {{{name}.of}}"
        if found[2] == "times" and not re.match(
            r" as (?:often|frequently|frequent|common|commonly)\b", text[found.end() :]
        ):
            yield f"after {found[0]} write: as often"


def _whole_counts(text: str, material: Material) -> str:
    """A bare count gets its total, except where it counts everything."""

    def whole(found: re.Match[str]) -> str:
        fact = material.facts.get(found[1])
        return f"{{{found[1]}.count}}" if found[2] == "n" and fact and fact.n != fact.of else found[0]

    return SLOT.sub(whole, text)


def _matched(text: str, source: Source, material: Material) -> tuple[dict[int, str], list[str]]:
    """Each sentence with the computed one that it stands for, and what is wrong with the others."""
    found: dict[int, str] = {}
    wrong: list[str] = []
    for said in filter(None, _ENDS.split(text)):
        parts = tokens(said, material.slots)
        places = [at for at, one in enumerate(source.sentences) if at not in found]
        place = next((at for at in places if _is_about(parts, source.sentences[at], material)), None)
        if place is None:
            wrong.append(_expected(parts, [source.sentences[at] for at in places]))
            continue
        computed = tokens(counted(source.sentences[place].text), material.slots)
        # A sentence that was left as it is needs no check.
        wrong += [] if _same(parts, computed) else agreement.disagreements(parts, computed, material)
        found[place] = said if said.endswith(".") else f"{said}."
    return found, wrong


def _is_about(parts: list[Token], sentence: Sentence, material: Material) -> bool:
    """Whether both say the same of the same, as far as names, numbers and words of content go."""
    computed = tokens(counted(sentence.text), material.slots)
    if sentence.is_fixed:
        return _same(parts, computed)
    return (
        _owners(parts, "number") == _owners(computed, "number")
        and _owners(parts, "effect") <= set(sentence.facts)
        and not is_scattered(parts)
        and not strays(parts, computed)
        and not misplaced(parts)
        and anchors(parts) == anchors(computed)
    )


def _owners(parts: Iterable[Token], kind: Kind) -> set[str]:
    return {one.value for one in parts if one.kind == kind}


def _same(one: Iterable[Token], other: Iterable[Token]) -> bool:
    return [(part.kind, part.value) for part in one] == [(part.kind, part.value) for part in other]


def _expected(parts: list[Token], left: list[Sentence]) -> str:
    """The reason, with the sentence that was probably meant."""
    facts = {one.value for one in parts if one.kind == "number"}
    best = max(left, key=lambda one: len(facts & set(one.facts)), default=None)
    if best is None:
        return "one of its sentences stands for no computed sentence"
    return f"a sentence does not keep names, numbers and words of content in their order; stay closer to: {best.text}"
