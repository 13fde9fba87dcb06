"""The one place where parts are chosen and put together."""

import functools
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Self

import numpy as np

import index as kept
from assistant.ask.asker import Asker, Snapshot
from assistant.ask.kept import Kept
from assistant.ask.ledger import View
from assistant.ask.leftover import Meanings
from assistant.ask.parse import Parser
from assistant.ask.support import support_for
from assistant.ask.talks import Talks
from assistant.ask.vocabulary import ThemeWords, Vocabulary
from assistant.ask.words import Names
from assistant.curation.corrections import Corrections
from assistant.curation.discovering import Discoverer
from assistant.curation.retagging import Retagger
from assistant.curation.taxonomies import Taxonomies
from assistant.errors import NotFoundError
from assistant.events.outbox import Outbox
from assistant.events.sources import Sources
from assistant.events.targets import Targets
from assistant.identity.identity import FOLDER
from assistant.intake import Customers, Importer, Intake
from assistant.intake.hooks import Hooks
from assistant.intake.identity import Pseudonyms
from assistant.models import load_tagger
from assistant.privacy.erasing import Eraser
from assistant.privacy.retention import Retention
from assistant.pulls import Puller, sources_of
from assistant.settings import Settings
from assistant.triage.cases import Cases
from assistant.triage.desk import Desk
from assistant.watching.watcher import Watcher
from index.errors import StoreMissingError
from index.terms import TermView
from index.workspace import Index
from nlp.checkpoint import SHIPPED
from nlp.quality import quality
from nlp.sentences import sentences
from nlp.themes import Taxonomy

if TYPE_CHECKING:
    from nlp.tagger import Tagger


