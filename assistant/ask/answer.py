"""The answer as it leaves the product. `assistant/ask/ledger.py` is where facts and citations are made."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel

from assistant.ask.plan import Chip

Abstained = Literal["help", "unsupported", "nothing", "thin", "premise"]


class Fact(BaseModel):
    """One computed statement: `n` of `of` items. `filter` finds exactly these `n` items through the API.

    `value` is what the sentence states: a share in [0, 1], a risk difference or a ratio, as `kind` says.
    `ci` is the 95 % interval of `value`; `p` is of `test`, `q` after Benjamini-Hochberg over all tests made.
    """

    id: str
    kind: str
    label: str
    value: float
    n: int
    of: int
    ci: tuple[float, float] | None = None
    test: str | None = None
    p: float | None = None
    q: float | None = None
    filter: dict[str, Any]


class Citation(BaseModel):
    """A quote: characters `span` of the stored text of `item`, copied by code."""

    id: str
    item: str
    span: tuple[int, int]
    text: str
    date: date | None
    channel: str | None


class Claim(BaseModel):
    """One sentence of the answer with the facts and citations that it stands on."""

    text: str
    facts: list[str] = []
    citations: list[str] = []
    status: Literal["computed", "verified"] = "computed"


class Coverage(BaseModel):
    """How much was looked at: stored items, items in scope, items that were not tagged."""

    items: int
    in_scope: int
    untagged: int


class Answer(BaseModel):
    """What `POST /v1/ask` returns.

    `abstained` says why the question is not answered as it was put: it is about the assistant (`help`), feedback cannot
    tell (`unsupported`), there is no item (`nothing`), there are too few (`thin`), or what it takes for granted is not so
    (`premise`).
    """

    answer: str
    plan: dict[str, Any]
    claims: list[Claim]
    facts: list[Fact]
    citations: list[Citation]
    caveats: list[str]
    suggestions: list[str]
    coverage: Coverage
    mode: Literal["composed", "written"] = "composed"
    abstained: Abstained | None = None
    conversation: str
    understood: list[Chip] = []
