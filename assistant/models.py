"""Loading the models, apart from the rest: a command that only tags needs nothing else."""

from typing import TYPE_CHECKING

from assistant.settings import Settings

if TYPE_CHECKING:
    from nlp.tagger import Tagger


def load_tagger(settings: Settings) -> "Tagger":
    """The tagger that the settings name; what it makes of the taxonomy is kept in the data folder."""
    from nlp.tagger import Tagger

    return Tagger.load(settings.weights, settings.encoder, settings.threads, settings.home / "cache")
