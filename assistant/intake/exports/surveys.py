"""Answers of surveys, where one person answers several open questions: each answer is an item of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.intake.column_names import attribute_name, folded, is_personal
from assistant.intake.profiles import profile
from assistant.intake.rows import Row, Table, sample_of

_SAMPLE = 500
_LABEL_WORDS = 10
_NOT_ANSWERS = ("survey preview", "spam", "survey test")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A column with answers, and the words in which it was asked."""

    column: str
    label: str
    may_be_open: bool = True


class Survey(Protocol):
    """How one product writes its answers."""

    name: str  # with its article, for people
    labels: int  # rows after the header that say more of the questions
    roles: Mapping[str, Sequence[str]]  # our column to theirs, the first that is filled

    def fits(self, columns: Sequence[str], first: Sequence[Row]) -> bool:
        """Whether these are the columns and first rows of such an export."""
        ...

    def questions(self, columns: Sequence[str], first: Sequence[Row]) -> list[Question]:
        """Every column that holds answers."""
        ...


class Qualtrics:
    """Three rows before the answers: codes, questions, and where each was imported from."""

    name = "a Qualtrics"
    labels = 2
    roles: Mapping[str, Sequence[str]] = {
        "id": ("ResponseId",), "date": ("RecordedDate", "EndDate"),
        "customer_id": ("ExternalReference", "RecipientEmail"), "status": ("Status",),
    }  # fmt: skip
    _more = frozenset(
        ("StartDate", "IPAddress", "Progress", "Duration (in seconds)", "Finished", "RecipientLastName",
         "RecipientFirstName", "LocationLatitude", "LocationLongitude", "DistributionChannel", "UserLanguage")
    )  # fmt: skip

    def fits(self, columns: Sequence[str], first: Sequence[Row]) -> bool:
        """As Survey."""
        if "ResponseId" not in columns or len(first) < self.labels:
            return False
        return str(first[1].cells.get("ResponseId", "")).startswith("{")

    def questions(self, columns: Sequence[str], first: Sequence[Row]) -> list[Question]:
        """As Survey."""
        known = {*_columns(self), *self._more}
        return [
            Question(column=name, label=str(first[0].cells.get(name) or name))
            for name in columns
            if name not in known
        ]


class SurveyMonkey:
    """Two rows before the answers: questions, and under each the choices or `Open-Ended Response`."""

    name = "a SurveyMonkey"
    labels = 1
    roles: Mapping[str, Sequence[str]] = {
        "id": ("Respondent ID",), "date": ("Date Created",), "customer_id": ("Email Address",),
    }  # fmt: skip
    _more = frozenset(("Collector ID", "Date Modified", "IP Address", "First Name", "Last Name"))
    _open = ("open ended response", "other please specify")

    def fits(self, columns: Sequence[str], first: Sequence[Row]) -> bool:
        """As Survey."""
        return {"Respondent ID", "Collector ID"} <= {*columns} and bool(first)

    def questions(self, columns: Sequence[str], first: Sequence[Row]) -> list[Question]:
        """As Survey. A question stands over the first of its columns only."""
        under, asked, found = first[0].cells, "", []
        for number, name in enumerate(columns, 1):
            if name in self._more or name in _columns(self):
                continue
            asked = asked if name == f"column {number}" else name
            choice = folded(str(under.get(name, "")))
            is_whole = choice in ("", "response", *self._open)
            label = asked if is_whole else f"{asked} - {under[name]}"
            found.append(Question(column=name, label=label, may_be_open=choice in self._open))
        return found


SURVEYS: tuple[Survey, ...] = (Qualtrics(), SurveyMonkey())


class SurveyTable:
    """The table of a survey, each answer to an open question as a row, the closed ones beside it."""

    def __init__(self, table: Table, survey: Survey, first: Sequence[Row]) -> None:
        self._table, self._survey = table, survey
        asked = survey.questions(table.columns, first)
        answers = [row.cells for row in first[survey.labels :]]
        self._open = [one for one in asked if _is_open(one, answers)]
        self._closed = {_attribute(one.label): one.column for one in asked if one not in self._open}
        names = (*survey.roles, "channel", "question", "text", *self._closed)
        self.columns: Sequence[str] = list(dict.fromkeys(names))

    @property
    def description(self) -> str:
        """As Table."""
        count = len(self._open)
        said = f"{count} open question{'s' if count != 1 else ''}"
        return f"{self._table.description}, read as {self._survey.name} export with {said}"

    def rows(self) -> Iterator[Row]:
        """As Table. The answers of one person have the line of that person's row."""
        for number, row in enumerate(self._table.rows()):
            if row.problem:
                yield row
            elif number >= self._survey.labels:
                yield from self._answers(row)

    def _answers(self, row: Row) -> Iterator[Row]:
        given = {ours: _filled(row.cells, theirs) for ours, theirs in self._survey.roles.items()}
        closed = {name: row.cells.get(column, "") for name, column in self._closed.items()}
        answered = [one for one in self._open if str(row.cells.get(one.column, "")).strip()]
        if problem := _problem(given, answered):
            yield Row(line=row.line, cells={"id": given["id"]}, problem=problem, done=row.done)
            return
        for one in answered:
            said = {
                "question": " ".join(one.label.split()),
                "text": row.cells[one.column],
                "channel": "survey",
            }
            id_ = f"{given['id']}/{attribute_name(one.column)}" if given["id"] else ""
            yield Row(line=row.line, cells={**closed, **given, **said, "id": id_}, done=row.done)


def _columns(survey: Survey) -> set[str]:
    return {column for columns in survey.roles.values() for column in columns}


def _filled(cells: Mapping[str, Any], columns: Sequence[str]) -> Any:
    return next((cells[column] for column in columns if cells.get(column)), "")


def _problem(given: Mapping[str, Any], answered: Sequence[Question]) -> str | None:
    if folded(str(given.get("status", ""))) in _NOT_ANSWERS:
        return "a trial run of the survey and no customer's answer"
    return None if answered else "no open question was answered"


def _is_open(question: Question, answers: Sequence[Mapping[str, Any]]) -> bool:
    """People wrote sentences here, each others."""
    if not question.may_be_open or is_personal(question.label):
        return False
    found = profile([row.get(question.column, "") for row in answers])
    return found.is_text and found.words >= 3 and found.distinct_share > 0.5


def _attribute(label: str) -> str:
    """A short name: of a grid the line, of a long question its first words."""
    if "recommend" in folded(label) and "how likely" in folded(label):
        return "likelihood to recommend"
    return " ".join(label.rpartition(" - ")[2].split()[:_LABEL_WORDS])


def as_survey(table: Table) -> Table | None:
    """The table read as the answers of a survey, or None if it is none."""
    if not any(_columns(survey) & {*table.columns} for survey in SURVEYS):
        return None
    first = sample_of(table, _SAMPLE)
    found = next((survey for survey in SURVEYS if survey.fits(table.columns, first)), None)
    return SurveyTable(table, found, first) if found else None
