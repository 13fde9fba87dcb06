import datetime as dt

import pytest
from pydantic import ValidationError

from assistant.curation.corrections import Correction, CorrectionIn, _shifts
from assistant.errors import InputError, NotFoundError
from assistant.insight.statistics import wilson
from assistant.intake import FeedbackIn
from assistant.wiring import Product
from index.records import Entry, Item
from nlp.taxonomy import Theme
from tests.assistant.api.world import entries


def say(product: Product, item: str, field: str, label: str, verdict: str, **more: str):
    return product.corrections.add(item, CorrectionIn(field=field, label=label, verdict=verdict, **more))


def labels(product: Product, item: str, field: str = "themes") -> set[str]:
    return {tag["label"] for tag in product.index.store.get(item).tags[field]}


def counted(product: Product, term: str) -> int:
    product.index.refresh()
    return len(product.index.terms.view.get(term))


def test_a_wrong_theme_goes_and_is_no_longer_counted(product: Product):
    """Tags and counts follow at once."""
    before = counted(product, "theme=returns_refunds")

    said = say(product, "s0", "themes", "returns_refunds", "wrong", by="anna")

    assert "returns_refunds" not in labels(product, "s0")
    assert counted(product, "theme=returns_refunds") == before - 1
    assert (said.by, said.score) == ("anna", 0.9)


def test_another_label_takes_the_place_of_a_wrong_one(product: Product):
    """The place in the text stays, the sub-theme of the old theme does not."""
    old = product.index.store.get("s0").tags["themes"][0]

    say(product, "s0", "themes", "returns_refunds", "wrong", instead="billing_payment")

    [new] = [tag for tag in product.index.store.get("s0").tags["themes"] if tag["label"] == "billing_payment"]
    assert new == {**old, "label": "billing_payment", "score": 1.0, "sub": None}


def test_a_missing_label_is_added_and_a_single_one_replaced(product: Product):
    """Lists grow, a field with one label changes it."""
    say(product, "s0", "themes", "price_value", "missing", polarity="-")
    say(product, "s0", "sentiment", "negative", "wrong", instead="mixed")

    assert "price_value" in labels(product, "s0")
    assert counted(product, "theme=price_value:-") == 1
    assert product.index.store.get("s0").tags["sentiment"] == {"label": "mixed", "score": 1.0}


def test_a_verdict_taken_back_brings_the_tags_back(product: Product):
    """Undo tags the item anew and keeps the other verdicts."""
    before = product.index.store.get("s0").tags
    wrong = say(product, "s0", "themes", "returns_refunds", "wrong")
    say(product, "s0", "sentiment", "negative", "wrong", instead="mixed")

    product.corrections.remove("s0", wrong.id)

    after = product.index.store.get("s0").tags
    assert after["themes"] == before["themes"]
    assert after["sentiment"]["label"] == "mixed"


def test_another_verdict_on_a_label_replaces_the_first(product: Product):
    """Nothing of the first is left: the tags are those of the model with the verdict that stands."""
    before = product.index.store.get("s0").tags["themes"]
    say(product, "s0", "themes", "returns_refunds", "wrong", instead="billing_payment")

    again = say(product, "s0", "themes", "returns_refunds", "wrong", instead="policy_fairness")
    assert labels(product, "s0") == {"policy_fairness"} | {tag["label"] for tag in before} - {
        "returns_refunds"
    }
    assert again.score == 0.9

    say(product, "s0", "themes", "returns_refunds", "right")
    [confirmed] = [t for t in product.index.store.get("s0").tags["themes"] if t["label"] == "returns_refunds"]
    assert confirmed == {**before[0], "score": 1.0}


def test_verdicts_survive_re_tagging_but_not_another_text(product: Product):
    """They belong to what was read."""
    say(product, "s0", "themes", "returns_refunds", "wrong")
    product.taxonomies.add(Theme(id="lamps", name="lamp", sentence="Lamps and lights."))
    product.retagger.run(product.retagger.start().id)
    assert "returns_refunds" not in labels(product, "s0")

    product.index.store.write(list(entries([Item(id="s0", text="Still no refund.")])))

    assert "returns_refunds" in labels(product, "s0")


def test_precision_is_what_people_confirmed(product: Product):
    """Right of reviewed with Wilson's interval; what was missing stands beside it."""
    for item in ("s0", "s1", "s2"):
        say(product, item, "themes", "returns_refunds", "right")
    say(product, "s3", "themes", "returns_refunds", "wrong")
    say(product, "s4", "themes", "delivery", "missing", polarity="-")

    refunds, delivery = product.corrections.summary()

    assert (refunds.label, refunds.reviewed, refunds.right, refunds.precision) == (
        "returns_refunds",
        4,
        3,
        0.75,
    )
    assert refunds.ci == wilson(3, 4)
    assert (delivery.reviewed, delivery.precision, delivery.missing) == (0, None, 1)


