"""The command line. Nothing heavy is imported before a command needs it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.wiring import Product

app = typer.Typer(
    name="earmark",
    help="Listens to what customers say without being asked, and answers questions about it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

themes = typer.Typer(
    help="Show, add, change and discover themes, and tag stored items again.", no_args_is_help=True
)
app.add_typer(themes, name="themes")

watches = typer.Typer(help="What is looked at every week, and what stood out.", no_args_is_help=True)
app.add_typer(watches, name="watches")

keys = typer.Typer(help="API keys: who may call the HTTP API, and for what.", no_args_is_help=True)
app.add_typer(keys, name="keys")

users = typer.Typer(help="Accounts of people who log in to the web pages.", no_args_is_help=True)
app.add_typer(users, name="users")

Day = Annotated[
    datetime | None,
    typer.Option(
        "--today", formats=["%Y-%m-%d"], help='The day that "last month" is measured from; default is today.'
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="A question in plain English.")] = None,
    today: Day = None,
    as_json: Json = False,
    conversation: Annotated[
        str | None, typer.Option(help="Go on with an earlier conversation, by its id.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            exists=True,
            dir_okay=False,
            help="Answer many: JSON Lines with id, question and, if wished, conversation.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", dir_okay=False, help="Where the answers of --file go, one per line."),
    ] = None,
) -> None:
    """Answer a question with numbers that can be checked and quotes that can be opened."""
    from assistant.commands import asking

    if (question is None) == (file is None):
        _fail(
            'Give either a question or --file. Example: earmark ask "why are customers leaving after returns?"'
        )
    with _product() as product:
        if file:
            asking.answer_file(product, file, output, _day(today))
        else:
            asking.answer_one(product, question or "", conversation, _day(today), as_json=as_json)


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="CSV, TSV, JSON Lines, JSON, Excel, mails or chats."
        ),
    ],
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", help="Name a column: text=Review, attr.plan=Plan, skip=Notes."),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(help="Sheet of an Excel file; default is the first that is not empty.")
    ] = None,
    refused: Annotated[Path | None, typer.Option(help="Write the refused rows to this CSV file.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show how the columns are read and stop.")
    ] = False,
) -> None:
    """Read feedback or customers from a file, redact, tag, store and index it. The same file twice changes nothing."""
    from assistant.commands import importing

    with _product() as product:
        importing.import_file(product, file, mapping or [], sheet=sheet, refused=refused, dry_run=dry_run)


@app.command()
def tag(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="JSON Lines or CSV with id and text, or turns."),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", dir_okay=False, help="JSON Lines with the tags; default is the screen."),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            help="Tag on this Ray cluster, such as ray-head:6379; `local` starts one here. Resumable."
        ),
    ] = None,
) -> None:
    """Tag texts without storing anything."""
    if ray and not output:
        raise typer.BadParameter("--ray writes to a file; name it with --output")
    with _settings() as settings:
        if ray and output:
            from assistant.commands import cluster

            cluster.tag_file(settings, file, output, ray)
        else:
            from assistant.commands import tagging

            tagging.tag_file(settings, file, output)


@app.command()
def demo(
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Open the web chat afterwards.")] = True,
) -> None:
    """Load the sample of an invented online retailer, answer a question about it, and serve the web chat."""
    from assistant.commands import demonstrating

    with _settings() as settings:
        demonstrating.demonstrate(settings, serve=serve)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind; default EARMARK_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to bind; default EARMARK_PORT.")] = None,
) -> None:
    """Serve the web chat and the HTTP API."""
    from assistant.commands import serving

    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    with _settings() as settings:
        serving.serve(settings.model_copy(update=chosen))


@app.command()
def mcp() -> None:
    """Serve the Model Context Protocol on standard input and output, for assistants at this machine. Read-only."""
    from assistant.commands import serving

    with _product() as product:
        serving.serve_mcp(product)


OfKeys = Annotated[
    bool, typer.Option("--keys", help="Keys and accounts of the installation instead of the workspace.")
]


@app.command()
def pull() -> None:
    """Fetch what is new from Zendesk and Intercom; `earmark serve` does it by itself. See the settings."""
    from assistant.commands import importing

    with _product() as product:
        importing.pull(product)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where the archive goes, such as monday.zip.")],
    keys: OfKeys = False,
) -> None:
    """Write all that is stored into one archive, while the server runs. SQLite and PostgreSQL read one another's."""
    from assistant.commands import keeping

    with _settings() as settings:
        keeping.back_up(settings, file, keys=keys)


@app.command()
def restore(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="An archive of `earmark backup`.")
    ],
    keys: OfKeys = False,
    replace: Annotated[bool, typer.Option("--replace", help="Put a workspace that is there aside.")] = False,
) -> None:
    """Make the workspace from an archive; nothing is touched before all of it was checked."""
    from assistant.commands import keeping

    with _settings() as settings:
        keeping.restore(settings, file, keys=keys, replace=replace)


