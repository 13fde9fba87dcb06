"""Questions become plans: intent, scope, outcome, breakdown, comparison, limit, or a reason why not."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from assistant.ask.leftover import Meanings
from assistant.ask.parse import Parser
from assistant.ask.vocabulary import ThemeWords, Vocabulary
from nlp import labels

TODAY = date(2026, 9, 30)
RISK = ["left", "leaving", "at_risk"]
SHOP = {
    "channel": {"email": 5, "chat": 4, "phone_note": 3, "app_review": 2, "social": 1},
    "country": {"UK": 5, "IE": 2, "DE": 4, "FR": 3},
    "segment": {"premium": 3, "regular": 9, "new": 2},
    "department": {"clothing": 4, "home_textiles": 2},
    "rating": {"1": 1, "2": 1, "3": 1, "4": 1, "5": 1},
    "churned": {"yes": 1, "no": 5},
}
THEMES = {
    name: ThemeWords(name=name.replace("_", " "), sentence=text) for name, text in labels.THEMES.items()
}


@pytest.fixture(scope="module")
def parser() -> Parser:
    return Parser(Vocabulary(attributes=SHOP, themes=THEMES, first=date(2026, 1, 1), last=TODAY))


def plan(parser: Parser, question: str) -> dict[str, Any]:
    return parser.read(question, TODAY).plan.model_dump(mode="json", exclude_defaults=True, by_alias=True)


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Why are people so cross about refunds?", "drivers"),
        ("what's putting people off our app", "drivers"),
        ("what annoys premium members most", "drivers"),
        ("top three reasons for bad ratings", "drivers"),
        ("How many chats were about sizing?", "count"),
        ("what share of emails is negative", "count"),
        ("delivery problems by country", "count"),
        ("are refund complaints getting rarer?", "trend"),
        ("sizing complaints week by week", "trend"),
        ("which country complains most about prices", "rank"),
        ("five most common topics in chat", "rank"),
        ("who is unhappiest?", "rank"),
        ("email vs chat on waiting times", "compare"),
        ("is France happier than Germany?", "compare"),
        ("show me some angry comments", "quotes"),
        ("what did they literally say about the app", "quotes"),
        ("what do people think of our prices?", "summary"),
        ("delivery in January", "summary"),
        ("anything new in chat this week?", "emerging"),
        ("what should we fix first for premium customers", "impact"),
        ("would solving the queues be worth it?", "impact"),
        ("what could we gain by improving the app", "impact"),
        ("what can you do for me?", "help"),
        ("who is our managing director", "unsupported"),
        ("tl;dr refunds in chat", "summary"),
        ("the bigger picture for chat please", "summary"),
        ("hello", "help"),
        ("what was our revenue in June", "unsupported"),
    ],
)
def test_intent(parser: Parser, question: str, intent: str) -> None:
    """What is wanted is read from how the question is put."""
    assert plan(parser, question)["intent"] == intent


def test_drivers_keep_where_and_what_apart(parser: Parser) -> None:
    """Of a question for reasons, what happens is the outcome and where it happens is the scope."""
    found = plan(parser, "why do premium customers in Germany leave after slow refunds?")
    assert found == {
        "intent": "drivers",
        "scope": {"themes": ["returns_refunds"], "attributes": {"segment": ["premium"], "country": ["DE"]}},
        "outcome": {"churn": RISK},
    }


def test_customers_meant_are_no_outcome(parser: Parser) -> None:
    """A label that only says which customers are meant stays in the scope."""
    found = plan(parser, "why do loyal customers feel ignored?")
    assert found["scope"] == {"churn": ["loyal"]}
    assert found["outcome"] == {"empathy_gaps": ["unheard"]}


def test_an_act_can_be_the_outcome(parser: Parser) -> None:
    """What customers do is explained where it is the main verb."""
    found = plan(parser, "why do customers send clothes back?")
    assert found["outcome"] == {"themes": ["returns_refunds"]}
    assert found["scope"] == {"attributes": {"department": ["clothing"]}}


def test_complaints_become_polarity_or_sentiment(parser: Parser) -> None:
    """Complaints about a theme are its negative polarity; without a theme they are a sentiment."""
    assert plan(parser, "how many complaints about the app?")["scope"] == {
        "themes": ["digital_experience"],
        "polarity": "-",
    }
    assert plan(parser, "how many complaints?")["scope"] == {"sentiment": ["negative"]}
    assert plan(parser, "praise for the app, how often?")["scope"]["polarity"] == "+"


def test_share_has_a_denominator(parser: Parser) -> None:
    """Of a share, the first part is the scope and what is said of it the outcome."""
    found = plan(parser, "what percentage of premium feedback is positive?")
    assert found["scope"] == {"attributes": {"segment": ["premium"]}}
    assert found["outcome"] == {"sentiment": ["positive"]}


@pytest.mark.parametrize(
    ("question", "left_out"),
    [
        ("negative feedback, but not about delivery", {"themes": ["delivery"]}),
        ("complaints apart from returns and prices", {"themes": ["returns_refunds", "price_value"]}),
        ("how many complaints excluding Germany", {"attributes": {"country": ["DE"]}}),
        ("leave Ireland out: how many complaints?", {"attributes": {"country": ["IE"]}}),
        ("why are people angry, other than in May", {"period": {"from": "2026-05-01", "to": "2026-05-31"}}),
    ],
)
def test_exclusion(parser: Parser, question: str, left_out: dict[str, Any]) -> None:
    """What must not apply goes to `exclude`."""
    assert plan(parser, question)["scope"]["exclude"] == left_out


def test_a_missing_apology_is_no_exclusion(parser: Parser) -> None:
    """ "Without" inside a phrase that names a label does not exclude."""
    assert plan(parser, "how many got an answer without an apology")["scope"] == {
        "empathy_gaps": ["unacknowledged"]
    }


def test_versus_holds_only_what_differs(parser: Parser) -> None:
    """The second side of a comparison names only the keys that differ."""
    found = plan(parser, "Compare premium and regular customers on delivery in Q2")
    assert found["scope"]["themes"] == ["delivery"]
    assert found["scope"]["attributes"] == {"segment": ["premium"]}
    assert found["versus"] == {"attributes": {"segment": ["regular"]}}


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        (
            "compare last month with the month before",
            ("2026-08-01", "2026-08-31"),
            ("2026-07-01", "2026-07-31"),
        ),
        ("is it better than last quarter?", ("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30")),
        (
            "Q2 compared with the same period last year",
            ("2026-04-01", "2026-06-30"),
            ("2025-04-01", "2025-06-30"),
        ),
        (
            "complaints over the last three months against the three months before",
            ("2026-07-01", "2026-09-30"),
            ("2026-04-01", "2026-06-30"),
        ),
        (
            "compare the past two weeks with the previous two weeks",
            ("2026-09-17", "2026-09-30"),
            ("2026-09-03", "2026-09-16"),
        ),
        ("complaints before and after 14 April", (None, "2026-04-13"), ("2026-04-14", None)),
        ("difference between June and July", ("2026-06-01", "2026-06-30"), ("2026-07-01", "2026-07-31")),
    ],
)
def test_periods_compared(
    parser: Parser, question: str, first: tuple[str | None, str | None], second: tuple[str | None, str | None]
) -> None:
    """Periods are compared with each other, with the one before, or with a year earlier."""
    found = plan(parser, question)
    periods = [found["scope"]["period"], found["versus"]["period"]]
    assert [(p.get("from"), p.get("to")) for p in periods] == [first, second]


def test_one_against_the_rest(parser: Parser) -> None:
    """The rest are the other values of the attribute."""
    found = plan(parser, "premium against everyone else on refunds")
    assert found["versus"] == {"attributes": {"segment": ["regular", "new"]}}


def test_groups_are_ranked_by_what_happens(parser: Parser) -> None:
    """Ranking groups has an outcome; ranking themes has only a scope."""
    found = plan(parser, "in which channel do people feel least listened to?")
    assert (found["by"], found["outcome"]) == ("channel", {"empathy_gaps": ["unheard"]})
    found = plan(parser, "top 4 topics among disappointed customers")
    assert (found["by"], found["limit"], found["scope"]) == ("theme", 4, {"emotions": ["disappointment"]})


def test_unknown_nouns_are_searched_for(parser: Parser) -> None:
    """A noun that is neither theme nor value becomes a text to look for, as it was written."""
    assert plan(parser, "What do people think of the Harbour towel?")["scope"] == {"text": "Harbour towel"}
    assert plan(parser, "how many mention gift wrapping in May")["scope"]["text"] == "gift wrapping"
    assert plan(parser, "opinions on the sofa bed")["scope"] == {"text": "sofa bed"}


def test_words_in_quotation_marks_are_searched_for(parser: Parser) -> None:
    """As they stand, even where a theme or an order could be heard in them; a value stays a value."""
    assert plan(parser, 'how many posts mention "refund code"?')["scope"]["text"] == "refund code"
    assert plan(parser, 'what do people say in "email"')["scope"] == {"attributes": {"channel": ["email"]}}


def test_leaving_a_low_rating_is_not_leaving(parser: Parser) -> None:
    """The rating is what happens."""
    found = plan(parser, "why do premium members leave low ratings?")
    assert found["outcome"] == {"attributes": {"rating": ["1", "2"]}}


@pytest.mark.parametrize(
    ("question", "polarity"),
    [
        ("show quotes about poor fabric", "-"),
        ("how many mention great delivery", "+"),
        ("quotes about delivery", None),
    ],
)
def test_an_adjective_before_a_theme_judges_it(parser: Parser, question: str, polarity: str | None) -> None:
    """Poor fabric is a complaint about it, great delivery praise."""
    assert plan(parser, question)["scope"].get("polarity") == polarity


def test_meaning_finds_a_theme_for_an_unknown_noun() -> None:
    """With embeddings a noun that is close to one theme alone stands for it."""
    axes = {"food_drink": 0, "nibbles": 0}

    def embed(texts: Any) -> np.ndarray:
        rows = np.zeros((len(texts), 3), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[axes.get(text, 2 if text == "gadgets" else 1)] = 1.0
        return rows

    themes = {"food_drink": ThemeWords(name="food_drink"), "delivery": ThemeWords(name="delivery")}
    parser = Parser(Vocabulary(themes=themes), Meanings(themes, embed))
    found = parser.read("what do people think of the nibbles", TODAY)
    assert found.plan.scope.themes == ["food_drink"]
    assert [chip.source for chip in found.chips if chip.slot == "scope.themes"] == ["meaning"]
    assert parser.read("what do people think of the gadgets", TODAY).plan.scope.text == "gadgets"


def test_own_themes_are_found_by_name_and_phrase() -> None:
    """A theme that a user made is found by its name and by its short phrases."""
    themes = {"packaging": ThemeWords(name="Packaging and gift wrap", phrases=("gift wrap", "cardboard"))}
    parser = Parser(Vocabulary(themes=themes))
    assert parser.read("how many mention the cardboard?", TODAY).plan.scope.themes == ["packaging"]
    assert parser.read("what about packaging and gift wrap", TODAY).plan.scope.themes == ["packaging"]


def test_a_sub_theme_is_found_by_its_name() -> None:
    """The name of a sub-theme wins over the theme that its words would name, and keeps its complaint."""
    themes = {**THEMES, "login": ThemeWords(name="login problems", parent="account_security")}
    found = Parser(Vocabulary(themes=themes)).read("how many mention login problems", TODAY).plan
    assert (found.scope.themes, found.scope.polarity) == (["login"], "-")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("how many staff do we employ?", "staff numbers"),
        ("which store gets the most complaints?", "store"),
        ("do older customers complain more?", "age"),
        ("what do our promoters pay on average per order, average order value?", "order value"),
        ("how many customers will leave next month", "forecast"),
        ("refund order 48213 please", "action"),
        ("could you email all unhappy customers a voucher", "action"),
        ("what's the phone number of customer T1022", "personal data"),
        ("what do our competitors charge for delivery", "competitors"),
        ("is it going to rain in Hamburg", "weather"),
        ("write a limerick", "action"),
        ("tell me a joke", "entertainment"),
        ("which cashier is praised most", "single members of staff"),
        ("complaints by household income", "income"),
        ("do divorced members complain more", "marital status"),
        ("what do people with kids say about prices", "marital status"),
        ("show praise that came in by fax", "fax"),
        ("what do guests under 30 praise?", "age"),
        ("compare members aged 45 with the rest", "age"),
        ("what has KD-77120 told us", "personal data"),
    ],
)
def test_unsupported(parser: Parser, question: str, reason: str) -> None:
    """What feedback cannot tell is refused with the reason."""
    found = parser.read(question, TODAY).plan
    assert found.intent == "unsupported"
    assert reason in (found.reason or "")


def test_a_number_that_nothing_reads_is_named(parser: Parser) -> None:
    """An answer that left it out in silence would be wrong."""
    assert parser.read("why do people leave within 14 days?", TODAY).unused == ["14"]
    assert parser.read("the top 3 complaints with 2 stars", TODAY).unused == []


def test_thanks_are_no_question(parser: Parser) -> None:
    """Unless something is asked too."""
    for said in ("thanks, that helped a lot", "Cheers!", "perfect, thank you for the quick answer"):
        assert parser.read(said, TODAY).plan.intent == "help"
    assert parser.read("thanks, and how many complain about returns?", TODAY).plan.intent == "count"
    assert parser.read("who thanks us for the quick delivery?", TODAY).plan.intent != "help"


def test_the_grounds_of_leaving_are_no_group(parser: Parser) -> None:
    """What stands behind "reasons for" is explained, and not a limit."""
    for asked in (
        "list the reasons for churn",
        "what are the causes of anger",
        "main drivers of low ratings",
    ):
        assert not plan(parser, asked).get("scope"), asked


@pytest.mark.parametrize(
    ("question", "scope"),
    [
        ("how many members said that they would quit?", {"churn": ["leaving"]}),
        ("do people distrust us?", {"forces": ["certainty"]}),
        ("what would members like us to do differently?", {"intents": ["suggestion"]}),
        ("what do they say about losing faith", {"forces": ["certainty"]}),
    ],
)
def test_words_for_leaving_and_trust(parser: Parser, question: str, scope: dict[str, Any]) -> None:
    """An announcement to cancel is leaving; trust that is lost is no approval."""
    assert plan(parser, question)["scope"] == scope


def test_a_field_in_the_data_is_no_reason_to_refuse() -> None:
    """A field that companies have elsewhere is answered where the data has it."""
    parser = Parser(Vocabulary(attributes={"store": {"Leeds": 1, "York": 1}}))
    assert parser.read("which store gets the most complaints?", TODAY).plan.by == "store"
    aged = Parser(Vocabulary(attributes={"age_group": {"18-34": 1, "35+": 1}}))
    assert aged.read("do older customers complain more?", TODAY).plan.intent != "unsupported"


def test_a_word_after_which_is_a_name_before_it_is_a_value() -> None:
    """Where one attribute has the name that a value of another has."""
    parser = Parser(
        Vocabulary(attributes={"channel": {"app": 1, "branch": 1}, "branch": {"Leeds": 1, "York": 1}})
    )
    ranked = parser.read("which branch gets the most complaints?", TODAY).plan
    assert (ranked.intent, ranked.by, ranked.scope.attributes) == ("rank", "branch", {})
    named = parser.read("complaints from the branch channel", TODAY).plan
    assert named.scope.attributes == {"channel": ["branch"]}


def test_typos_chat_words_and_manners(parser: Parser) -> None:
    """Typos are mended, chat words and manners understood."""
    found = plan(parser, "hi, can u pls tell me hw many ppl complaned abt late parcles in agust? thx!")
    assert found == {
        "intent": "count",
        "scope": {
            "themes": ["delivery"],
            "polarity": "-",
            "period": {"from": "2026-08-01", "to": "2026-08-31"},
        },
    }


def test_chips_name_slot_value_source_and_words(parser: Parser) -> None:
    """Every slot of the plan is shown with its value, its source and the words behind it."""
    found = parser.read("complaints about sizing by email since June", TODAY)
    shown = {chip.slot: (chip.value, chip.source, chip.words) for chip in found.chips}
    assert shown["scope.themes"] == ("fit and description", "synonym", "sizing")
    assert shown["scope.attributes.channel"] == ("email", "value", "email")
    assert shown["scope.period"] == ("since 1 June 2026", "date", "since June")
    assert shown["scope.polarity"] == ("complaints", "synonym", "complaints")


def test_notes_tell_what_was_not_used(parser: Parser) -> None:
    """Words without a meaning for the plan, and periods without data, are told."""
    assert "gobbledygook" in parser.read("why gobbledygook are people angry", TODAY).notes[0]
    assert parser.read("complaints in 2024", TODAY).notes == [
        "The feedback covers 1 January 2026 to 30 September 2026."
    ]


def test_any_text_gives_a_plan(parser: Parser) -> None:
    """No text makes the parser fail."""
    for text in (
        "?",
        "...",
        "\x00",
        "since",
        "between and",
        "31/02/2026",
        "not not not",
        "and " * 300,
        "🙂 why",
    ):
        assert parser.read(text, TODAY).plan.intent
