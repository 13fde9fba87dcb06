"""`/v1/themes`: the themes of the workspace, with what they count; add, try, change, remove, go back, tag again."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from assistant.api import examples
from assistant.api.jobs import JobView, view
from assistant.api.parts import Lane, Parts, Worker
from assistant.api.worker import JobWorker
from assistant.curation.retagging import Change, changes_of
from assistant.curation.taxonomies import Version, read_yaml, theme_id
from assistant.curation.trying import Found, try_theme
from assistant.errors import InputError
from assistant.wiring import Product
from index.terms import TermView
from nlp.labels import THEMES
from nlp.taxonomy import MOST_WORDS, SubTheme, Taxonomy, Theme, Words

router = APIRouter(prefix="/v1", tags=["Themes"])
ThemeId = Annotated[str, Path(max_length=100, examples=["packaging_waste"])]
MOST_YAML = 2_000_000


class ThemeIn(BaseModel):
    """A theme: a name and one sentence are enough; phrases are examples of how customers put it."""

    model_config = ConfigDict(extra="forbid")

    name: Words
    sentence: Words
    synonyms: Annotated[list[Words], Field(max_length=MOST_WORDS)] = []
    phrases: Annotated[list[Words], Field(max_length=MOST_WORDS)] = []
    sub_themes: Annotated[list[SubTheme], Field(max_length=MOST_WORDS)] = []

    def theme(self, id_: str) -> Theme:
        """As the taxonomy keeps it."""
        return Theme(
            id=id_,
            name=self.name,
            sentence=self.sentence,
            synonyms=tuple(self.synonyms),
            phrases=tuple(self.phrases),
            sub_themes=tuple(self.sub_themes),
        )


class SubThemeView(SubTheme):
    """A sub-theme and how many items carry it."""

    items: int


class ThemeView(BaseModel):
    """A theme with its counts. `own` ones were added here, the others are trained; `changed` ones of these differ from
    what is shipped.
    """

    id: str
    name: str
    sentence: str
    synonyms: list[str]
    phrases: list[str]
    own: bool
    changed: bool
    items: int
    negative: int
    positive: int
    sub_themes: list[SubThemeView]


class ThemeList(BaseModel):
    """The themes now. `retagging` is the job that brings stored items up to date, where one is open."""

    version: int
    changed: dt.datetime | None
    what: str
    themes: list[ThemeView]
    retagging: JobView | None


class VersionView(BaseModel):
    """A version of the themes: when, and what was done."""

    number: int
    changed: dt.datetime | None
    what: str


class TriedItem(BaseModel):
    """An item that a theme would be given to, and the part of its text that says so."""

    id: str
    score: float
    polarity: str
    text: str
    span: tuple[int, int]


class Tried(BaseModel):
    """`found` of `looked_at` items would carry the theme: the likeliest of the workspace, best first."""

    looked_at: int
    found: int
    items: list[TriedItem]


class ChangeView(BaseModel):
    """How many items gained and lost a tag, with some of their ids."""

    gained: int
    lost: int
    gained_by: list[str]
    lost_by: list[str]


class Retagging(BaseModel):
    """The job, and what it has changed so far: index term (`theme=delivery:-`) -> change."""

    job: JobView | None
    changes: dict[str, ChangeView]


@router.get("/themes", summary="The themes, with their counts")
def list_themes(product: Parts) -> ThemeList:
    """The 25 trained ones with their sub-themes, then those that were added here."""
    return _listed(product)


@router.post(
    "/themes",
    status_code=201,
    summary="Add a theme",
    openapi_extra=examples.body(examples.THEMES),
)
def add(body: ThemeIn, product: Parts, worker: Worker, response: Response) -> ThemeList:
    """New items are tagged with it at once, stored ones in the background: see `retagging`."""
    theme = body.theme(theme_id(body.name))
    product.taxonomies.add(theme)
    response.headers["Location"] = f"/v1/themes/{theme.id}"
    return retagged(product, worker)


@router.post(
    "/themes/try", summary="See what a theme would tag", openapi_extra=examples.body(examples.THEMES)
)
async def try_(body: ThemeIn, product: Parts, lane: Lane) -> Tried:
    """Looks at the stored items that are nearest to its words; nothing is changed."""
    looked_at, found = await lane.start(_try, product, body.theme("tried"))
    return Tried(looked_at=looked_at, found=len(found), items=[_tried(one) for one in found[:50]])


@router.get("/themes/history", summary="Versions of the themes")
def history(product: Parts) -> list[VersionView]:
    """The newest first."""
    return [
        VersionView(number=v.number, changed=v.changed, what=v.what) for v in product.taxonomies.history()
    ]


@router.post("/themes/history/{number}/restore", summary="Go back to a version")
def restore(number: Annotated[int, Path(ge=0)], product: Parts, worker: Worker) -> ThemeList:
    """Makes an earlier version the newest: undo. Nothing is lost, the versions between stay."""
    before = product.taxonomies.current()
    return _taken(product, worker, before, product.taxonomies.restore(number))


@router.get("/themes/retagging", summary="What the last re-tagging changed")
def retagging(product: Parts) -> Retagging:
    """Items that gained and lost tags, of the open job or of the last one."""
    last = product.retagger.last_job()
    found = changes_of(last.report) if last else {}
    return Retagging(
        job=view(last) if last else None, changes={term: _change(one) for term, one in found.items()}
    )


@router.post("/themes/retagging", status_code=202, summary="Tag stored items again")
async def retag(product: Parts, lane: Lane, worker: Worker) -> Retagging:
    """With the model, the themes and the verdicts of now. `job` is null when all items have today's tags."""
    job = await lane.start(product.retagger.start)
    worker.wake()
    return Retagging(job=view(job) if job else None, changes={})


