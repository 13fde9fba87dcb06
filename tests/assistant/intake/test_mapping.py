"""Columns: found by names and contents, explained, and open to contradiction."""

import datetime as dt

import pytest

from assistant.errors import MappingError
from assistant.intake.dates import order_of, parse_date
from assistant.intake.inference import infer
from assistant.intake.mapping import ColumnMapping, wishes
from assistant.intake.rows import Row

LONG = [
    "The kettle leaks from under the spout.",
    "My parcel sat in a locker for nine days.",
    "Thank you for the quick answer in the chat.",
    "Sizes run small, I had to send both back.",
    "It does what it should and looks nice.",
    "Nobody answered my two letters in March.",
]
SHOPS = ["Leeds", "Cork", "Leeds", "Bonn", "Cork", "Leeds"]


def mapped(columns: dict[str, list[str]], *said: str) -> ColumnMapping:
    rows = [
        Row(line=line, cells=dict(zip(columns, cells, strict=True)))
        for line, cells in enumerate(zip(*columns.values(), strict=True), 2)
    ]
    return infer(list(columns), rows, wishes(said, list(columns)), today=dt.date(2026, 6, 1))


def uses(mapping: ColumnMapping) -> dict[str, str]:
    return {
        one.column: one.name if one.use == "attribute" and one.name else one.use for one in mapping.columns
    }


NAMED_TEXT = [
    "Review Text", "review_body", "content", "Body", "comment", "Verbatim", "Consumer complaint narrative", "feedback",
    "Tell us why did you give this score?", "Bewertungstext", "Kommentar", "Commentaire", "Opmerkingen", "Comentario",
    "Testo", "отзыв", "レビュー",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMED_TEXT)
def test_texts_are_known_by_many_names(name):
    """The column of texts is found in exports of many products and languages."""
    assert uses(mapped({"Shop": SHOPS, name: LONG})) == {"Shop": "shop", name: "text"}


