"""Feedback that other systems post in their own JSON: a stored mapping says where each thing stands in it."""

import re
from typing import Annotated, Any

from jsonpointer import JsonPointer, JsonPointerException
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import InputError, NotFoundError, RefusedError
from assistant.intake.dates import parse_date
from assistant.intake.exports.markup import text_of_html
from assistant.intake.feedback import FeedbackIn
from index.documents import Documents

MOST_ENTRIES = 1000
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def _pointer(value: str) -> str:
    try:
        JsonPointer(value)
    except JsonPointerException as error:
        raise ValueError(f"{value!r} is no JSON pointer: {error}; write it as /data/comment") from error
    return value


def _pointer_or_constant(value: str) -> str:
    return _pointer(value) if value.startswith("/") else value


Pointer = Annotated[str, Field(max_length=500), AfterValidator(_pointer)]
PointerOrConstant = Annotated[str, Field(max_length=500), AfterValidator(_pointer_or_constant)]


class Hook(BaseModel):
    """Where things stand in what is posted: JSON pointers (RFC 6901), from the entry on."""

    model_config = ConfigDict(extra="forbid")

    entries: Pointer | None = Field(
        default=None, description="Where the list of entries stands; without it the body is one, or a list"
    )
    text: Pointer | None = Field(default=None, examples=["/data/comment"], description="HTML becomes text")
    turns: Pointer | None = Field(default=None, description="A list of turns, for conversations")
    id: Pointer | None = None
    title: Pointer | None = None
    date: Pointer | None = Field(default=None, description="ISO 8601, or seconds since 1970")
    customer: Pointer | None = None
    rating: Pointer | None = None
    channel: PointerOrConstant | None = Field(
        default=None, description="Begins with / where it is read from the entry; else it is the channel"
    )
    attributes: dict[Annotated[str, Field(max_length=100)], PointerOrConstant] = Field(
        default={}, max_length=50, examples=[{"plan": "/user/plan", "shop": "Cork"}]
    )


class NamedHook(Hook):
    """A hook under its name."""

    name: str


class Hooks:
    """The hooks of a workspace."""

    def __init__(self, stored: Documents) -> None:
        self._stored = stored

    def all(self) -> list[NamedHook]:
        """By name."""
        return sorted(
            (NamedHook(name=name, **body) for name, body in self._stored.items()), key=lambda one: one.name
        )

    def get(self, name: str) -> Hook:
        """One of them. Raises NotFoundError."""
        body = self._stored.get(name)
        if body is None:
            raise NotFoundError(f"There is no hook {name!r}; PUT /v1/hooks/{name} makes it.")
        return Hook(**body)

    def put(self, name: str, hook: Hook) -> None:
        """Make it or change it. Raises InputError where it names neither text nor turns."""
        if hook.text is None and hook.turns is None:
            raise InputError("The hook says neither where the text stands nor where the turns do.")
        self._stored.put(name, hook.model_dump(exclude_none=True))

    def remove(self, name: str) -> None:
        """Forget it; what came in by it stays. Raises NotFoundError."""
        self.get(name)
        self._stored.delete(name)


def read_entries(hook: Hook, body: Any) -> list[FeedbackIn | RefusedError]:
    """What the entries of a body say, each or why it cannot be taken.

    Raises:
        InputError: the list of entries is not where the hook says, or is too long.
    """
    found = _at(hook.entries, body) if hook.entries is not None else body
    if hook.entries is not None and not isinstance(found, list):
        raise InputError(f"There is no list at {hook.entries} in the body.")
    entries = found if isinstance(found, list) else [found]
    if len(entries) > MOST_ENTRIES:
        raise InputError(
            f"The body has {len(entries):,} entries; at most {MOST_ENTRIES:,} are taken at once."
        )
    return [_read(hook, entry) for entry in entries]


def _read(hook: Hook, entry: Any) -> FeedbackIn | RefusedError:
    try:
        return FeedbackIn(
            id=_text_at(hook.id, entry),
            text=_plain(_text_at(hook.text, entry)),
            title=_text_at(hook.title, entry),
            turns=_at(hook.turns, entry) or None,
            date=_date(_text_at(hook.date, entry)),
            customer=_text_at(hook.customer, entry),
            rating=_text_at(hook.rating, entry),
            channel=_value(hook.channel, entry),
            attributes={name: _value(where, entry) for name, where in hook.attributes.items()},
        )
    except RefusedError as error:
        return error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return RefusedError(f"{place}: {first['msg']}")


def _at(pointer: str | None, entry: Any) -> Any:
    if pointer is None or not isinstance(entry, dict | list):
        return None
    return JsonPointer(pointer).resolve(entry, None)


def _text_at(pointer: str | None, entry: Any) -> str | None:
    """A value as text; objects and lists are none."""
    value = _at(pointer, entry)
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(where: str | None, entry: Any) -> str | None:
    return _text_at(where, entry) if where is not None and where.startswith("/") else where


def _plain(text: str | None) -> str | None:
    return text_of_html(text) if text and _TAG.search(text) else text


def _date(value: str | None) -> Any:
    if not value:
        return None
    found = parse_date(value, numbers=True)
    if found is None:
        raise RefusedError(f"the date cannot be read: {value[:40]!r}")
    return found
