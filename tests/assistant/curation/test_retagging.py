import pytest

from assistant.curation.retagging import changes_of
from assistant.errors import BusyError, NotFoundError
from assistant.wiring import Product
from nlp.taxonomy import Theme

LAMP = Theme(id="lamps", name="lamp", sentence="Lamps and lights.")


def tagged(product: Product, term: str) -> set[str]:
    """Ids of the items that carry a term."""
    product.index.refresh()
    stored = product.index.store.get_many(product.index.terms.view.get(term))
    return {one.item.id for one in stored}


def test_a_new_theme_reaches_all_stored_items_and_says_what_changed(product: Product):
    """Exactly the items that speak of it carry it afterwards, and no other term has moved."""
    product.taxonomies.add(LAMP)
    job = product.retagger.start()
    assert job is not None
    seen: list[tuple[int, int]] = []

    changes = product.retagger.run(job.id, on_progress=lambda done, total: seen.append((done, total)))

    everything = product.index.store.get_many(sorted(product.index.terms.view.all))
    speaking = {one.item.id for one in everything if "lamp" in one.item.text.casefold()}
    assert speaking
    assert tagged(product, "theme=lamps") == speaking
    assert {term: change.gained for term, change in changes.items()} == {
        "theme=lamps": len(speaking), "theme=lamps:-": len(speaking),
    }  # fmt: skip
    assert set(changes["theme=lamps"].gained_by) <= speaking
    assert seen[0] == (0, 163)
    assert seen[-1] == (163, 163)
    assert product.retagger.start() is None


def test_a_stopped_job_goes_on_and_reports_all_of_it(product: Product):
    """What was changed before the stop is in the report of the end."""
    product.taxonomies.add(LAMP)
    job = product.retagger.start()
    stops = iter([False, True])
    product.retagger.run(job.id, should_stop=lambda: next(stops))
    assert product.index.jobs.get(job.id).state == "queued"
    assert 0 < product.retagger.waiting() < 163

    product.retagger.run(job.id)

    ended = product.index.jobs.get(job.id)
    assert (ended.state, ended.updated) == ("finished", 163)
    assert changes_of(ended.report)["theme=lamps"].gained == len(tagged(product, "theme=lamps"))


def test_removing_a_theme_takes_its_tags_away(product: Product):
    """The loss is reported too."""
    product.taxonomies.add(LAMP)
    product.retagger.run(product.retagger.start().id)
    had = len(tagged(product, "theme=lamps"))
    product.taxonomies.remove("lamps")

    changes = product.retagger.run(product.retagger.start().id)

    assert changes["theme=lamps"].lost == had
    assert tagged(product, "theme=lamps") == set()


def test_one_job_at_a_time(product: Product):
    """A second start names the open job; an ended one cannot be run again, an unknown one not at all."""
    product.taxonomies.add(LAMP)
    job = product.retagger.start()
    assert product.retagger.start().id == job.id
    product.retagger.run(job.id)
    with pytest.raises(BusyError, match="finished"):
        product.retagger.run(job.id)
    with pytest.raises(NotFoundError):
        product.retagger.run("job_none")