EXPORTS = {
    "shop": (
        {
            "Review ID": [f"R{n}" for n in range(6)], "Submitted": ["2026-03-01"] * 6, "Star Rating": list("512345"),
            "Headline": ["Leaky", "Late", "Quick", "Small", "Nice", "Silence"], "Review Text": LONG,
            "Customer No.": list("123123"), "Source": ["app", "web"] * 3, "Shop": SHOPS,
        },
        ["id", "date", "rating", "title", "text", "customer", "channel", "shop"],
    ),
    "app store": (
        {
            "userName": ["Ann B", "Joe", "Mia", "Li", "Al", "Zoe"], "content": LONG, "score": list("512345"),
            "at": ["18-12-2024 17:17"] * 6, "replyContent": [""] * 5 + ["We are sorry to hear that, please write"],
            "appVersion": ["4.1", "4.2"] * 3,
        },
        ["customer", "text", "rating", "date", "skip", "app_version"],
    ),
    "tweets": (
        {
            "": list("012345"), "tweet_id": [str(10**15 + n) for n in range(6)], "author_id": list("778899"),
            "created_at": ["Tue Oct 31 23:36:20 +0000 2017"] * 6, "text": LONG,
            "profile": ["https://example.com/a"] * 6,
        },
        ["skip", "id", "customer", "date", "text", "skip"],
    ),
    "german": (
        {
            "Datum": ["03.04.2026"] * 6, "Sterne": list("512345"), "Rezension": LONG, "Kundennummer": list("112233"),
            "Filiale": SHOPS,
        },
        ["date", "rating", "text", "customer", "filiale"],
    ),
    "french": (
        {"Date de création": ["03/04/2026"] * 6, "Note": list("512345"), "Avis": LONG, "Magasin": SHOPS},
        ["date", "rating", "text", "magasin"],
    ),
    "no telling names": (
        {"f1": SHOPS, "f2": LONG, "f3": ["2026-03-01"] * 6, "f4": list("512345")},
        ["f1", "text", "date", "rating"],
    ),
    "personal columns": (
        {"text": LONG, "First Name": SHOPS, "Phone": list("123456"), "Department Name": SHOPS},
        ["text", "skip", "skip", "department_name"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("columns", "expected"), EXPORTS.values(), ids=EXPORTS)
def test_exports_are_understood(columns, expected):
    """Every column of the usual exports gets its use."""
    found = mapped({name or "column 1": cells for name, cells in columns.items()})
    assert list(uses(found).values()) == expected
    assert all(one.reason for one in found.columns)


def test_a_list_of_customers_is_known_as_one():
    """Customers with attributes and no texts are customers, and numbers and dates of theirs are kept."""
    found = mapped(
        {
            "customer": [f"T{n}" for n in range(6)],
            "segment": SHOPS,
            "since": ["2019-01-01"] * 6,
            "lifetime_value": ["10", "20", "30", "40", "50", "61"],
            "email": ["a@example.com"] * 6,
        }
    )
    assert found.kind == "customers"
    assert list(uses(found).values()) == ["customer", "segment", "since", "lifetime_value", "skip"]


def test_what_the_user_says_wins():
    """Roles, attributes and columns to leave out can be named."""
    columns = {"comment": SHOPS, "remark": LONG, "plan": SHOPS, "day": ["03/04/2026"] * 6}
    found = mapped(columns, "text=Remark", "attr.tariff=plan", "skip=comment", "date_order=month")
    assert uses(found) == {"comment": "skip", "remark": "text", "plan": "tariff", "day": "date"}
    assert found.date_order == "month"


WRONG = {
    "unknown column": (
        "text=Revew",
        r"no column 'Revew'.*Did you mean 'Review'\?.*The columns are: Review, Plan",
    ),
    "unknown use": ("txet=Review", "'txet' is no use of a column; use one of text, title"),
    "no column": ("text", "write it as text=Column name"),
    "unknown order": ("date_order=dmy", "write date_order=day or date_order=month"),
}


@pytest.mark.parametrize(("said", "message"), WRONG.values(), ids=WRONG)
def test_wishes_that_cannot_be_met_are_answered(said, message):
    """The error names the words or columns that there are."""
    with pytest.raises(MappingError, match=message):
        wishes([said], ["Review", "Plan"])


def test_a_column_that_stands_alone_may_be_terse():
    """A file of short lines is feedback all the same."""
    rows = [
        Row(line=n, cells={"column 1": text})
        for n, text in enumerate(("Never again.", "Lovely staff.", "Meh!"))
    ]
    assert infer(["column 1"], rows, wishes([], ["column 1"])).column("text") == "column 1"


def test_a_table_without_texts_and_customers_is_refused():
    """The error names the columns and says how to choose one."""
    with pytest.raises(MappingError, match=r"text=<column>. The columns are: Shop, Amount"):
        mapped({"Shop": SHOPS, "Amount": list("123456")})


def test_a_mapping_survives_json():
    """A job keeps its mapping as JSON and reads it back."""
    found = mapped({"Shop": SHOPS, "text": LONG})
    assert ColumnMapping.of(found.plain()) == found


DATES = {
    "2026-03-04": (2026, 3, 4),
    "2019/9/24": (2019, 9, 24),
    "20260304": (2026, 3, 4),
    "2026-03-04T10:11:12Z": (2026, 3, 4),
    "18-12-2024 17:17": (2024, 12, 18),
    "18.12.24": (2024, 12, 18),
    "Tue Oct 31 23:36:20 +0000 2017": (2017, 10, 31),
    "Tue, 31 Oct 2017 23:36:20 +0000": (2017, 10, 31),
    "Oct 31, 2017": (2017, 10, 31),
    "October 31st, 2017 at 5 pm": (2017, 10, 31),
    "31 October 2017": (2017, 10, 31),
    "31. März 2017": (2017, 3, 31),
    "3 août 2017": (2017, 8, 3),
    "3 de mayo de 2017": (2017, 5, 3),
}


@pytest.mark.parametrize(("value", "expected"), DATES.items(), ids=DATES)
def test_dates_are_read_in_the_usual_forms(value, expected):
    """Forms of many programs and languages give the same day."""
    assert parse_date(value) == dt.date(*expected)


@pytest.mark.parametrize(
    "value", ["", "soon", "31/02/2024", "2024-13-01", "12", "1.5", "5 stars", "May I ask 2 things"]
)
def test_what_is_no_date_is_none(value):
    """Nothing is guessed."""
    assert parse_date(value) is None


def test_numbers_are_dates_only_where_dates_are_expected():
    """Seconds, milliseconds and Excel's day numbers need the column to be one of dates."""
    assert parse_date("1400712669") is None
    assert parse_date("1400712669", numbers=True) == dt.date(2014, 5, 21)
    assert parse_date("1400712669000", numbers=True) == dt.date(2014, 5, 21)
    assert parse_date("45292", numbers=True) == dt.date(2024, 1, 1)


ORDERS = {
    "a day over twelve": (["03/04/2026", "13/04/2026"], "day", "day first, as in 13/04/2026"),
    "a month over twelve": (["03/04/2026", "04/13/2026"], "month", "month first, as in 04/13/2026"),
    "dots": (["03.04.2026"], "day", "day.month.year"),
    "the future": (["01/05/2026", "01/09/2026"], "month", "would lie in the future"),
    "both": (["13/04/2026", "14/04/2026", "04/15/2026"], "day", "the others are refused"),
    "nothing tells": (["03/04/2026"], "month", "nothing tells day from month; taken as month first"),
    "iso": (["2026-04-03"], "month", ""),
}


@pytest.mark.parametrize(("values", "first", "reason"), ORDERS.values(), ids=ORDERS)
def test_day_and_month_are_told_apart_by_evidence(values, first, reason):
    """The order is found from the column, and said; without evidence the usual one is taken, and said."""
    order = order_of(values, "month", today=dt.date(2026, 6, 1))
    assert order.first == first
    assert reason in order.reason
