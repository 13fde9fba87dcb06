"""What measures the verifier: it makes wrong drafts of true claims, and notices a verifier that lets them through."""

import datetime as dt
from collections.abc import Iterator

import pytest

from assistant.ask.ledger import Ledger
from assistant.ask.plan import QueryPlan
from assistant.ask.verify import Verdict, verify
from assistant.ask.wording.draft import DraftClaim
from assistant.ask.wording.material import Material, gather
from assistant.measuring.adversary import CERTAIN, adversary, corrupted, is_caught
from assistant.measuring.corruptions import CORRUPTIONS, copied
from assistant.measuring.questions import QUESTIONS
from assistant.scope import Scope
from assistant.wiring import Product
from tests.assistant.api.homes import Homes

pytestmark = pytest.mark.faults

TODAY = dt.date(2026, 9, 30)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product with invented feedback."""
    opened = Homes(tmp_path_factory.mktemp("homes")).product(tmp_path_factory.mktemp("home"))
    opened.index.refresh()
    yield opened
    opened.close()


def quiet(_what: str, _done: int, _of: int) -> None:
    """Progress that nobody watches."""


def test_the_verifier_holds(product: Product) -> None:
    """All wrong numbers, ids and quotes are caught, nearly all of the rest, and true drafts pass."""
    rates = adversary(product.snapshot(), QUESTIONS, today=TODAY, seed=1, progress=quiet)
    found = {rate.name.removeprefix("drafts caught, "): rate for rate in rates}
    assert set(found) == {*CORRUPTIONS, "true drafts that pass"}
    assert all(rate.of >= 20 for rate in rates)
    assert {kind for kind in CERTAIN if found[kind].n < found[kind].of} == set()
    assert {kind for kind in CORRUPTIONS if found[kind].value < 0.95} == set()
    assert found["true drafts that pass"].value > 0.9


def test_a_verifier_that_believes_everything_is_found_out(product: Product) -> None:
    """Nothing is caught, and all that is true passes."""

    def gullible(claim: DraftClaim, _material: Material) -> Verdict:
        return Verdict(source=0, sentences={0: claim.text})

    rates = adversary(product.snapshot(), QUESTIONS[:4], today=TODAY, seed=1, progress=quiet, check=gullible)
    found = {rate.name: rate.value for rate in rates}
    assert found.pop("true drafts that pass") == 1
    assert set(found.values()) == {0}


def test_a_corrupted_draft_says_something_else(product: Product) -> None:
    """Each kind has the draft that one would expect of it, and none is the claim itself."""
    view = product.snapshot().view
    ledger = Ledger(view)
    one = ledger.fact("share", "all", Scope(sentiment=["negative"]), len(view.terms.all))
    ledger.say(
        "head", f"There are more complaints: {one.n} of {one.of}. Praise is not among them.", facts=[one]
    )
    found = gather(QueryPlan(intent="count"), ledger)
    source = found.sources[0]
    texts = {kind: [draft.text for draft in corrupted(kind, source, found)] for kind in CORRUPTIONS}
    assert copied(source).text not in {
        text for kind, made in texts.items() for text in made if kind != "swapped quote id"
    }
    assert any(text.startswith("There are fewer complaints") for text in texts["flipped direction"])
    assert any("Praise is among them" in text for text in texts["turned negation"])
    assert any(str((int(str(one.n)[0]) + 3) % 10) in text for text in texts["wrong digit"])
    assert any("evil.example" in text for text in texts["injected instruction"])


def test_what_is_only_stripped_is_harmless(product: Product) -> None:
    """A link of which nothing is shown counts as caught; a word more does not."""
    view = product.snapshot().view
    ledger = Ledger(view)
    one = ledger.fact("share", "all", Scope(sentiment=["negative"]), len(view.terms.all))
    ledger.say("head", f"Complaints stand at {one.n} of {one.of}.", facts=[one])
    found = gather(QueryPlan(intent="count"), ledger)
    source = found.sources[0]
    linked = copied(source, f"{copied(source).text} ![x](http://evil.example/x.png)")
    assert not verify(linked, found).reasons
    assert is_caught(linked, source, found)
    assert not is_caught(copied(source, copied(source).text.replace("stand", "also stand")), source, found)