@app.command()
def doctor(
    as_json: Json = False,
    mend: Annotated[
        bool, typer.Option("--mend", help="Make again from SQL what is derived and not well.")
    ] = False,
) -> None:
    """Check the store, the indexes and the models, and say what to do."""
    from assistant.commands import examining

    with _settings() as settings:
        healthy = examining.examine(settings, as_json=as_json, mend=mend)
    if not healthy:
        raise typer.Exit(1)


@app.command()
def train(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of the public data sets.")],
    labels: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="Folder of the labelled feedback.")
    ],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the new weights.")],
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 7,
    runs: Annotated[
        int, typer.Option(min=1, max=20, help="Train as often and keep the mean: better, and slower to make.")
    ] = 1,
    language: Annotated[
        list[str] | None,
        typer.Option(
            help="ISO code of a language that the tagger may judge; default en. Several with a multilingual encoder."
        ),
    ] = None,
    with_corrections: Annotated[
        bool, typer.Option("--with-corrections", help="Learn from what people said of stored tags, too.")
    ] = False,
) -> None:
    """Train the tagger and write weights, thresholds, calibration and a model card."""
    from assistant.commands import training

    with _settings() as settings:
        training.train(
            settings,
            data,
            labels,
            out,
            seed,
            runs=runs,
            languages=language or ["en"],
            with_corrections=with_corrections,
        )


@app.command()
def evaluate(
    what: Annotated[
        Literal["tags", "answers"],
        typer.Argument(help="The tagger on labelled feedback, or answers on the items of the workspace."),
    ] = "tags",
    labels: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of the labelled feedback, for tags."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of the public data sets, for GoEmotions."),
    ] = None,
    corpora: Annotated[
        int, typer.Option(min=1, help="Corpora with known truth per kind, for answers.")
    ] = 200,
    seed: Annotated[int, typer.Option(help="Of the corpora.")] = 7,
    cases: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder with questions*.jsonl and followups*.jsonl and their gold plans, abstain*.jsonl, for answers.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure the tagger (precision, recall, F1, calibration per label) or the answers (false and planted drivers,
    interval coverage, numbers and quotes checked item by item).
    """
    from assistant.commands import measuring, training

    if what == "answers":
        with _product() as product:
            measuring.answers(product, corpora=corpora, seed=seed, cases=cases, as_json=as_json)
        return
    if labels is None:
        raise typer.BadParameter("give the folder of the labelled feedback", param_hint="--labels")
    with _settings() as settings:
        training.evaluate(settings, data, labels, as_json=as_json)


@keys.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope", help="ingest, read, triage, ask, export or admin; may be given several times."
        ),
    ],
    workspace: Annotated[
        str | None, typer.Option(help="The only workspace it opens; default is all.")
    ] = None,
    expires: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day plus one.")] = None,
) -> None:
    """Make a key and print its secret, which is not shown again."""
    from assistant.commands import admitting

    with _settings() as settings:
        admitting.add_key(settings, name, scope, workspace=workspace, expires=expires)


@keys.command("list")
def list_keys() -> None:
    """The keys with their scopes and last use; never the secrets."""
    from assistant.commands import admitting

    with _settings() as settings:
        admitting.list_keys(settings)


@keys.command("revoke")
def revoke_key(id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Let a key open nothing any more."""
    from assistant.commands import admitting

    with _settings() as settings:
        admitting.revoke_key(settings, id_)


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="A name or mail address.")],
    role: Annotated[
        Literal["viewer", "agent", "lead", "admin"],
        typer.Option(
            help="viewer reads and asks, agent also triages, lead also sends in and exports, admin does all."
        ),
    ] = "viewer",
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password; without it a one-time link is printed.")
    ] = False,
) -> None:
    """Make an account."""
    from assistant.commands import admitting

    with _settings() as settings:
        admitting.add_user(settings, name, role, ask_password=password)


@users.command("list")
def list_users() -> None:
    """The accounts with their roles and last login."""
    from assistant.commands import admitting

    with _settings() as settings:
        admitting.list_users(settings)


@users.command("link")
def link_user(name: str) -> None:
    """Print a link that logs into an account once, within half an hour."""
    from assistant.commands import admitting

    with _settings() as settings:
        admitting.link_user(settings, name)


@users.command("remove")
def remove_user(name: str) -> None:
    """Delete an account; what it did stays in the audit log."""
    from assistant.commands import admitting

    with _settings() as settings:
        admitting.remove_user(settings, name)


ThemeName = Annotated[str, typer.Argument(help='What the theme is called, such as "packaging waste".')]
Sentence = Annotated[str, typer.Option("--sentence", "-s", help="One sentence that says what belongs to it.")]
Phrases = Annotated[
    list[str] | None,
    typer.Option("--phrase", "-p", help="How a customer puts it; may be given several times."),
]
ThemeIdArgument = Annotated[str, typer.Argument(help="Id of the theme, as `earmark themes list` shows it.")]


