"""Items over the API go the way of a file's rows, with an answer for each."""

import pytest
from pydantic import ValidationError

from assistant.errors import InputError, MappingError
from assistant.intake import FeedbackIn
from assistant.intake.documents import documents_of


def feedback(**values) -> FeedbackIn:
    return FeedbackIn.model_validate(values)


def test_items_are_stored_redacted_and_tagged(workspace):
    """Everything that is known of an item ends where it belongs."""
    item = feedback(
        id="a1", text="Call me on 07700 900123", title="Late", date="2026-05-03", customer="orla@example.com",
        channel="E-Mail", rating=4.0, attributes={"Plan Name": "pro", "vip": True, "seats": 3, "none": None},
    )  # fmt: skip
    (result,) = workspace.intake.add([item])
    (stored,) = workspace.items()
    assert (result.id, result.status) == ("a1", "added")
    assert stored.item.text == "Late\nCall me on [PHONE]"
    assert stored.item.customer.startswith("cust_")
    assert stored.item.attributes == {
        "plan_name": "pro", "vip": "yes", "seats": "3", "channel": "e-mail", "rating": "4",
    }  # fmt: skip
    assert stored.tags["sentiment"]["label"] == "positive"


def test_each_item_has_its_own_answer(workspace):
    """Added, updated, unchanged, refused: in the order of the list."""
    workspace.intake.add([feedback(id="a", text="old"), feedback(id="b", text="same")])
    results = workspace.intake.add(
        [
            feedback(id="a", text="new"),
            feedback(id="b", text="same"),
            feedback(id="c", text="  "),
            feedback(id="d", text="one"),
            feedback(id="d", text="two"),
            feedback(id="b", text="same"),
        ]
    )
    assert [result.status for result in results] == [
        "updated", "unchanged", "refused", "added", "refused", "unchanged",
    ]  # fmt: skip
    assert results[2].reason == "the text is empty"
    assert "different content" in results[4].reason


def test_an_item_without_id_gets_a_stable_one(workspace):
    """Sending it again changes nothing; a file with the same row neither."""
    item = feedback(text="The parcel came late", date="2026-05-03", customer="C1")
    (first,) = workspace.intake.add([item])
    (again,) = workspace.intake.add([item])
    assert first.id.startswith("f_")
    assert (again.id, again.status) == (first.id, "unchanged")


def test_the_same_row_from_a_file_is_the_same_item(workspace, file):
    """API and files agree on what is the same."""
    workspace.take(file("a.csv", "text,date,customer\nThe parcel came late,2026-05-03,C1\n"))
    (result,) = workspace.intake.add(
        [feedback(text="The parcel came late", date="2026-05-03", customer="C1")]
    )
    assert result.status == "unchanged"


def test_conversations_come_as_pairs_or_objects(workspace):
    """Both forms are the same conversation."""
    pairs = feedback(id="c", turns=[["C", "Where is it?"], ["A", "On its way."]])
    objects = feedback(
        id="c", turns=[{"role": "customer", "text": "Where is it?"}, {"role": "agent", "text": "On its way."}]
    )
    assert workspace.intake.add([pairs])[0].status == "added"
    assert workspace.intake.add([objects])[0].status == "unchanged"


def test_unknown_fields_are_an_error_of_the_request():
    """A misspelled field is not silently lost."""
    with pytest.raises(ValidationError, match="txet"):
        feedback(txet="hello")


def test_files_can_be_read_for_tagging_alone(file):
    """Rows become documents with their id or line, empty ones too; nothing is redacted, for nothing is stored."""
    path = file("a.csv", "id,title,text\nx,Late,My name is Orla\n,,fine\ny,,\n")
    assert [(one.id, one.text) for one in documents_of(path)] == [
        ("x", "Late\nMy name is Orla"),
        ("3", "fine"),
        ("y", ""),
    ]


def test_files_that_cannot_be_tagged_say_where(file):
    """The line that is no document is named; a file of customers holds no texts."""
    with pytest.raises(InputError, match=r"a.csv, line 3: the id is too long"):
        list(documents_of(file("a.csv", f"id,text\n1,fine\n{'x' * 999},late\n")))
    with pytest.raises(MappingError, match="holds customers and no texts"):
        list(documents_of(file("b.csv", "customer,segment,since\nC1,new,2026-01-01\nC2,old,2026-01-01\n")))
