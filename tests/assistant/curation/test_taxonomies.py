import pytest

from assistant.curation.taxonomies import own_themes, read_yaml
from assistant.errors import InputError, NotFoundError
from assistant.wiring import Product
from nlp.taxonomy import Taxonomy, Theme

GIFT = Theme(id="gifts", name="gifts", sentence="Bought as a present.")


def test_a_theme_is_added_changed_and_removed_as_versions(product: Product):
    """Every change is a version that says what was done; the current one is what is used."""
    themes = product.taxonomies
    themes.add(GIFT)
    themes.change(GIFT.model_copy(update={"phrases": ("for my niece",)}))
    themes.remove("gifts")

    assert [version.what for version in themes.history()] == [
        "removed gifts", "changed gifts", "added gifts", "as shipped",
    ]  # fmt: skip
    assert themes.get(2).theme("gifts").phrases == ("for my niece",)
    assert product.taxonomy == Taxonomy.load()


def test_going_back_is_a_new_version(product: Product):
    """Undo loses nothing: the versions between stay."""
    product.taxonomies.add(GIFT)
    product.taxonomies.remove("gifts")

    product.taxonomies.restore(1)

    assert own_themes(product.taxonomy) == [GIFT]
    assert product.taxonomies.current().number == 3


def test_what_did_not_change_makes_no_version(product: Product):
    """The same theme again, or the same file again, changes nothing."""
    product.taxonomies.add(GIFT)

    assert product.taxonomies.change(GIFT).number == 1
    assert product.taxonomies.replace(Taxonomy.from_yaml(product.taxonomy.to_yaml())).number == 1


def test_a_shipped_theme_can_be_changed_and_reset(product: Product):
    """Its words are the customer's to choose; resetting brings back what was shipped."""
    delivery = product.taxonomies.current().theme("delivery")
    product.taxonomies.change(delivery.model_copy(update={"name": "shipping"}))
    assert product.taxonomies.current().theme("delivery").name == "shipping"

    product.taxonomies.remove("delivery")

    assert product.taxonomies.current().theme("delivery") == delivery


def test_a_file_replaces_own_themes_and_keeps_trained_ones(product: Product):
    """A short file is enough; trained themes that it leaves out stay."""
    product.taxonomies.add(GIFT)
    product.taxonomies.replace(
        read_yaml("version: 1\nthemes:\n- {id: repair, name: repairs, sentence: Mending things.}", "a file")
    )

    assert [theme.id for theme in own_themes(product.taxonomy)] == ["repair"]
    assert len(product.taxonomy.themes) == len(Taxonomy.load().themes) + 1


@pytest.mark.parametrize(
    "theme",
    [
        GIFT,
        Theme(id="other", name="GIFTS", sentence="The same name."),
        Theme(id="delivery", name="x", sentence="y"),
    ],
    ids=["id", "name", "shipped id"],
)
def test_a_taken_id_or_name_is_refused(product: Product, theme: Theme):
    """The message names the theme that has it."""
    product.taxonomies.add(GIFT)

    with pytest.raises(InputError, match="already; change that one"):
        product.taxonomies.add(theme)


def test_equal_names_are_refused_in_files_and_changes_too(product: Product):
    """Answers could not tell them apart."""
    product.taxonomies.add(GIFT)
    for change in (
        lambda: product.taxonomies.change(Theme(id=GIFT.id, name="Delivery", sentence="Wrapping.")),
        lambda: product.taxonomies.replace(
            read_yaml("themes: [{id: gifts_2, name: Delivery, sentence: Wrapping.}]", "a file")
        ),
    ):
        with pytest.raises(InputError, match="Two themes are called 'Delivery': delivery and gift"):
            change()
    assert product.taxonomies.current().number == 1


def test_an_id_of_a_sub_theme_is_refused(product: Product):
    """Ids are shared by both levels, since filters name them alike; nothing is written."""
    with pytest.raises(InputError, match="refund_slow"):
        product.taxonomies.add(Theme(id="refund_slow", name="waiting for money", sentence="Money is slow."))
    assert product.taxonomies.current().number == 0


def test_what_is_not_there_is_named(product: Product):
    """Unknown themes and versions are told apart from errors."""
    with pytest.raises(NotFoundError, match="no theme 'gifts'"):
        product.taxonomies.remove("gifts")
    with pytest.raises(NotFoundError, match="no version 7"):
        product.taxonomies.restore(7)
    with pytest.raises(InputError, match="shipped with Earmark and unchanged"):
        product.taxonomies.remove("delivery")


def test_a_broken_file_says_where(product: Product):
    """Every wrong place is named."""
    with pytest.raises(InputError, match=r"themes > 0 \(a b\) > id"):
        read_yaml("version: 1\nthemes:\n- {id: a b, name: n, sentence: s}", "a file")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version: 1\nthemes: [&a {id: x, name: n, sentence: s}, *a]", "aliases"),
        ("[" * 20_000, "nested|valid"),
    ],
    ids=["aliases", "depth"],
)
def test_a_file_that_is_a_trap_is_refused(text: str, why: str):
    """A few bytes never become more than fits into memory."""
    with pytest.raises(InputError, match=why):
        read_yaml(text, "a file")


def test_versions_of_another_process_are_seen(product: Product):
    """The newest version counts, whoever wrote it."""
    from assistant.curation.taxonomies import Taxonomies

    other = Taxonomies(product.index.store.documents("taxonomy"), Taxonomy.load())
    other.add(GIFT)

    assert own_themes(product.taxonomy) == [GIFT]
    product.taxonomies.remove("gifts")
    assert other.current().number == 2