class Product:
    """One workspace, ready to use. Opened once and shared between threads."""

    def __init__(self, *, settings: Settings, index: Index, load_tagger: Callable[[], "Tagger"]) -> None:
        self.settings = settings
        self.index = index
        documents = index.store.documents
        if settings.database_url is not None:
            Pseudonyms.share(index.home, documents("pseudonyms"))
        self.taxonomies = Taxonomies(documents("taxonomy"), Taxonomy.load())
        self._load = load_tagger
        self._tagger: Tagger | None = None
        self._loading = threading.Lock()
        self._renewing = threading.Lock()
        self._meanings: Meanings | None = None
        self._parser: tuple[object, Parser] | None = None
        self._latest: tuple[tuple[str, int, int], Snapshot] | None = None
        self.talks = Talks(documents("conversation"))
        self.asker = Asker(self.snapshot, self.talks, support_for(settings))
        self.watcher = Watcher(view=self._version, watches=documents("watch"), alerts=documents("alert"))
        self.desk = Desk(
            view=self._version,
            store=index.store,
            cases=Cases(
                cases=documents("case"),
                actions=documents("triage_action"),
                known=lambda ids: set(index.store.numbers(ids)),
            ),
        )
        self.triage_views = documents("triage_view")
        self.outbox = Outbox(
            endpoints=documents("webhook"),
            deliveries=documents("webhook_log"),
            waiting=documents("webhook_waiting"),
            sources=Sources(index.store, self._version, self.watcher.alerts),
            targets=Targets((settings.webhook_hosts or "").split(",")),
        )
        self.corrections = Corrections(
            documents=documents("correction"),
            store=index.store,
            tagger=lambda: self.tagger,
            themes=lambda: [theme.id for theme in self.taxonomy.themes],
        )
        revise = self.corrections.revised
        self.retagger = Retagger(index=index, tagger=lambda: self.tagger, revise=revise)
        self.discoverer = Discoverer(
            index=index,
            tagger=lambda: self.tagger,
            taxonomies=self.taxonomies,
            documents=documents("theme_candidates"),
        )
        keep = company_names(settings)
        self.intake = Intake(
            index=index, tagger=lambda: self.tagger, home=index.home, keep=keep, revise=revise
        )
        self.hooks = Hooks(documents("hook"))
        self.puller = Puller(
            sources=lambda: sources_of(settings),
            intake=self.intake,
            jobs=index.jobs,
            cursors=documents("pull"),
            every_s=60 * settings.pull_minutes,
        )
        self.eraser = Eraser(
            store=index.store,
            home=index.home,
            certificates=documents("erasure"),
            subject=lambda id_: Pseudonyms.open(index.home).of("subject", id_),
            caught_up=self._caught_up,
            forget=self._forget,
        )
        self.retention = Retention(store=index.store, settings=documents("setting"), forget=self.forget_items)
        self.customers = Customers(index=index, home=index.home, keep=keep)
        self.importer = Importer(
            index=index, tagger=lambda: self.tagger, home=index.home, keep=keep, revise=revise
        )

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the workspace that the settings name; no model is loaded before it is needed."""
        home = settings.home / settings.workspace
        index = kept.open(home, settings.database_url, chroma_url=settings.chroma_url)
        return cls(settings=settings, index=index, load_tagger=lambda: load_tagger(settings))

    def neighbour(self, name: str, *, create: bool = False) -> "Product":
        """Open another workspace of the installation, on the same models. Raises NotFoundError when there is none."""
        settings = self.settings.model_copy(update={"workspace": name})
        try:
            home = settings.home / name
            index = kept.open(home, settings.database_url, chroma_url=settings.chroma_url, create=create)
        except StoreMissingError as error:
            raise NotFoundError(f"There is no workspace {name!r}.") from error
        return Product(
            settings=settings,
            index=index,
            load_tagger=lambda: self.tagger.beside(),  # noqa: PLW0108 (not before it is needed)
        )

    @property
    def tagger(self) -> "Tagger":
        """The models, loaded once, at their first use; with the themes and the verdicts of now."""
        with self._loading:
            if self._tagger is None:
                self._tagger = self._load()
            taxonomy = self.taxonomy
            if self._tagger.taxonomy.digest != taxonomy.digest:
                self._tagger.use(taxonomy)
            self._tagger.adjust(self.corrections.shifts())
            return self._tagger

    @property
    def taxonomy(self) -> Taxonomy:
        """The themes of the workspace as they are now."""
        return self.taxonomies.current().taxonomy

    @property
    def has_loaded(self) -> bool:
        """Whether the models are in memory."""
        return self._tagger is not None

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Sentence embeddings, float32 of shape (n, dim), of length 1."""
        return self.tagger.embed(texts)

    def snapshot(self) -> Snapshot:
        """The data as it is now, with a parser that knows its words; renewed only when the data has changed."""
        self.index.terms.refresh(self.index.store)
        terms = self.index.terms.view
        state = (terms.lineage, terms.version, self.taxonomies.current().number)
        with self._renewing:
            if self._latest is None or self._latest[0] != state:
                self._latest = (state, self._snapshot(terms))
            return self._latest[1]

    def forget_items(self, ids: Sequence[str]) -> None:
        """Delete what people said about items that are no more."""
        self.corrections.forget(ids)
        self.desk.cases.forget(ids)

    def _forget(self) -> None:
        """Drop what was kept of texts in memory."""
        with self._renewing:
            self._latest = None

    def _caught_up(self) -> bool:
        """Take deletions into all indexes; says whether none of them holds deleted vectors any more."""
        self.index.refresh()
        self.index.terms.save()
        if self.index.vectors.is_exact:
            return True
        self.index.vectors.distrust()  # its follower builds it again at its next look
        return False

    def _version(self) -> tuple[View, int]:
        """The feedback as it is now, and the version of the data."""
        view = self.snapshot().view
        return view, self.index.terms.view.version

    def _snapshot(self, terms: TermView) -> Snapshot:
        store, words = self.index.store, theme_words(self.taxonomy)
        view = View(
            terms=terms,
            phrase=functools.lru_cache(maxsize=256)(self.index.fulltext.matching),
            load=Kept(store.get_many),
            sentences=functools.lru_cache(maxsize=2048)(sentences),
            names=Names(
                themes={name: theme.name for name, theme in words.items()},
                parents={name: theme.parent for name, theme in words.items() if theme.parent},
            ),
        )
        first, last = terms.days() or (None, None)
        vocabulary = Vocabulary(attributes=terms.attributes(), themes=words, first=first, last=last)
        measured = quality(self.settings.weights or SHIPPED)
        parser = self._parser_of(vocabulary)
        return Snapshot(view=view, parser=parser, quality=measured, vocabulary=vocabulary)

    def _parser_of(self, vocabulary: Vocabulary) -> Parser:
        """Kept while its words stay as they are: most new items bring no new value."""
        values = {name: frozenset(counts) for name, counts in vocabulary.attributes.items()}
        words = (values, vocabulary.themes, vocabulary.first, vocabulary.last)
        if self._parser is None or self._parser[0] != words:
            self._parser = (words, Parser(vocabulary, self._meanings_of(vocabulary.themes)))
        return self._parser[1]

    def _meanings_of(self, words: Mapping[str, ThemeWords]) -> Meanings:
        """Kept while the themes stay as they are: to embed their phrases takes longer than an answer."""
        if self._meanings is None or self._meanings.themes != words:
            self._meanings = Meanings(words, self.embed)
        return self._meanings

    def close(self) -> None:
        """Finish what is under way and let go of all files."""
        self.index.close()


def workspace_names(settings: Settings) -> list[str]:
    """The workspaces of an installation, by name."""
    names = kept.workspaces(settings.home, settings.database_url)
    return [name for name in names if name != FOLDER]


def company_names(settings: Settings) -> tuple[str, ...]:
    """The names that redaction leaves in."""
    names = (name.strip() for name in (settings.company or "").split(","))
    return tuple(name for name in names if name)


def theme_words(taxonomy: Taxonomy) -> Mapping[str, ThemeWords]:
    """Themes and sub-themes by id, as the parser needs them."""
    words = {}
    for theme in taxonomy.themes:
        words[theme.id] = ThemeWords(name=theme.name, sentence=theme.sentence, phrases=tuple(theme.synonyms))
        for sub in theme.sub_themes:
            words[sub.id] = ThemeWords(
                name=sub.name, sentence=sub.sentence, phrases=tuple(sub.phrases), parent=theme.id
            )
    return words
