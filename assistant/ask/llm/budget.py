"""What a language model may use up for one answer. Whoever asks it for that answer draws on the same budget."""

import time
from dataclasses import dataclass


@dataclass
class Budget:
    """Seconds until `end` and tokens that may still be written; `failure` says why the model was no help."""

    end: float  # of time.monotonic()
    tokens: int
    failure: str | None = None

    @classmethod
    def of(cls, *, seconds: float, tokens: int) -> "Budget":
        """A budget whose time runs from now on."""
        return cls(end=time.monotonic() + seconds, tokens=tokens)

    @property
    def seconds(self) -> float:
        """What is left of the time."""
        return max(0.0, self.end - time.monotonic())

    def until(self, share: float) -> float:
        """The moment at which this share of the time that is left is over."""
        return time.monotonic() + share * self.seconds
