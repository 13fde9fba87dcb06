"""What a language model hands back for a question: the slots of a plan. Nothing here is trusted."""

from pydantic import BaseModel, Field


class SlotDraft(BaseModel):
    """One slot of the plan, by its path, and the words of the question that ask for it."""

    slot: str = Field(description="Path of the slot, for instance intent or scope.themes")
    values: list[str] = Field(description="Values of the slot, out of the vocabulary")
    words: str = Field(description="Words of the question that ask for it, copied; empty when already read")


class PlanDraft(BaseModel):
    """All slots of a plan."""

    slots: list[SlotDraft]
