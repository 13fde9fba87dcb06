"""Reads the documents of a file for tagging alone: nothing is redacted, because nothing is stored."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assistant.errors import InputError, MappingError, RefusedError
from assistant.intake.drafts import draft_of_row
from assistant.intake.inference import infer
from assistant.intake.mapping import wishes
from assistant.intake.reading import open_table
from assistant.intake.rows import sample_of
from nlp.tags import Document

_SAMPLE = 2_000


def documents_of(path: Path) -> Iterator[Document]:
    """One document per row, with its id or its line as id; a title stands before its text as in a stored item.

    An empty text is a document too, from whose tags the tagger abstains: every row gets its line.

    Raises:
        FileError: the file cannot be read.
        MappingError: no column holds texts.
        InputError: naming the line that is no document.
    """
    table = open_table(path)
    mapping = infer(table.columns, sample_of(table, _SAMPLE), wishes((), table.columns))
    if mapping.kind == "customers":
        raise MappingError(f"{path.name} holds customers and no texts")
    # A date or an attribute that cannot be read does not keep a text from being tagged.
    used = tuple(one for one in mapping.columns if one.use in ("text", "title", "id", "turns"))
    mapping = replace(mapping, columns=used)
    for row in table.rows():
        try:
            draft = draft_of_row(row, mapping, may_be_empty=True)
        except RefusedError as error:
            raise InputError(f"{path.name}, line {row.line}: {error}") from error
        id_ = draft.id or str(row.line)
        text = f"{draft.title}\n{draft.text}" if draft.title else draft.text
        yield Document(id=id_, turns=draft.turns) if draft.turns else Document(id=id_, text=text)
