"""`POST /v1/ask`: answers, streams and follow-ups."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.assistant.api.conftest import Connect

QUESTION = "Why are customers leaving after returns?"


def ask(client: TestClient, question: str = QUESTION, **more: Any) -> dict[str, Any]:
    answered = client.post("/v1/ask", json={"question": question, **more})
    assert answered.status_code == 200, answered.text
    return dict(answered.json())


def events(client: TestClient, question: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a streamed answer, read as a client of the protocol would."""
    with client.stream(
        "POST", "/v1/ask", json={"question": question}, headers={"Accept": "text/event-stream"}
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = "".join(answer.iter_text())
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_an_answer_has_facts_quotes_and_what_was_understood(reader: TestClient) -> None:
    """Claims name facts and citations that are there, and the plan is echoed."""
    answer = ask(reader)
    facts, quotes = {f["id"] for f in answer["facts"]}, {c["id"] for c in answer["citations"]}
    assert answer["plan"]["intent"] == "drivers"
    assert answer["plan"]["scope"]["themes"] == ["returns_refunds"]
    assert answer["claims"]
    assert all(
        set(claim["facts"]) <= facts and set(claim["citations"]) <= quotes for claim in answer["claims"]
    )
    assert answer["coverage"]["items"] == 163
    assert any(fact["kind"] in ("driver", "frequent") for fact in answer["facts"])


def test_every_quote_is_a_stretch_of_its_item(reader: TestClient) -> None:
    """The span of a citation cuts exactly its text out of the stored item."""
    citations = ask(reader)["citations"]
    assert citations
    for citation in citations:
        item = reader.get(f"/v1/feedback/{citation['item']}").json()
        assert item["text"][slice(*citation["span"])] == citation["text"]


def test_every_fact_lists_exactly_its_items(reader: TestClient) -> None:
    """Searching with the filter of a fact finds `n` items and lists as many."""
    for fact in ask(reader)["facts"]:
        found = reader.post("/v1/feedback/search", json={"filter": fact["filter"], "limit": 200}).json()
        assert found["total"] == fact["n"] == len(found["items"])


def test_a_stream_tells_plan_progress_claims_and_the_answer(reader: TestClient) -> None:
    """The stages come in order, and `done` holds what the JSON answer holds."""
    told = events(reader, QUESTION)
    names = [name for name, _ in told]
    assert names[:2] == ["plan", "progress"]
    assert names[-1] == "done"
    assert set(names[2:-1]) == {"claim"}
    done, plain = told[-1][1], ask(reader)
    assert [data["claim"] for name, data in told if name == "claim"] == done["claims"]
    assert {**done, "conversation": None} == {**plain, "conversation": None}


def test_a_follow_up_edits_the_plan_of_its_conversation(reader: TestClient) -> None:
    """“and for email?” narrows the question before; without a conversation it cannot."""
    first = ask(reader)
    plan = ask(reader, "and for email?", conversation=first["conversation"])["plan"]
    assert plan["scope"]["themes"] == ["returns_refunds"]
    assert plan["scope"]["attributes"] == {"channel": ["email"]}


def test_today_decides_what_last_month_is(reader: TestClient) -> None:
    """The day of the question can be given, so that an answer can be repeated."""
    plan = ask(reader, "How many items about delivery last month?", today="2026-06-15")["plan"]
    assert plan["scope"]["period"] == {"from": "2026-05-01", "to": "2026-05-31"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/question"),
        ({"question": ""}, "#/question"),
        ({"question": "x" * 2001}, "#/question"),
        ({"question": "why?", "conversation": "a/b"}, "#/conversation"),
        ({"question": "why?", "today": "yesterday"}, "#/today"),
        ({"question": "why?", "limit": 3}, "#/limit"),
    ],
    ids=["nothing", "empty", "too long", "strange conversation", "no day", "unknown key"],
)
def test_a_bad_question_is_refused_with_its_place(
    reader: TestClient, body: dict[str, Any], pointer: str
) -> None:
    """The problem points at the key that is wrong."""
    refused = reader.post("/v1/ask", json=body)
    assert refused.status_code == 422
    assert [place["pointer"] for place in refused.json()["errors"]] == [pointer]


def test_a_blank_question_is_refused_also_in_a_stream(reader: TestClient) -> None:
    """What is only found while answering arrives as an `error` event with the same problem."""
    name, problem = events(reader, "   ")[-1]
    assert name == "error"
    assert problem["status"] == 422
    assert "empty" in problem["detail"]


