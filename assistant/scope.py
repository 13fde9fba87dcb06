"""A scope says which items are meant. It is the filter of plans, facts and the search API alike."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from nlp import labels


def _known(name: str, allowed: Iterable[str]) -> AfterValidator:
    """Refuse words that are not in the vocabulary, and say which are."""
    words = frozenset(allowed)

    def check(values: list[str]) -> list[str]:
        for value in values:
            if value not in words:
                msg = f"{value!r} is no {name}; use one of {', '.join(sorted(words))}"
                raise ValueError(msg)
        return values

    return AfterValidator(check)


Labels = list[str]


class Period(BaseModel):
    """Calendar days, both ends included; a missing end is open."""

    model_config = ConfigDict(populate_by_name=True, extra="forbid", serialize_by_alias=True)

    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first and self.last and self.first > self.last:
            msg = f"the period ends ({self.last}) before it starts ({self.first})"
            raise ValueError(msg)
        return self


class Scope(BaseModel):
    """Lists are "any of", keys are "and"; `exclude` removes whatever matches any of its keys.

    `themes` takes themes and sub-themes. `polarity` applies to the themes named, or to any theme.
    `also` holds further scopes that must apply too: receipts use it to narrow one list twice; inside
    `exclude` each of them is removed as a whole.
    """

    model_config = ConfigDict(extra="forbid")

    themes: Labels = []
    polarity: Literal["-", "+", "0"] | None = None
    sentiment: Annotated[Labels, _known("sentiment", labels.SENTIMENTS)] = []
    emotions: Annotated[Labels, _known("emotion", labels.EMOTIONS)] = []
    empathy_gaps: Annotated[Labels, _known("empathy gap", labels.EMPATHY_GAPS)] = []
    churn: Annotated[Labels, _known("churn label", labels.CHURN)] = []
    effort: Annotated[Labels, _known("effort", labels.EFFORT)] = []
    intents: Annotated[Labels, _known("intent", labels.INTENTS)] = []
    forces: Annotated[Labels, _known("force", labels.FORCES)] = []
    attributes: dict[str, list[str]] = {}
    period: Period | None = None
    text: str | None = None
    exclude: "Scope | None" = None
    terms: list[str] = Field(default=[], description="Index terms that must all apply, for receipts.")
    also: "list[Scope]" = []

    def is_empty(self) -> bool:
        return self == Scope()

    def plain(self) -> dict[str, object]:
        """As JSON without the keys that say nothing."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def merged(self, other: "Scope") -> "Scope":
        """This scope with the keys that `other` sets laid over it."""
        changed = {name: getattr(other, name) for name in other.model_fields_set}
        if "attributes" in changed:
            changed["attributes"] = {**self.attributes, **other.attributes}
        return self.model_copy(update=changed)

    def without(self, other: "Scope") -> "Scope":
        """The items of this scope that are not in `other`."""
        return self.narrowed(Scope(exclude=Scope(also=[other])))

    def narrowed(self, *others: "Scope") -> "Scope":
        """The items of this scope that are in each of `others` too."""
        rest = [other for other in others if not other.is_empty()]
        return self.model_copy(update={"also": [*self.also, *rest]}) if rest else self
