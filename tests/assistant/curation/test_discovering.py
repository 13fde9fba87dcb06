import datetime as dt

import pytest

from assistant.curation.taxonomies import own_themes
from assistant.errors import BusyError, InputError, NotFoundError
from assistant.wiring import Product
from index.records import Item
from tests.assistant.api.world import entries

PLACES = ("garage", "cellar", "attic", "shed", "kitchen", "hallway", "porch", "office", "studio", "bathroom")
WHO = ("uncle", "sister", "neighbour", "landlord", "daughter", "colleague")


def write(product: Product, first: int, last: int) -> None:
    """Items about assembling without tools, which no theme of the light tagger covers."""
    items = [
        Item(
            id=f"new{at}",
            text=f"My {WHO[at % 6]} needed a screwdriver to assemble the bookcase in the {PLACES[at % 10]} number {at}.",
            date=dt.date(2026, 8, 1) + dt.timedelta(days=at % 20),
        )
        for at in range(first, last)
    ]
    product.index.store.write(list(entries(items)))


def discover(product: Product):
    return product.discoverer.run(product.discoverer.start().id)


@pytest.fixture
def found(product: Product):
    write(product, 0, 40)
    return discover(product)


def test_what_no_theme_covers_is_offered_with_quotes_and_growth(product: Product, found):
    """The candidate names what the items share; its quotes are stretches of stored texts."""
    [one] = [one for one in found.candidates if "assemble" in one.sentence or "bookcase" in one.sentence]

    assert one.items == 40
    assert one.growth > 1
    assert one.stability >= 0.5
    for quote in one.quotes:
        assert product.index.store.get(quote.item).item.text == quote.text
        assert "bookcase" in quote.text[slice(*quote.span)]


def test_a_candidate_keeps_its_id_when_it_grows(product: Product, found):
    """More of the same is the same candidate."""
    write(product, 40, 60)

    again = discover(product)

    grown = {one.id: one.items for one in again.candidates}
    assert {one.id for one in found.candidates} & set(grown)
    assert max(grown.values()) == 60


def test_an_accepted_candidate_is_a_theme(product: Product, found):
    """It has the phrases as examples, no words of an item that may be deleted, and is offered no more."""
    one = found.candidates[0]

    product.discoverer.accept(one.id, name="assembly tools")

    [theme] = own_themes(product.taxonomy)
    assert (theme.id, theme.name) == ("assembly_tools", "assembly tools")
    assert set(one.phrases) == set(theme.phrases)
    assert one.id not in {left.id for left in product.discoverer.latest().candidates}


def test_a_dismissed_candidate_is_not_offered_again(product: Product, found):
    """Also when it is found again, unless that is taken back."""
    one = found.candidates[0]
    product.discoverer.dismiss(one.id)
    again = discover(product)
    assert one.id not in {left.id for left in again.candidates}

    restored = product.discoverer.restore(one.id)
    assert one.id in {left.id for left in restored.candidates}
    with pytest.raises(NotFoundError, match="was dismissed"):
        product.discoverer.restore(one.id)


def test_a_stopped_discovery_can_be_run_again(product: Product):
    """Nothing is kept of half a discovery."""
    write(product, 0, 40)
    job = product.discoverer.start()
    assert product.discoverer.start().id == job.id
    assert product.discoverer.run(job.id, should_stop=lambda: True).made is None
    assert product.index.jobs.get(job.id).state == "queued"

    assert product.discoverer.run(job.id).candidates
    with pytest.raises(BusyError, match="finished"):
        product.discoverer.run(job.id)


def test_what_is_not_there_is_named(product: Product, found):
    """Unknown candidates, taken names."""
    with pytest.raises(NotFoundError, match="no candidate 'none'"):
        product.discoverer.accept("none")
    with pytest.raises(NotFoundError):
        product.discoverer.dismiss("none")
    with pytest.raises(InputError, match="already"):
        product.discoverer.accept(found.candidates[0].id, name="delivery")


def test_nothing_stored_gives_nothing(homes, tmp_path):
    """An empty workspace is no error."""
    product = homes.product(tmp_path / "none", seeded=False)
    assert discover(product).candidates == ()
    product.close()


def test_a_deleted_item_leaves_no_quote_behind(product: Product, found):
    """Quotes are read from the items, so that what is erased is gone from the candidates too."""
    one = found.candidates[0]
    product.index.store.delete([one.quotes[0].item])

    [left] = [other for other in product.discoverer.latest().candidates if other.id == one.id]

    assert [quote.item for quote in left.quotes] == [quote.item for quote in one.quotes[1:]]