def test_enough_verdicts_move_the_label_for_new_items(product: Product):
    """Four are too few; eight times "wrong" pulls its log-odds down, confirmations lift them."""
    for at in range(4):
        say(product, f"s{at}", "themes", "returns_refunds", "wrong")
    assert product.corrections.shifts() == {}
    for at in range(4, 8):
        say(product, f"s{at}", "themes", "returns_refunds", "wrong")
    for at in range(110, 118):
        say(product, f"s{at}", "themes", "delivery", "right")

    shifts = product.corrections.shifts()

    assert shifts["themes", "returns_refunds"] < -1
    assert shifts["themes", "delivery"] > 0
    assert product.tagger.shifts == shifts


def test_what_makes_no_sense_is_refused(product: Product):
    """The message says what to do."""
    with pytest.raises(NotFoundError, match="no item 'nobody'"):
        say(product, "nobody", "themes", "delivery", "right")
    with pytest.raises(InputError, match="use the verdict `missing`"):
        say(product, "s0", "themes", "delivery", "wrong")
    with pytest.raises(InputError, match="confirm it with the verdict `right`"):
        say(product, "s0", "themes", "returns_refunds", "missing", polarity="-")
    with pytest.raises(ValidationError, match="sentiment has no label 'sad'"):
        say(product, "s0", "sentiment", "negative", "wrong", instead="sad")
    with pytest.raises(ValidationError, match="needs a `polarity`"):
        say(product, "s0", "themes", "delivery", "missing")
    with pytest.raises(NotFoundError, match="no correction"):
        product.corrections.remove("s0", "none")


def test_verdicts_hold_when_only_attributes_change(product: Product):
    """The words are the same, so what people said of them stands, also when a file brings the item again."""
    say(product, "s0", "themes", "returns_refunds", "wrong")
    stored = product.index.store.get("s0").item

    product.intake.add(
        [FeedbackIn(id="s0", text=stored.text, title=stored.title, attributes={"plan": "gold"})]
    )

    assert product.index.store.get("s0").item.attributes["plan"] == "gold"
    assert "returns_refunds" not in labels(product, "s0")


def test_a_verdict_given_while_an_item_is_tagged_again_is_not_lost(product: Product, monkeypatch):
    """What was tagged before the verdict is not written over it; the next pass lays the verdict over."""
    product.taxonomies.add(Theme(id="lamps", name="lamp", sentence="Lamps and lights."))
    revised, is_first = product.corrections.revised, iter([True])

    def meanwhile(new: list[Entry]) -> list[Entry]:
        found = revised(new)
        if next(is_first, False):
            say(product, "s0", "themes", "returns_refunds", "wrong")
        return found

    monkeypatch.setattr(product.retagger, "_revise", meanwhile)
    product.retagger.run(product.retagger.start().id)

    assert "returns_refunds" not in labels(product, "s0")
    assert product.retagger.waiting() == 0
    report = product.index.jobs.list("retag", "finished")[0]
    assert report.updated == 163


def test_a_theme_that_was_removed_does_not_live_on_in_verdicts(product: Product):
    """Its label goes with it."""
    product.taxonomies.add(Theme(id="lamps", name="lamp", sentence="Lamps and lights."))
    product.retagger.run(product.retagger.start().id)
    say(product, "s0", "themes", "returns_refunds", "wrong", instead="lamps")
    assert "lamps" in labels(product, "s0")

    product.taxonomies.remove("lamps")
    product.retagger.run(product.retagger.start().id)

    assert labels(product, "s0") & {"lamps", "returns_refunds"} == {"returns_refunds"}


def test_verdicts_go_with_the_item(product: Product):
    """Nothing is kept of what was deleted."""
    say(product, "s0", "themes", "returns_refunds", "wrong")
    product.corrections.forget(["s0"])
    assert product.corrections.all() == []


def test_shifts_are_fitted_to_what_the_model_said_without_them(product: Product):
    """The same verdicts on scores that a shift had raised ask for the same correction."""
    plain = _shifts([_verdict(at, score=0.5, shift=0.0) for at in range(8)])
    raised = _shifts([_verdict(at, score=0.7310586, shift=1.0) for at in range(8)])
    assert plain == raised
    assert -1.5 < plain["themes", "delivery"] < 0


def _verdict(at: int, *, score: float, shift: float) -> Correction:
    return Correction(
        field="themes", label="delivery", verdict="wrong", id=str(at), item=f"i{at}",
        at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), score=score, shift=shift, hash="",
    )  # fmt: skip
