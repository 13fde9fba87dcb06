"""Questions that feedback cannot answer, with the reason in a few words."""

from collections.abc import Collection, Sequence

from assistant.ask.breakdown import UNITS
from assistant.ask.lexicon import Lexicon
from assistant.ask.mentions import Mention
from assistant.ask.patterns import Hit
from assistant.ask.question import Question
from assistant.ask.tokens import stems

# Words after which a field is what customers speak of, and not what is asked for.
_ABOUT = frozenset({"about", "mention", "mentions", "mentioned", "mentioning", "regarding"})
NOTHING_READ = "I found nothing in the question that feedback could tell"
ACTION = "it asks for an action, and I only answer questions about feedback"
FORECAST = "it asks for a forecast, and feedback only tells what has been"

SINGLE = "personal data of single customers is not given out here; the page Customers shows them"
AGE = "age is not in the data"
_PEOPLE = frozenset(
    {
        "customers",
        "people",
        "users",
        "members",
        "guests",
        "clients",
        "shoppers",
        "those",
        "everyone",
        "women",
        "men",
    }
)
_MEASURES = frozenset(
    {
        "%",
        "percent",
        "orders",
        "days",
        "weeks",
        "months",
        "years",
        "points",
        "euros",
        "dollars",
        "pounds",
        "items",
        "stars",
    }
)
_YOUNGEST, _OLDEST = 10, 110
_ID_DIGITS = 3
TRIVIA = "it asks for a fact about a person, a place or a thing, and I only know what customers say"


def reason(question: Question, lexicon: Lexicon, attributes: Collection[str]) -> str | None:
    """Why the question cannot be answered of feedback with these attributes, or None."""
    if not question.has("watch") and _is_action(question, lexicon):
        return ACTION
    outside = [
        hit for hit in lexicon.outside.find(question.tokens) if not _within(hit, question.mentions, {"churn"})
    ]
    if outside:
        return max(outside, key=lambda hit: hit.last - hit.first).means
    if _is_personal(question):
        return SINGLE
    if any(m.date and m.date.is_future for m in question.mentions):
        return FORECAST
    if _is_trivia(question):
        return TRIVIA
    if _is_age(question) and not {"age", "birthday"} & {part for name in attributes for part in stems(name)}:
        return AGE
    return _missing_field(question, lexicon, attributes)


def _is_age(question: Question) -> bool:
    """Customers "over 60", "under 25", "aged 30 to 40": a bare number behind people."""
    for place, token in enumerate(question.tokens):
        before, after = question.low(place - 1), question.low(place + 1)
        bare = (
            token.number is not None and place not in question.named and _OLDEST >= token.number >= _YOUNGEST
        )
        if bare and before == "aged":
            return True
        people = question.low(place - 2) in _PEOPLE
        if bare and people and before in {"over", "under", "above", "below"} and after not in _MEASURES:
            return True
    return False


def _is_action(question: Question, lexicon: Lexicon) -> bool:
    words = [
        place for place, token in enumerate(question.tokens) if token.is_word and place not in question.silent
    ]
    if any(token.stem == "filter" for token in question.tokens):
        return False
    is_order = bool(words) and not question.low(words[0]).endswith(("s", "ing", "ed"))
    return is_order and any(hit.first == words[0] for hit in lexicon.actions.find(question.tokens))


def _within(hit: Hit[str], mentions: Sequence[Mention], keys: set[str]) -> bool:
    return any(m.key in keys and m.first < hit.last and hit.first < m.last for m in mentions)


def _is_personal(question: Question) -> bool:
    """Whether one customer is named by a number: "customer T1023", "order 48213"."""
    for place, token in enumerate(question.tokens):
        if _is_code(question, place):
            return True
        named = question.low(place - 1) in {
            "customer",
            "client",
            "member",
            "user",
            "account",
            "guest",
            "passenger",
        }
        is_id = any(c.isdigit() for c in token.low) and len(token.low) >= 4 and place not in question.named
        if named and is_id:
            return True
    return False


def _is_code(question: Question, place: int) -> bool:
    """The id of a customer as systems write it: capitals, a hyphen and digits, as in "C-0412"."""
    token = question.tokens[place]
    before = question.tokens[place - 1].text if place else ""
    is_free = not {place - 1, place} & question.named
    return (
        is_free
        and token.is_joined
        and token.low.isdigit()
        and len(token.low) >= _ID_DIGITS
        and before.isupper()
    )


def _is_trivia(question: Question) -> bool:
    """Whether it asks for somebody or some place ("who is the CEO") and names no kind of feedback."""
    asks = question.low(0) in {"who", "who's", "whose", "where", "where's"}
    return asks and not question.mentions and not question.dimensions


def _missing_field(question: Question, lexicon: Lexicon, attributes: Collection[str]) -> str | None:
    """The name of a field that the data does not have."""
    words = {part for name in attributes for part in stems(name.replace("_", " "))}
    for hit in sorted(lexicon.fields.find(question.tokens), key=lambda h: h.first - h.last):
        span = set(range(hit.first, hit.last))
        named = set(stems(hit.means.removeprefix("the "))) <= words or any(
            span & set(range(d.first, d.last)) for d in question.dimensions if d.means not in UNITS
        )
        asked_by = question.low(hit.first) in {"which", "what", "whose", "per", "each"}
        mentioned = question.low(hit.first - 1) in _ABOUT or question.low(hit.first - 2) in _ABOUT
        possessive = (
            question.tokens[hit.last - 1].text.endswith("s") and "'" in question.tokens[hit.last - 1].text
        )
        if (
            not named
            and not mentioned
            and not possessive
            and (asked_by or not _within(hit, question.mentions, {"attributes"}))
        ):
            head = hit.means.split(" of ")[0]
            return f"{hit.means} {'are' if head.endswith('s') else 'is'} not in the data"
    return None
