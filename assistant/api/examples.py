"""Examples of bodies and answers for the OpenAPI document."""

from typing import Any

Json = dict[str, Any]


def body(examples: Json) -> Json:
    """Named examples of a JSON body, as `openapi_extra` of a route."""
    named = {name: {"summary": name, "value": value} for name, value in examples.items()}
    return {"requestBody": {"content": {"application/json": {"examples": named}}}}


def _answer(description: str, value: Any) -> Json:
    return {"description": description, "content": {"application/json": {"example": value}}}


_FILTER = {"themes": ["returns_refunds"], "churn": ["left", "leaving", "at_risk"]}
_TEXT = "Three weeks and still no refund. I buy elsewhere from now on."
_TAGS: Json = {
    "id": "a1", "language": "en", "sentiment": {"label": "negative", "score": 0.94},
    "emotions": [{"label": "anger", "score": 0.71}], "intensity": 2, "fine_emotions": [],
    "themes": [{"label": "returns_refunds", "score": 0.97, "spans": [[0, 32]], "polarity": "-", "sub": "refund_slow"}],
    "empathy_gaps": [], "churn": {"label": "leaving", "score": 0.88, "spans": [[33, 61]]},
    "effort": {"label": "none", "score": 0.8}, "urgency": 2, "intent": {"label": "complaint", "score": 0.9},
    "forces": [{"label": "fair_treatment", "score": 0.66, "polarity": "-"}],
    "spectrum": {"label": "expectations", "score": 0.5}, "values": [{"label": "economic", "score": 0.6}],
    "why": [[0, 32]], "abstained": [], "model": "earmark-tagger-1",
}  # fmt: skip

QUESTIONS: Json = {
    "A question": {"question": "Why are customers leaving after returns?"},
    "A follow-up": {"question": "and for email?", "conversation": "0f3a9c"},
    "On another day": {"question": "How many complaints last month?", "today": "2026-09-30"},
}

ANSWER = _answer(
    "The answer. As `text/event-stream`: events `plan`, `progress`, `claim`, `done`, `error`.",
    {
        "answer": "Slow refunds set them apart most. 31 of 84 …",
        "plan": {"intent": "drivers", "scope": {"themes": ["returns_refunds"]}, "outcome": {"churn": ["left", "leaving", "at_risk"]}},
        "claims": [{"text": "Slow refunds set them apart most. 31 of 84 …", "facts": ["F1"], "citations": ["C1"], "status": "computed"}],
        "facts": [{"id": "F1", "kind": "outcome", "label": "outcome", "value": 0.369, "n": 31, "of": 84,
                   "ci": [0.274, 0.476], "test": None, "p": None, "q": None, "filter": _FILTER}],
        "citations": [{"id": "C1", "item": "a1", "span": [0, 32], "text": "Three weeks and still no refund.",
                       "date": "2026-05-03", "channel": "email"}],
        "caveats": ["This is the feedback received, not all customers."],
        "suggestions": ["Show quotes about slow refunds"],
        "coverage": {"items": 703, "in_scope": 84, "untagged": 6}, "mode": "composed", "abstained": None,
        "conversation": "0f3a9c",
        "understood": [{"slot": "theme", "value": "returns and refunds", "source": "name", "words": "returns"}],
    },
)  # fmt: skip

DOCUMENTS: Json = {
    "Texts": {"documents": [{"id": "a1", "text": _TEXT}]},
    "A conversation": {
        "documents": [
            {
                "id": "c1",
                "turns": [
                    ["C", "Where is my refund? I have written twice."],
                    ["A", "Please allow ten days."],
                ],
            }
        ]
    },
}
TAGGING = _answer("Tags in the order of the documents", {"model": "earmark-tagger-1", "results": [_TAGS]})

