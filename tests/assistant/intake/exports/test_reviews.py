"""Reviews of the stores and sites are recognised, whatever their columns are called."""

import csv
import datetime as dt
import io
import json
from pathlib import Path

from assistant.intake.drafts import Draft, draft_of_row
from assistant.intake.inference import infer
from assistant.intake.mapping import wishes
from assistant.intake.reading import open_table


def read(path: Path) -> tuple[str, list[Draft]]:
    """What the file is read as, and what it says."""
    table = open_table(path)
    rows = list(table.rows())
    mapping = infer(table.columns, rows, wishes([], table.columns), today=dt.date(2026, 11, 1))
    return table.description.rpartition("read as ")[2], [draft_of_row(row, mapping) for row in rows]


def as_csv(*rows: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def test_google_play(tmp_path: Path) -> None:
    """The monthly CSV is UTF-16, and the developer's reply is not the customer's text."""
    path = tmp_path / "reviews_com.example.bus_202604.csv"
    path.write_text(
        as_csv(
            ("Package Name", "App Version Code", "App Version Name", "Reviewer Language", "Device",
             "Review Submit Date and Time", "Review Submit Millis Since Epoch", "Review Last Update Date and Time",
             "Review Last Update Millis Since Epoch", "Star Rating", "Review Title", "Review Text",
             "Developer Reply Date and Time", "Developer Reply Millis Since Epoch", "Developer Reply Text", "Review Link"),
            ("com.example.bus", "311", "3.1.1", "en", "a52q", "2026-04-03T06:12:44Z", "1775196764000",
             "2026-04-03T06:12:44Z", "1775196764000", "1", "", "Ticket vanished the moment the inspector got on.",
             "2026-04-04T08:00:00Z", "1775289600000", "Please write to help", "https://play.example/r?id=1"),
            ("com.example.bus", "311", "3.1.1", "de", "beyond1", "2026-04-05T17:30:02Z", "1775410202000",
             "2026-04-05T17:30:02Z", "1775410202000", "5", "", "Endlich sehe ich, wo mein Bus steckt.",
             "", "", "", "https://play.example/r?id=2"),
        ),
        encoding="utf-16",
    )  # fmt: skip
    what, (first, second) = read(path)
    assert what == "a Google Play export"
    assert first.text == "Ticket vanished the moment the inspector got on."
    assert first.date == dt.date(2026, 4, 3)
    assert first.attributes["rating"] == "1"
    assert first.attributes["channel"] == "google_play"
    assert first.attributes["app_version"] == "3.1.1"
    assert second.attributes["reviewer_language"] == "de"


def test_app_store(tmp_path: Path) -> None:
    """What the store's API hands out holds the review one level down."""
    reviews = [
        {"type": "customerReviews", "id": "00000041-aa", "attributes": {
            "rating": 2, "title": "Logged out daily", "body": "Every morning I type the code again.",
            "reviewerNickname": "mossgreen81", "createdDate": "2026-05-11T04:20:00-07:00", "territory": "IRL"}},
        {"type": "customerReviews", "id": "00000041-ab", "attributes": {
            "rating": 5, "title": "Quick", "body": "Paid the plumber from the stairwell.",
            "reviewerNickname": "T Oduya", "createdDate": "2026-05-12T10:00:00-07:00", "territory": "GBR"}},
    ]  # fmt: skip
    path = tmp_path / "reviews.json"
    path.write_text(json.dumps({"data": reviews, "links": {"self": "https://x"}}), encoding="utf-8")
    what, (first, _) = read(path)
    assert what == "an App Store export"
    assert (first.title, first.text) == ("Logged out daily", "Every morning I type the code again.")
    assert (first.id, first.customer) == ("00000041-aa", "mossgreen81")
    assert first.attributes == {"rating": "2", "channel": "app_store", "territory": "IRL"}


def test_trustpilot_csv(tmp_path: Path) -> None:
    """The business export: the reply of the company is left out."""
    path = tmp_path / "reviews.csv"
    path.write_text(
        as_csv(
            ("Review Id", "Review Created (UTC)", "Consumer Id", "Review Username", "Review Title", "Review Content",
             "Review Stars", "Source", "Reference Id", "Location Name", "Company Reply Date (UTC)", "Reply Content"),
            ("65f0a", "2026-02-01 11:05:31", "5d10", "Greta", "Three weeks for a lamp",
             "The lamp is fine. The three weeks were not.", "3", "Organic", "A-1109", "", "2026-02-02", "Hi Greta"),
            ("65f0b", "2026-02-03 09:44:10", "5d11", "H. Weems", "Kind people",
             "They let me change the colour after I had paid.", "5", "Invitation", "A-1117", "Leeds", "", ""),
        ),
        encoding="utf-8",
    )  # fmt: skip
    what, (first, second) = read(path)
    assert what == "a Trustpilot export"
    assert (first.id, first.customer, first.date) == ("65f0a", "5d10", dt.date(2026, 2, 1))
    assert first.text == "The lamp is fine. The three weeks were not."
    assert second.attributes == {
        "rating": "5", "channel": "trustpilot", "reference": "A-1117", "location": "Leeds", "origin": "Invitation",
    }  # fmt: skip


def test_trustpilot_json(tmp_path: Path) -> None:
    """What its API hands out."""
    reviews = [
        {"id": "77c", "stars": 1, "title": "No one picks up", "text": "Nine calls, nine times the same tune.",
         "createdAt": "2026-06-30T12:00:00Z", "consumer": {"id": "c-5", "displayName": "Ana Prado"},
         "isVerified": True, "companyReply": {"text": "Sorry, Ana"}},
        {"id": "77d", "stars": 4, "title": "Decent", "text": "Good mower, thin manual.",
         "createdAt": "2026-07-01T12:00:00Z", "consumer": {"id": "c-6", "displayName": "Bo"}, "isVerified": False,
         "companyReply": None},
    ]  # fmt: skip
    path = tmp_path / "reviews.json"
    path.write_text(json.dumps({"reviews": reviews}), encoding="utf-8")
    what, (first, second) = read(path)
    assert what == "a Trustpilot export"
    assert (first.id, first.customer, first.attributes["verified"]) == ("77c", "c-5", "yes")
    assert second.text == "Good mower, thin manual."
