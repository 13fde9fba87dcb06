"""Redacts drafts before anything of them is stored, embedded or logged."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from assistant.intake.drafts import Draft
from assistant.intake.identity import Pseudonyms
from index.records import Item
from nlp.redact import Redacted, redact
from nlp.tags import transcript

_FULL_NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*\.?(?:[ .]+[^\W\d_][\w'’-]*\.?)+")
# A long number that happens to pass the check of a card is still only a number, where an id is expected.
_PERSONAL = frozenset(("EMAIL", "PHONE", "HANDLE", "NAME", "IBAN"))
_NUMBER = re.compile(r"[A-Za-z1-9][\w-]*")  # what most ids look like, known at a glance
_MAX_KEPT = 2_000  # characters of a cell in the list of refused rows


class Redactor:
    """Makes items out of drafts.

    Args:
        pseudonyms: of the workspace.
        keep: names that are no persons, such as the company's own.
    """

    def __init__(self, pseudonyms: Pseudonyms, keep: Collection[str] = ()) -> None:
        self._pseudonyms = pseudonyms
        self._keep = tuple(keep)
        # Values of attributes repeat; most of a row's cells are answered from here.
        self._value = lru_cache(maxsize=10_000)(self._redact)

    def item(self, draft: Draft, source: str | None) -> Item:
        """The item as it is stored.

        A title stands before the text on a line of its own, in what is stored, tagged, embedded and quoted:
        stored text = title + newline + text. So spans are offsets into one text and quotes are exact. A
        conversation's text is its transcript.
        """
        counts: Counter[str] = Counter()

        def clean(text: str, *, is_value: bool = False) -> str:
            redacted = self._value(text) if is_value else self._redact(text)
            counts.update(redacted.counts)
            return redacted.text

        title = clean(draft.title) if draft.title else None
        turns = tuple((who, clean(said)) for who, said in draft.turns) if draft.turns else None
        body = transcript(turns) if turns else clean(draft.text)
        return Item(
            id=self._id(draft.id or ""),
            kind="conversation" if turns else "feedback",
            text=f"{title}\n{body}" if title and not turns else body,
            title=title,
            turns=turns,
            date=draft.date,
            customer=self.customer(draft.customer),
            attributes={name: clean(value, is_value=True) for name, value in draft.attributes.items()},
            source=source,
            redactions=dict(counts),
        )

    def customer(self, value: str | None) -> str | None:
        """A customer's id; a mail address, a telephone number or a full name becomes `cust_` and a keyed hash."""
        if value is None:
            return None
        is_person = self._names_person(value) or _FULL_NAME.fullmatch(value)
        return self._pseudonyms.of("cust", value.casefold()) if is_person else value

    def attributes(self, values: Mapping[str, str]) -> dict[str, str]:
        """Attributes without personal data."""
        return {name: self._value(value).text for name, value in values.items()}

    def cells(self, cells: Mapping[str, Any]) -> dict[str, str]:
        """A refused row as it may be kept: cells redacted and cut, and what breaks a database made visible."""
        return {name: self._cell(value) for name, value in cells.items()}

    def _cell(self, value: Any) -> str:
        text = value if isinstance(value, str) else str(value)
        sound = text[: 2 * _MAX_KEPT].replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
        return self._redact(sound).text[:_MAX_KEPT]

    def _id(self, value: str) -> str:
        return self._pseudonyms.of("id", value) if self._names_person(value) else value

    def _names_person(self, value: str) -> bool:
        if _NUMBER.fullmatch(value):
            return False
        return not _PERSONAL.isdisjoint(self._value(value).counts)

    def _redact(self, text: str) -> Redacted:
        return redact(text, keep=self._keep)
