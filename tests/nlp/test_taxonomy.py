from pathlib import Path

import pytest

from nlp.labels import THEMES
from nlp.taxonomy import SHIPPED, Taxonomy, TaxonomyError

SMALL = """
version: 1
themes:
- id: parking
  name: parking
  sentence: Where customers leave their cars.
  sub_themes:
  - id: parking_full
    name: full car parks
    sentence: No space left.
    polarity: '-'
    phrases: [no space for the car, the garage was full]
"""


@pytest.fixture(scope="module")
def shipped() -> Taxonomy:
    return Taxonomy.load()


def test_the_shipped_taxonomy_has_the_themes_of_the_guide(shipped: Taxonomy) -> None:
    """The upper level is the label vocabulary, in its order."""
    assert [theme.id for theme in shipped.themes] == list(THEMES)


def test_every_shipped_theme_has_sub_themes_with_phrases(shipped: Taxonomy) -> None:
    """Each theme has three to nine sub-themes and each of them six to fourteen different phrases."""
    assert all(3 <= len(theme.sub_themes) <= 9 for theme in shipped.themes)
    subs = [sub for theme in shipped.themes for sub in theme.sub_themes]
    assert len(subs) >= 120
    assert all(6 <= len(sub.phrases) <= 14 for sub in subs)
    phrases = [phrase for sub in subs for phrase in sub.phrases]
    assert len(phrases) == len(set(phrases))


def test_shipped_names_read_well_in_a_sentence(shipped: Taxonomy) -> None:
    """Names are short and without a full stop, so that "customers mention slow refunds" reads well."""
    names = [sub.name for theme in shipped.themes for sub in theme.sub_themes]
    assert len(names) == len(set(names))
    assert all(len(name) <= 50 and name[-1].isalpha() and name[0].islower() for name in names)


def test_writing_and_reading_keeps_everything(shipped: Taxonomy) -> None:
    """What is exported can be imported again, and the shipped file is written in that form."""
    assert Taxonomy.from_yaml(shipped.to_yaml()) == shipped
    assert SHIPPED.read_text(encoding="utf-8") == shipped.to_yaml()


def test_the_digest_follows_the_content() -> None:
    """Two readings of one text share a digest; one changed word gives another."""
    first = Taxonomy.from_yaml(SMALL)
    assert first.digest == Taxonomy.from_yaml(SMALL).digest
    assert first.digest != Taxonomy.from_yaml(SMALL.replace("No space left", "Nothing free")).digest


def test_a_theme_of_ones_own_needs_only_a_sentence(tmp_path: Path) -> None:
    """Phrases, synonyms and sub-themes may be left out."""
    file = tmp_path / "mine.yaml"
    file.write_text("themes: [{id: green, name: sustainability, sentence: Packaging and climate.}]")
    theme = Taxonomy.load(file).theme("green")
    assert theme is not None
    assert theme.phrases == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("parking_full", "Parking Full"), r"sub_themes > 0 \(Parking Full\) > id"),
        (("polarity: '-'", "polarity: bad"), r"0 \(parking_full\) > polarity"),
        (("phrases: [no space for the car, the garage was full]", "phrases: []"), "phrases"),
        (("the garage was full", "No space for the car!"), "phrase in parking_full stands more than once"),
        (("id: parking_full", "id: parking"), "id stands more than once: parking"),
        (("sentence: No space left.", "sentnce: No space left."), "sentnce"),
        (("version: 1", "version: 2"), "version"),
        (("themes:", "themes: ["), "not valid YAML"),
    ],
    ids=["id", "polarity", "no phrases", "double phrase", "double id", "typo", "version", "yaml"],
)
def test_errors_name_the_place(change: tuple[str, str], message: str) -> None:
    """A wrong file is refused with the theme or sub-theme and the key that are wrong."""
    with pytest.raises(TaxonomyError, match=message):
        Taxonomy.from_yaml(SMALL.replace(*change))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The message holds the path that could not be read."""
    with pytest.raises(TaxonomyError, match=r"nowhere\.yaml"):
        Taxonomy.load(tmp_path / "nowhere.yaml")
