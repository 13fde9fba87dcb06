"""The themes of a workspace, as versions: what people have changed is laid over the shipped taxonomy."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from assistant.errors import BusyError, InputError, NotFoundError
from index.documents import Documents
from nlp.labels import THEMES
from nlp.taxonomy import Taxonomy, TaxonomyError, Theme

MOST_OWN = 200


@dataclass(frozen=True, kw_only=True)
class Version:
    """A state of the themes. Version 0 is the shipped taxonomy."""

    number: int
    taxonomy: Taxonomy
    changed: dt.datetime | None = None
    what: str = "as shipped"

    def theme(self, theme_id: str) -> Theme:
        """A theme by id. Raises NotFoundError."""
        theme = self.taxonomy.theme(theme_id)
        if theme is None:
            raise NotFoundError(f"There is no theme {theme_id!r}; list the themes to see which there are.")
        return theme


class Taxonomies:
    """The versions of one workspace. Every change writes a new version; old ones are kept."""

    def __init__(self, documents: Documents, shipped: Taxonomy) -> None:
        self._documents, self._shipped = documents, shipped
        self._latest = Version(number=0, taxonomy=shipped)

    def current(self) -> Version:
        """The newest version, by whichever process it was written."""
        latest, body = self._latest, None
        number = latest.number
        while (newer := self._documents.get(_key(number + 1))) is not None:
            number, body = number + 1, newer
        if body is not None:
            latest = self._version(number, body)
            self._latest = latest
        return latest

    def get(self, number: int) -> Version:
        """A version by its number. Raises NotFoundError."""
        if number == 0:
            return Version(number=0, taxonomy=self._shipped)
        body = self._documents.get(_key(number))
        if body is None:
            raise NotFoundError(f"There is no version {number} of the themes.")
        return self._version(number, body)

    def history(self) -> list[Version]:
        """All versions, the newest first."""
        return [self.get(number) for number in range(self.current().number, -1, -1)]

    def add(self, theme: Theme) -> Version:
        """Add a theme of one's own. Raises InputError when its id or name is taken."""
        current = self.current()
        for known in current.taxonomy.themes:
            if known.id == theme.id or known.name.casefold() == theme.name.casefold():
                raise InputError(
                    f"There is a theme {known.name!r} ({known.id}) already; change that one or choose another name."
                )
        return self._write(current, [*current.taxonomy.themes, theme], f"added {theme.name}")

    def change(self, theme: Theme) -> Version:
        """Put a theme in the place of the one with its id. Raises NotFoundError, InputError."""
        current = self.current()
        old = current.theme(theme.id)
        themes = [theme if known.id == theme.id else known for known in current.taxonomy.themes]
        return current if old == theme else self._write(current, themes, f"changed {theme.name}")

    def remove(self, theme_id: str) -> Version:
        """Remove a theme of one's own; a shipped one that was changed is again as shipped. Raises NotFoundError."""
        current = self.current()
        theme = current.theme(theme_id)
        shipped = self._shipped.theme(theme_id)
        if shipped == theme:
            raise InputError(
                f"{theme.name!r} is shipped with Earmark and unchanged; it can be edited, not removed."
            )
        kept = [known for known in current.taxonomy.themes if known.id != theme_id]
        what = f"reset {theme.name}" if shipped else f"removed {theme.name}"
        return self._write(current, [*kept, shipped] if shipped else kept, what)

    def replace(self, taxonomy: Taxonomy, what: str = "imported a file") -> Version:
        """Take over a whole taxonomy; trained themes that it leaves out stay as shipped. Raises InputError."""
        current = self.current()
        return current if taxonomy == current.taxonomy else self._write(current, taxonomy.themes, what)

    def restore(self, number: int) -> Version:
        """Make an earlier version the newest again: undo. Raises NotFoundError."""
        return self.replace(self.get(number).taxonomy, f"went back to version {number}")

    def _write(self, current: Version, themes: Iterable[Theme], what: str) -> Version:
        given = {theme.id: theme for theme in themes}
        changed = [theme for id_, theme in given.items() if self._shipped.theme(id_) != theme]
        own = [theme for theme in changed if theme.id not in THEMES]
        if len(own) > MOST_OWN:
            raise InputError(f"{len(own)} own themes are too many; keep at most {MOST_OWN}.")
        number = current.number + 1
        now = dt.datetime.now(dt.UTC)
        body = {
            "themes": [theme.model_dump(mode="json", exclude_defaults=True) for theme in changed],
            "changed": now.isoformat(timespec="seconds"),
            "what": what,
            "at": now.timestamp(),
        }
        _refuse_equal_names(self._version(number, body).taxonomy)  # refuses what could not be read again, too
        if self._documents.put_if_absent(_key(number), body) != body:
            raise BusyError("somebody else has just changed the themes; look at them and try again")
        return self.current()

    def _version(self, number: int, body: Mapping[str, Any]) -> Version:
        try:
            changed = {theme["id"]: Theme.model_validate(theme) for theme in body["themes"]}
            kept = [changed.pop(theme.id, theme) for theme in self._shipped.themes]
            taxonomy = Taxonomy(themes=(*kept, *changed.values()))
        except ValidationError as error:
            reasons = "; ".join(one["msg"].removeprefix("Value error, ") for one in error.errors())
            raise InputError(f"These themes can't be used: {reasons}") from error
        return Version(
            number=number,
            taxonomy=taxonomy,
            changed=dt.datetime.fromisoformat(body["changed"]),
            what=body["what"],
        )


def own_themes(taxonomy: Taxonomy) -> list[Theme]:
    """The themes that the tagger was not trained for."""
    return [theme for theme in taxonomy.themes if theme.id not in THEMES]


def read_yaml(text: str, source: str) -> Taxonomy:
    """A taxonomy from YAML. Raises InputError that names every wrong place."""
    try:
        return Taxonomy.from_yaml(text, source=source)
    except TaxonomyError as error:
        raise InputError(str(error)) from error


def _refuse_equal_names(taxonomy: Taxonomy) -> None:
    seen: dict[str, Theme] = {}
    for theme in taxonomy.themes:
        other = seen.setdefault(theme.name.casefold(), theme)
        if other is not theme:
            raise InputError(
                f"Two themes are called {theme.name!r}: {other.id} and {theme.id}. Give one of them another name."
            )


def theme_id(name: str) -> str:
    """An id from a name: `Packaging & waste` -> `packaging_waste`. Raises InputError."""
    found = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60].strip("_")
    if not re.fullmatch(r"[a-z][a-z0-9_]+", found):
        raise InputError(f"{name!r} gives no id; choose a name that begins with a letter a to z.")
    return found


def _key(number: int) -> str:
    return f"{number:08d}"
