"""A scope from a query string: every key of a filter by its own name, attributes as `attr.<name>`."""

import json
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams

from assistant.scope import Scope

_LISTS = ("themes", "sentiment", "emotions", "empathy_gaps", "churn", "effort", "intents", "forces", "terms")
_SINGLE = ("polarity", "text")
_PERIOD = ("from", "to")
_ATTRIBUTE = "attr."
KEYS = frozenset({*_LISTS, *_SINGLE, *_PERIOD, "filter"})


class FilterQuery(BaseModel):
    """The filter keys of a query string, for the documentation; `scope_of_query` reads them."""

    filter: Annotated[
        str | None,
        Query(description="A whole filter as JSON, such as that of a fact. Goes with no other filter key."),
    ] = None
    themes: Annotated[list[str], Query(description="Themes or sub-themes, any of")] = []
    polarity: Annotated[str | None, Query(description="`-`, `+` or `0`, for the themes named")] = None
    sentiment: Annotated[list[str], Query()] = []
    emotions: Annotated[list[str], Query()] = []
    empathy_gaps: Annotated[list[str], Query()] = []
    churn: Annotated[list[str], Query()] = []
    effort: Annotated[list[str], Query()] = []
    intents: Annotated[list[str], Query()] = []
    forces: Annotated[list[str], Query()] = []
    terms: Annotated[list[str], Query(description="Index terms that must all apply")] = []
    text: Annotated[str | None, Query(description="Words that stand next to each other")] = None
    first: Annotated[str | None, Query(alias="from", description="First day, `2026-07-01`")] = None
    last: Annotated[str | None, Query(alias="to", description="Last day, `2026-09-30`")] = None


def scope_of_query(request: Request, others: frozenset[str]) -> Scope:
    """The scope that the query string names.

    Args:
        request: with parameters as in `FilterQuery`; `attr.channel=email` narrows by an attribute.
        others: parameters that the route reads itself.

    Raises:
        RequestValidationError: for unknown parameters and values.
    """
    given = request.query_params
    filters = [key for key in given if key not in others]
    unknown = [key for key in filters if key not in KEYS and not key.startswith(_ATTRIBUTE)]
    if unknown:
        known = ", ".join(sorted({*KEYS, *others}))
        raise _refusal(unknown[0], f"There is no parameter {unknown[0]!r}; use {known} or attr.<name>.")
    if "filter" in given:
        if len(filters) > 1:
            raise _refusal("filter", "Give either filter or single keys, not both.")
        return _validated(_json(given["filter"]), ("query", "filter"))
    return _validated(_plain(given), ("query",))


def _plain(given: QueryParams) -> dict[str, Any]:
    plain: dict[str, Any] = {name: given.getlist(name) for name in _LISTS if name in given}
    plain |= {name: given[name] for name in _SINGLE if given.get(name)}
    if period := {name: given[name] for name in _PERIOD if given.get(name)}:
        plain["period"] = period
    attributes = [key for key in given if key.startswith(_ATTRIBUTE)]
    if attributes:
        plain["attributes"] = {key.removeprefix(_ATTRIBUTE): given.getlist(key) for key in attributes}
    return plain


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refusal("filter", f"The filter is no JSON: {error}.") from error


def _validated(plain: Any, place: tuple[str, ...]) -> Scope:
    try:
        return Scope.model_validate(plain)
    except ValidationError as error:
        entries = [{**entry, "loc": (*place, *entry["loc"])} for entry in error.errors()]
        raise RequestValidationError(entries) from error


def _refusal(parameter: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": ("query", parameter), "msg": message}])
