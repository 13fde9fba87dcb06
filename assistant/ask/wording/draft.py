"""What a language model hands back: claims whose numbers, names and quotes are slots. Nothing here is trusted."""

from typing import Literal

from pydantic import BaseModel, Field


class DraftClaim(BaseModel):
    """One reworded claim."""

    kind: Literal["head", "list", "text"] = Field(description="Kind of the claim that is reworded")
    text: str = Field(description="Sentences with slots such as {F3.share}; no digits, no quotation marks")
    facts: list[str] = Field(description="Ids of the facts of the claim, for instance F3")
    citations: list[str] = Field(description="Ids of the quotes of the claim, for instance C1; may be empty")


class Draft(BaseModel):
    """All claims that were reworded."""

    claims: list[DraftClaim]
