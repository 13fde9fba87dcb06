"""Does the verifier hold: drafts that are wrong in one way each, made of the claims of real answers, and true ones."""

import datetime as dt
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from assistant.ask.asker import ANALYSES, Snapshot
from assistant.ask.ledger import Ledger, counted
from assistant.ask.talks import WITHOUT_SCOPE
from assistant.ask.verify import Verdict, verify
from assistant.ask.wording.draft import DraftClaim
from assistant.ask.wording.material import Material, Source, gather
from assistant.ask.wording.slots import SLOT
from assistant.measuring.corruptions import CORRUPTIONS, copied, reworded
from assistant.measuring.rates import Progress, Rate

Check = Callable[[DraftClaim, Material], Verdict]
MOST = 8  # drafts of one kind that are made of one claim
CERTAIN = frozenset({"wrong digit", "swapped fact", "swapped quote id", "invented quote"})


def adversary(
    snapshot: Snapshot,
    questions: Iterable[str],
    *,
    today: dt.date,
    seed: int,
    progress: Progress,
    check: Check = verify,
) -> list[Rate]:
    """Per kind of error, how many corrupted drafts the verifier catches; and how many true drafts pass.

    Args:
        snapshot: the data, and the parser that knows its words.
        questions: whose answers the drafts are made of.
        today: what "last month" is measured from.
        seed: chooses among the drafts where one claim gives many.
        progress: told how far it is.
        check: the verifier.
    """
    asked, chance = list(questions), random.Random(seed)  # noqa: S311 (nothing is kept secret by it)
    caught = dict.fromkeys(CORRUPTIONS, 0)
    made = dict.fromkeys(CORRUPTIONS, 0)
    passed = clean = 0
    for at, material in enumerate(_materials(snapshot, asked, today)):
        progress("corrupting drafts", at, len(asked))
        for source in material.sources:
            for kind in CORRUPTIONS:
                drafts = corrupted(kind, source, material)
                drafts = chance.sample(drafts, min(MOST, len(drafts)))
                made[kind] += len(drafts)
                caught[kind] += sum(is_caught(draft, source, material, check) for draft in drafts)
            true = _distinct(reworded(source, material))
            clean += len(true)
            passed += sum(not check(draft, material).reasons for draft in true)
    rates = [
        Rate(name=f"drafts caught, {kind}", n=caught[kind], of=made[kind], target="100 %" if kind in CERTAIN else "95 %")
        for kind in CORRUPTIONS
    ]  # fmt: skip
    return [*rates, Rate(name="true drafts that pass", n=passed, of=clean, target="")]


def corrupted(kind: str, source: Source, material: Material) -> list[DraftClaim]:
    """The drafts of one kind that say something else than the claim does."""
    true = copied(source)
    return [
        draft for draft in _distinct(CORRUPTIONS[kind](source, material))
        if _read(draft.text, material) != _read(true.text, material) or draft.citations != true.citations
    ]  # fmt: skip


def is_caught(draft: DraftClaim, source: Source, material: Material, check: Check = verify) -> bool:
    """Whether nothing of a draft would be shown that a copy of the claim does not show, and no other quote stands by it."""
    verdict = check(draft, material)
    if verdict.reasons:
        return True
    true = check(copied(source), material).sentences
    is_own = set(draft.citations) <= set(source.claim.citations)
    return is_own and _shown(verdict.sentences, material) <= _shown(true, material)


def _shown(sentences: Mapping[int, str], material: Material) -> set[str]:
    return {_read(text, material) for text in sentences.values()}


def _read(text: str, material: Material) -> str:
    """What a draft would say; slots that do not exist stay as they are."""
    return SLOT.sub(lambda slot: material.slots.get(slot[0][1:-1], slot[0]), text)


def _distinct(drafts: Iterable[DraftClaim]) -> list[DraftClaim]:
    return list({draft.model_dump_json(): draft for draft in drafts}.values())


def _materials(snapshot: Snapshot, questions: Sequence[str], today: dt.date) -> Iterator[Material]:
    """What a writer would be given for each question that has an answer."""
    for question in questions:
        plan = snapshot.parser.read(question, today).plan
        if plan.intent in WITHOUT_SCOPE or not snapshot.view.items(counted(plan.scope)):
            continue
        ledger = Ledger(snapshot.view)
        ANALYSES[plan.intent](snapshot.view, plan, ledger)
        yield gather(plan, ledger)
