"""Cursors cannot be made or changed, and belong to one query."""

import pytest
from fastapi.testclient import TestClient

from assistant.api.cursors import Cursors
from assistant.errors import InputError


def test_a_cursor_leads_on() -> None:
    """What is sealed is read again for the same query."""
    cursors = Cursors("secret")
    assert cursors.read(cursors.seal("20600.7", {"limit": 5}), {"limit": 5}) == "20600.7"


@pytest.mark.parametrize("place", range(0, 40, 3))
def test_any_changed_character_is_noticed(place: int) -> None:
    """One other character anywhere makes the cursor worthless."""
    sealed = Cursors("secret").seal("20600.7", "query")
    changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
    with pytest.raises(InputError, match="no cursor of ours"):
        Cursors("secret").read(changed, "query")


@pytest.mark.parametrize(
    "cursor", ["", "x", "!!!!", "ä", "A" * 3000], ids=["empty", "short", "signs", "letters", "long"]
)
def test_nonsense_is_refused(cursor: str) -> None:
    """No input makes reading fail in another way."""
    with pytest.raises(InputError):
        Cursors("secret").read(cursor, "query")


def test_another_secret_or_query_is_refused() -> None:
    """A cursor of another store, or of another filter, does not lead anywhere."""
    sealed = Cursors("secret").seal("1.1", "query")
    with pytest.raises(InputError, match="no cursor of ours"):
        Cursors("other").read(sealed, "query")
    with pytest.raises(InputError, match="another filter"):
        Cursors("secret").read(sealed, "another")


def test_over_http_a_wrong_cursor_is_a_problem(reader: TestClient) -> None:
    """Tampering and reuse answer 422, for lists and for both kinds of search."""
    page = reader.get("/v1/feedback?limit=2").json()
    following = page["next"]
    assert reader.get(f"/v1/feedback?limit=2&cursor={following}").json()["items"] != page["items"]
    assert reader.get(f"/v1/feedback?limit=2&cursor={following[:-2]}zz").status_code == 422
    assert reader.get(f"/v1/feedback?limit=2&themes=delivery&cursor={following}").status_code == 422
    ranked = {"query": "refund", "cursor": following}
    assert reader.post("/v1/feedback/search", json=ranked).status_code == 422
