"""What the redaction rules hand to one another: a stretch of text and the kind of personal data in it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["EMAIL", "PHONE", "CARD", "IBAN", "IP", "URL_TOKEN", "HANDLE", "NAME", "ACCOUNT"]


@dataclass(frozen=True, slots=True)
class Found:
    """Personal data of one kind at `[start, end)`."""

    start: int
    end: int
    kind: Kind