@themes.command("list")
def list_themes(
    as_json: Json = False,
    subs: Annotated[bool, typer.Option("--subs", help="Show the sub-themes too.")] = False,
) -> None:
    """The themes with what they count."""
    from assistant.commands import curating

    with _product() as product:
        curating.list_themes(product, as_json=as_json, subs=subs)


@themes.command("try")
def try_theme(name: ThemeName, sentence: Sentence, phrases: Phrases = None) -> None:
    """See what a theme would tag, changing nothing."""
    from assistant.commands import curating

    with _product() as product:
        curating.try_theme(product, name, sentence, phrases or [])


@themes.command("add")
def add_theme(name: ThemeName, sentence: Sentence, phrases: Phrases = None) -> None:
    """Add a theme and tag stored items again."""
    from assistant.commands import curating

    with _product() as product:
        curating.add_theme(product, name, sentence, phrases or [])


@themes.command("remove")
def remove_theme(theme: ThemeIdArgument) -> None:
    """Remove a theme that was added, or reset a shipped one that was changed."""
    from assistant.commands import curating

    with _product() as product:
        curating.remove_theme(product, theme)


@themes.command("export")
def export_themes(
    file: Annotated[
        Path | None, typer.Argument(dir_okay=False, help="YAML file; default is the screen.")
    ] = None,
) -> None:
    """Write the themes as YAML, to edit or to take elsewhere."""
    from assistant.commands import curating

    with _product() as product:
        curating.export_themes(product, file)


@themes.command("import")
def import_themes(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="YAML file.")],
) -> None:
    """Take themes over from a YAML file and tag stored items again."""
    from assistant.commands import curating

    with _product() as product:
        curating.import_themes(product, file)


@themes.command("history")
def theme_history() -> None:
    """The versions of the themes."""
    from assistant.commands import curating

    with _product() as product:
        curating.history(product)


@themes.command("restore")
def restore_themes(number: Annotated[int, typer.Argument(min=0, help="Number of the version.")]) -> None:
    """Go back to a version of the themes: undo."""
    from assistant.commands import curating

    with _product() as product:
        curating.restore(product, number)


@themes.command("discover")
def discover_themes() -> None:
    """Find themes that the taxonomy misses."""
    from assistant.commands import curating

    with _product() as product:
        curating.discover(product)


Candidate = Annotated[str, typer.Argument(help="Id of the candidate, as `earmark themes discover` shows it.")]


@themes.command("accept")
def accept_theme(
    candidate: Candidate,
    name: Annotated[str | None, typer.Option(help="Another name than the one proposed.")] = None,
    sentence: Annotated[str | None, typer.Option(help="Another sentence than the one proposed.")] = None,
) -> None:
    """Make a theme of a candidate and tag stored items again."""
    from assistant.commands import curating

    with _product() as product:
        curating.accept(product, candidate, name, sentence)


@themes.command("dismiss")
def dismiss_theme(
    candidate: Candidate,
    undo: Annotated[bool, typer.Option("--undo", help="Offer it again.")] = False,
) -> None:
    """Do not offer a candidate again."""
    from assistant.commands import curating

    with _product() as product:
        curating.dismiss(product, candidate, undo=undo)


@themes.command("retag")
def retag() -> None:
    """Tag stored items again with the model, the themes and the verdicts of now."""
    from assistant.commands import curating

    with _product() as product:
        curating.retag(product)


@watches.command("check")
def check_watches() -> None:
    """Look at the last whole weeks and show what stands out."""
    from assistant.commands import watching

    with _product() as product:
        watching.check(product)


@watches.command("list")
def list_watches() -> None:
    """Show what is watched."""
    from assistant.commands import watching

    with _product() as product:
        watching.listed(product)


@watches.command("add")
def add_watch(
    question: Annotated[str, typer.Argument(help='For instance "tell me when anger about refunds rises".')],
) -> None:
    """Watch something, in plain English."""
    from assistant.commands import watching

    with _product() as product:
        watching.add(product, question)


@watches.command("remove")
def remove_watch(
    watch: Annotated[str, typer.Argument(help="Id, as `earmark watches list` shows it.")],
) -> None:
    """Stop watching."""
    from assistant.commands import watching

    with _product() as product:
        watching.remove(product, watch)


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


@contextmanager
def _settings() -> Iterator["Settings"]:
    """The settings for one command; errors that a user can mend end it with one line."""
    from assistant.commands.failing import shown_as_is
    from assistant.settings import read

    try:
        yield read()
    except KeyboardInterrupt:
        _fail("stopped; what was acknowledged is kept, and the same command goes on from there", code=130)
    except Exception as error:
        if shown_as_is(error):
            _fail(str(error))
        raise


@contextmanager
def _product() -> Iterator["Product"]:
    """The product, opened for one command."""
    from assistant.wiring import Product

    with _settings() as settings:
        product = Product.open(settings)
        try:
            yield product
        finally:
            product.close()


def _fail(message: str, code: int = 2) -> NoReturn:
    print(f"earmark: {message}", file=sys.stderr)
    raise typer.Exit(code)