def test_suggestions_have_an_answer(reader: TestClient) -> None:
    """Each suggested question finds items."""
    offered = reader.get("/v1/suggestions").json()
    assert offered["items"] == 163
    assert offered["questions"]
    assert all(ask(reader, question)["coverage"]["in_scope"] for question in offered["questions"])


def test_without_feedback_nothing_is_suggested(empty: TestClient) -> None:
    """An empty workspace says so instead of failing."""
    assert empty.get("/v1/suggestions").json() == {"items": 0, "questions": []}
    assert ask(empty)["coverage"]["items"] == 0


@pytest.mark.parametrize("question", [QUESTION, "How many complaints are there?", "What is new?"])
def test_an_empty_workspace_says_what_to_do(empty: TestClient, question: str) -> None:
    """A newcomer may ask before anything is imported."""
    answer = ask(empty, question)
    assert "Import a file" in answer["answer"]
    assert answer["citations"] == []


def test_a_count_says_what_it_would_be_without_the_detectors_errors(reader: TestClient) -> None:
    """The corrected share has a receipt: the same items, with an interval that is wider than that of the count."""
    answer = ask(reader, "How many customers are leaving?")
    facts = {fact["kind"]: fact for fact in answer["facts"]}
    plain, corrected = facts["share"], facts["corrected"]
    assert corrected["filter"] == plain["filter"]
    assert corrected["ci"][0] <= corrected["value"] <= corrected["ci"][1]
    assert corrected["ci"][1] - corrected["ci"][0] > plain["ci"][1] - plain["ci"][0]
    assert "the true share would be about" in answer["answer"]


@pytest.mark.parametrize(
    "question", ["How many complaints about delivery are there?", "How many emails are there?"]
)
def test_nothing_is_corrected_where_the_errors_are_not_known(reader: TestClient, question: str) -> None:
    """A theme and its tone together were not measured, and a channel is no tag."""
    assert "corrected" not in {fact["kind"] for fact in ask(reader, question)["facts"]}


def test_a_changed_plan_is_answered_as_it_stands(reader: TestClient) -> None:
    """The plan of an answer with one slot changed; its chips say that they were set."""
    first = ask(reader, "How many complaints about returns by email?")
    plan = first["plan"] | {"scope": first["plan"]["scope"] | {"attributes": {}}}
    wider = ask(reader, "How many complaints about returns by email?", plan=plan)
    assert wider["plan"]["scope"]["attributes"] == {}
    assert wider["facts"][0]["n"] > first["facts"][0]["n"]
    assert {chip["source"] for chip in wider["understood"]} == {"set"}


@pytest.mark.parametrize(
    "intent", ["drivers", "count", "trend", "compare", "rank", "quotes", "summary", "emerging", "impact", "help", "unsupported"]
)  # fmt: skip
def test_any_plan_has_an_answer(reader: TestClient, intent: str) -> None:
    """A plan that only says what is wanted is answered, or what it lacks is said."""
    for more in (
        {},
        {"by": "nothing"},
        {"outcome": {"themes": ["nothing"]}},
        {"scope": {"themes": ["nothing"]}},
    ):
        found = reader.post("/v1/ask", json={"question": "So?", "plan": {"intent": intent, **more}})
        assert found.status_code == 200 or "plan" in found.json()["detail"], found.text
        assert found.status_code in (200, 422)


def test_a_conversation_can_be_resumed_and_forgotten(connect: Connect) -> None:
    """Its turns come back with their plans; a changed plan replaces its turn; forgotten is gone."""
    client = connect()
    talk = ask(client, "How many complaints about returns?")["conversation"]
    second = ask(client, "and by email?", conversation=talk)
    changed = second["plan"] | {"scope": second["plan"]["scope"] | {"attributes": {"channel": ["chat"]}}}
    ask(client, "and by email?", conversation=talk, plan=changed)
    turns = client.get(f"/v1/ask/{talk}").json()["turns"]
    assert [turn["question"] for turn in turns] == ["How many complaints about returns?", "and by email?"]
    assert turns[1]["plan"]["scope"]["attributes"] == {"channel": ["chat"]}
    ask(client, "and by chat?", conversation=talk, remember=False)
    assert len(client.get(f"/v1/ask/{talk}").json()["turns"]) == 2
    follows = ask(client, "compare the two", conversation=talk)["plan"]
    assert follows["intent"] == "compare"
    assert client.delete(f"/v1/ask/{talk}").status_code == 204
    assert client.get(f"/v1/ask/{talk}").status_code == 404
    assert client.delete(f"/v1/ask/{talk}").status_code == 404