@router.put("/themes/{theme_id}", summary="Change a theme")
def change(theme_id: ThemeId, body: ThemeIn, product: Parts, worker: Worker) -> ThemeList:
    """Trained themes can be changed too: their names, words and sub-themes."""
    before = product.taxonomies.current()
    before.theme(theme_id)
    return _taken(product, worker, before, product.taxonomies.change(body.theme(theme_id)))


@router.delete("/themes/{theme_id}", summary="Remove a theme that was added, or reset a shipped one")
def remove(theme_id: ThemeId, product: Parts, worker: Worker) -> ThemeList:
    """Its tags go in the background. `POST /v1/themes/history/{number}/restore` takes it back."""
    product.taxonomies.remove(theme_id)
    return retagged(product, worker)


@router.get(
    "/taxonomy",
    summary="The themes as a YAML file",
    response_class=Response,
    responses={200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}},
)
def export(product: Parts) -> Response:
    """To edit, keep or take to another workspace."""
    name = f'attachment; filename="themes-{product.settings.workspace}.yaml"'
    return Response(
        product.taxonomy.to_yaml(), media_type="application/yaml", headers={"Content-Disposition": name}
    )


@router.put(
    "/taxonomy",
    summary="Take themes over from a YAML file",
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/yaml": {"schema": {"type": "string"}}}}
    },
)
async def import_(request: Request, product: Parts, worker: Worker) -> ThemeList:
    """Replaces all themes that were added; shipped ones that the file leaves out stay as shipped."""
    body = await request.body()
    if len(body) > MOST_YAML:
        raise InputError(f"The file has {len(body):,} bytes; at most {MOST_YAML:,} are taken.")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InputError("The file is no UTF-8 text; send the YAML as UTF-8.") from error
    return await run_in_threadpool(_replaced, product, worker, text)


def _replaced(product: Product, worker: JobWorker, text: str) -> ThemeList:
    before = product.taxonomies.current()
    return _taken(product, worker, before, product.taxonomies.replace(read_yaml(text, "the file")))


def _try(product: Product, theme: Theme) -> tuple[int, list[Found]]:
    return try_theme(product.index, product.tagger, theme)


def _taken(product: Product, worker: JobWorker, before: Version, after: Version) -> ThemeList:
    """Nothing is tagged again where nothing changed."""
    return _listed(product) if after.number == before.number else retagged(product, worker)


def retagged(product: Product, worker: JobWorker) -> ThemeList:
    """Queue the re-tagging; a job that is open takes the new themes up by itself."""
    if product.index.store.counts().items:
        product.index.jobs.create_only("retag")
    worker.wake()
    return _listed(product)


def _listed(product: Product) -> ThemeList:
    product.index.refresh()
    now, shipped = product.taxonomies.current(), product.taxonomies.get(0).taxonomy
    terms = product.index.terms.view
    job = product.retagger.open_job()
    return ThemeList(
        version=now.number,
        changed=now.changed,
        what=now.what,
        themes=[_theme(theme, shipped, terms) for theme in _ordered(now)],
        retagging=view(job) if job else None,
    )


def _ordered(version: Version) -> list[Theme]:
    return sorted(version.taxonomy.themes, key=lambda theme: theme.id not in THEMES)


def _theme(theme: Theme, shipped: Taxonomy, terms: TermView) -> ThemeView:
    is_own = theme.id not in THEMES
    return ThemeView(
        id=theme.id,
        name=theme.name,
        sentence=theme.sentence,
        synonyms=list(theme.synonyms),
        phrases=list(theme.phrases),
        own=is_own,
        changed=not is_own and shipped.theme(theme.id) != theme,
        items=len(terms.get(f"theme={theme.id}")),
        negative=len(terms.get(f"theme={theme.id}:-")),
        positive=len(terms.get(f"theme={theme.id}:+")),
        sub_themes=[
            SubThemeView(**sub.model_dump(), items=len(terms.get(f"sub={sub.id}")))
            for sub in theme.sub_themes
        ],
    )


def _tried(found: Found) -> TriedItem:
    return TriedItem(
        id=found.item.id, score=found.score, polarity=found.polarity, text=found.item.text, span=found.span
    )


def _change(one: Change) -> ChangeView:
    return ChangeView(
        gained=one.gained, lost=one.lost, gained_by=list(one.gained_by), lost_by=list(one.lost_by)
    )
