from assistant.curation.corrections import CorrectionIn
from assistant.curation.learning import examples
from assistant.wiring import Product
from index.records import Item
from nlp.targets import targets
from nlp.train import HEADS, slices
from tests.assistant.api.world import entries

PLACE = slices(HEADS)


def test_verdicts_become_examples_of_what_is_known(product: Product):
    """Labels that were confirmed or added are there, refuted ones are not, and nothing else is known."""
    for label, verdict, more in (
        ("returns_refunds", "wrong", {"instead": "billing_payment"}),
        ("price_value", "missing", {"polarity": "-"}),
    ):
        product.corrections.add("s0", CorrectionIn(field="themes", label=label, verdict=verdict, **more))
    product.corrections.add(
        "s0", CorrectionIn(field="sentiment", label="negative", verdict="wrong", instead="mixed")
    )

    [one] = examples(product.corrections.all(), product.index.store)

    assert one.text == product.index.store.get("s0").item.text
    assert one.labels == {"themes": {"billing_payment": None, "price_value": "-"}, "sentiment": "mixed"}
    known = targets(one, []).known
    assert known[PLACE["themes"]].sum() == 3
    assert known[PLACE["sentiment"]].all()
    assert not known[PLACE["emotions"]].any()


def test_one_refuted_gap_does_not_say_that_there_is_none(product: Product):
    """The head that asks for any gap learns nothing from it."""
    unheard = next(
        one.item.id for one in product.index.store.get_many(product.index.terms.view.get("gap=unheard") or [])
    )
    product.corrections.add(unheard, CorrectionIn(field="empathy_gaps", label="unheard", verdict="wrong"))

    [one] = examples(product.corrections.all(), product.index.store)

    assert targets(one, []).known[PLACE["any_gap"]].sum() == 0
    assert targets(one, []).known[PLACE["empathy_gaps"]].sum() == 1


def test_verdicts_on_another_text_teach_nothing(product: Product):
    """Only what was read was judged."""
    product.corrections.add("s0", CorrectionIn(field="themes", label="returns_refunds", verdict="right"))
    product.index.store.write(list(entries([Item(id="s0", text="Something else.")])))

    assert examples(product.corrections.all(), product.index.store) == []