_ITEM: Json = {
    "id": "a1", "text": _TEXT, "date": "2026-05-03", "customer": "T1000",
    "attributes": {"channel": "email", "rating": "1"},
}  # fmt: skip
CONVERSATIONS: Json = {
    "Turns": {"turns": [["C", "Where is my refund?"], ["A", "It left us this morning, 84.00 to your card."]]},
    "A transcript": {
        "transcript": "10:02 Customer: Where is my refund?\n10:04 Anna (agent): Please allow ten days.",
        "channel": "chat",
        "keep": False,
    },
}
KEY_POINTS: Json = {
    "Why customers complain": {"polarity": "-"},
    "Of those who leave": {"filter": {"churn": ["left", "leaving", "at_risk"]}, "themes": 3},
}
KEY_DRIVERS: Json = {"Of the rating": {"attribute": "rating"}}
CUSTOMERS: Json = {
    "Two customers": [
        {"id": "C-0412", "attributes": {"segment": "premium", "lifetime_value": 640}},
        {"id": "C-0413", "attributes": {"segment": "regular", "churned": "yes", "churned_on": "2026-08-01"}},
    ]
}
CUSTOMER: Json = {"A change": {"attributes": {"segment": "premium", "nps": 3, "old_plan": None}}}
WATCHES: Json = {
    "In plain English": {"question": "tell me when anger about refunds rises"},
    "As a filter": {
        "name": "Premium customers who leave",
        "filter": {"churn": ["left", "leaving", "at_risk"]},
        "of": {"attributes": {"segment": ["premium"]}},
        "direction": "either",
    },
}
TRIAGE: Json = {
    "Take two": {"items": ["F1001", "F1002"], "action": "assign", "assignee": "Ada", "by": "Ada"},
    "Close with a note": {"items": ["F1001"], "action": "done", "note": "Refund sent, customer called."},
    "Later": {"items": ["F1002"], "action": "snooze", "until": "2026-10-05"},
}
TRIAGE_VIEWS: Json = {
    "Late mail": {
        "name": "Late mail of premium customers",
        "query": "overdue=true&attr.channel=email&attr.segment=premium",
    }
}
IMPACT: Json = {
    "Against leaving": {"filter": {}},
    "A cautious view": {
        "filter": {"attributes": {"segment": ["premium"]}},
        "assumptions": {"removed": 0.5, "causal": 0.6, "customer_value": 120},
    },
}
EXPERIENCE: Json = {
    "Everything": {},
    "Of what is said about returns, by segment": {"filter": {"themes": ["returns_refunds"]}, "by": "segment"},
}
THEMES: Json = {
    "A theme from one sentence": {
        "name": "packaging waste",
        "sentence": "Too much plastic, cardboard or filler around the goods.",
    },
    "With examples": {
        "name": "gifts",
        "sentence": "Bought as a present: gift wrapping, birthdays, vouchers.",
        "phrases": ["ordered it for my mother's birthday"],
    },
}
ACCEPT: Json = {"As proposed": {}, "Under another name": {"name": "late trains"}}
CORRECTIONS: Json = {
    "Right": {"field": "themes", "label": "returns_refunds", "verdict": "right", "by": "anna"},
    "Another label": {"field": "sentiment", "label": "negative", "verdict": "wrong", "instead": "mixed"},
    "Missing": {"field": "themes", "label": "price_value", "verdict": "missing", "polarity": "-"},
}
FEEDBACK: Json = {"One item": _ITEM, "Many items": [_ITEM, {"id": "a2", "text": "Lovely towels."}]}
WRITTEN = _answer(
    "All items are stored",
    {"results": [{"id": "a1", "status": "added", "reason": None}], "added": 1, "updated": 0, "unchanged": 0, "refused": 0},
)  # fmt: skip
WRITTEN_PARTLY = _answer(
    "Some items were refused, the others are stored",
    {"results": [{"id": "a1", "status": "added", "reason": None},
                 {"id": "a2", "status": "refused", "reason": "the text is empty"}],
     "added": 1, "updated": 0, "unchanged": 0, "refused": 1},
)  # fmt: skip
ITEM = _answer(
    "The item",
    {"id": "a1", "kind": "feedback", "text": _TEXT, "title": None, "date": "2026-05-03", "customer": "T1000",
     "language": "en", "source": "api", "attributes": {"channel": "email", "rating": "1"}, "turns": None,
     "is_copy": False, "redactions": {}, "tags": _TAGS, "model": "earmark-tagger-1",
     "customer_record": {"id": "T1000", "attributes": {"segment": "premium"}, "items": 2}},
)  # fmt: skip
SEARCHES: Json = {
    "The items behind a number": {"filter": _FILTER, "limit": 20},
    "By meaning, inside a filter": {
        "filter": {"attributes": {"channel": ["email"]}},
        "query": "waiting for money back",
    },
}
_JOB: Json = {
    "id": "job_5f0c2a9b3d7e4f10", "kind": "import", "state": "running", "file": "reviews.csv", "done": 4200,
    "total": 18788, "added": 4190, "updated": 0, "unchanged": 0, "refused": 10, "rate": 281.4, "error": None,
    "report": {}, "created": 1790000000.0, "changed": 1790000015.0,
}  # fmt: skip
JOB = _answer("The job", _JOB)
JOB_ACCEPTED = _answer("The file is taken in; follow the job", _JOB)

LOGINS: Json = {
    "By link": {"link": "login_Zy4cQ0w"},
    "By password": {"name": "ana@shop.example", "password": "a long pass phrase"},
    "By key": {"key": "earmark_Zy4cQ0w"},
}
KEYS: Json = {
    "For the shop's backend": {"name": "shop backend", "scopes": ["ingest"], "workspace": None},
    "For a dashboard, until new year": {
        "name": "dashboard", "scopes": ["read", "ask"], "expires": "2099-01-01T00:00:00Z",
    },
}  # fmt: skip
USERS: Json = {
    "An agent, by link": {"name": "ana@shop.example", "role": "agent"},
    "A lead, by password": {"name": "ben@shop.example", "role": "lead", "password": "correct horse battery"},
}
WORKSPACES: Json = {"For another brand": {"name": "outlet"}}
RETENTION: Json = {"Two years": {"days": 730}, "For ever": {"days": None}}
WEBHOOKS: Json = {
    "Who may leave, to Slack": {
        "url": "https://192.0.2.1/hook",
        "kinds": ["feedback.churn_risk"],
        "format": "slack",
    },
}
OVERVIEWS: Json = {"Everything": {}, "Email": {"filter": {"attributes": {"channel": ["email"]}}}}
HOOKS: Json = {
    "A survey tool": {
        "entries": "/answers",
        "id": "/token",
        "text": "/comment",
        "date": "/submitted_at",
        "rating": "/stars",
        "channel": "survey",
        "attributes": {"plan": "/hidden/plan", "shop": "Cork"},
    },
}
POSTED: Json = {
    "Two answers": {
        "event": "form_response",
        "answers": [
            {
                "token": "t-81",
                "comment": "The lift was out again and nobody told us.",
                "submitted_at": "2026-06-02T09:12:00Z",
                "stars": 2,
                "hidden": {"plan": "family"},
            },
            {"token": "t-82", "comment": "<p>Warm pool, kind lifeguards.</p>", "stars": 5},
        ],
    },
}
