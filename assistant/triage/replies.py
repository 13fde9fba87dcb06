"""What could be answered: acknowledges, shows that it was understood, and asks or says what happens next. Never sent by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.ask.words import Names, listed

_FELT = {
    "anger": "I can see how angry this has made you, and I understand why",
    "disappointment": "I am sorry that we let you down",
    "anxiety": "I understand that this worries you",
    "confusion": "I am sorry that this was so unclear",
    "surprise": "I understand that you did not expect this",
}
_MISSED = {
    "unheard": "You have written before and got no real answer. That ends here: I am looking after this myself.",
    "dismissed": "Your point was brushed aside, and it should not have been.",
    "scripted": "You have had standard replies so far. This one is about your case alone.",
    "no_ownership": "You have been passed from one to the next. From now on you have one person to talk to.",
    "broken_promise": "We promised you something and did not keep it. There is no excuse for that.",
    "unacknowledged": "Nobody has said so yet: this should not have happened, and I apologise for it.",
    "disrespect": "The way you were spoken to is not acceptable, and I apologise for it.",
    "inflexible": "A rule was put before your situation. I will see what can be done in your case.",
}
_NEXT = {
    "returns_refunds": "I am checking where your return and your refund stand",
    "delivery": "I am finding out where your parcel is",
    "billing_payment": "I am going through the charge with our billing team",
    "digital_experience": "I am passing the exact steps on to our technicians",
    "cancellation_contract": "I am looking at your contract and at what we can do",
    "product_quality": "I am arranging a replacement or your money back, whichever you prefer",
    "account_security": "I am securing your account first",
    "support_service": "I am going through what was said to you so far",
}
_HARD = frozenset({"anger", "disappointment", "anxiety", "confusion", "surprise"})
_GENERAL = "I am looking into it now"
_ASKED = {"question": "to answer your question fully", "request": "to get this done for you"}


def reply(tags: Mapping[str, Any], names: Names) -> str | None:
    """A reply to an item, from its tags; None where there is nothing to reply to.

    Args:
        tags: of the item, as they are stored.
        names: display names of the themes.
    """
    if not tags["sentiment"] or not tags["intent"]:
        return None
    if tags["sentiment"]["label"] == "positive" and not tags["empathy_gaps"]:
        return _thanks(tags, names)
    parts = [
        "Hello,",
        " ".join([_acknowledged(tags), _understood(tags, names)]),
        *_failed(tags),
        _acts(tags),
        "Kind regards",
    ]
    return "\n\n".join(parts)


def _acknowledged(tags: Mapping[str, Any]) -> str:
    felt = sorted(tags["emotions"], key=lambda tag: -tag["score"])
    hard = [tag["label"] for tag in felt if tag["label"] in _HARD]
    return (
        f"thank you for writing. {_FELT[hard[0]]}."
        if hard
        else "thank you for writing, and I am sorry for the trouble."
    )


def _understood(tags: Mapping[str, Any], names: Names) -> str:
    bad = _topics([tag for tag in tags["themes"] if tag["polarity"] == "-"] or tags["themes"], names)
    said = f"If I have understood you rightly, this is about {listed(bad)}" if bad else ""
    if said and tags["effort"] and tags["effort"]["label"] == "high":
        said += ", and you have had to put far too much effort into it"
    return f"{said}." if said else ""


def _failed(tags: Mapping[str, Any]) -> list[str]:
    """What went wrong between us, said plainly; the surest gap alone."""
    gaps = sorted(tags["empathy_gaps"], key=lambda tag: -tag["score"])
    return [_MISSED[gap["label"]] for gap in gaps[:1] if gap["label"] in _MISSED]


def _acts(tags: Mapping[str, Any]) -> str:
    themes = [tag["label"] for tag in tags["themes"] if tag["polarity"] == "-"] or [
        tag["label"] for tag in tags["themes"]
    ]
    step = next((_NEXT[theme] for theme in themes if theme in _NEXT), _GENERAL)
    asked = _ASKED.get(tags["intent"]["label"], "to put this right")
    leaving = tags["churn"] and tags["churn"]["label"] in ("leaving", "at_risk")
    wish = (
        " I would be glad to keep you as a customer, and I know that it takes more than words."
        if leaving
        else ""
    )
    return f"{step} {asked}, and I will write to you by [day] with what I have found. Is there anything else that I should know?{wish}"


def _thanks(tags: Mapping[str, Any], names: Names) -> str:
    good = _topics([tag for tag in tags["themes"] if tag["polarity"] == "+"], names)
    what = f" What you say about {listed(good)} I will pass on to the people behind it." if good else ""
    return f"Hello,\n\nthank you for telling us.{what}\n\nKind regards"


def _topics(themes: Sequence[Mapping[str, Any]], names: Names) -> list[str]:
    named = sorted(themes, key=lambda tag: -tag["score"])
    return list(dict.fromkeys(names.theme(tag["sub"] or tag["label"]) for tag in named))[:2]
