"""An invented shop's feedback with a known story: slow refunds go with leaving, delivery does not."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from assistant.terms import terms_of
from index.records import Customer, Entry, Item
from index.workspace import Index
from nlp.tags import Document, transcript
from tests.assistant.api.light import LightTagger

START = date(2026, 1, 5)
CHANNELS = ("email", "chat", "review")
SLOW = (
    "My refund for the lamp is still not here after five weeks.",
    "Six weeks I wait for the refund of two rugs.",
    "The refund of my boots takes weeks and weeks.",
    "Still no refund for the blue kettle, a month on.",
)
QUICK = (
    "The return of the curtains went through in two days.",
    "I sent it back on Monday, the return was easy.",
    "Return label in the box, a great idea.",
    "The return of one vase was quick.",
)
LATE = (
    "The parcel arrived late and wet.",
    "My delivery was two days late.",
    "The courier left the parcel in the rain.",
)
CALM = (
    "The cushions are lovely and soft.",
    "Thank you for the quick answer on the chat.",
    "A perfect gift for my aunt.",
    "The price was fair.",
)
GOING = ("I buy elsewhere from now on.", "That was the last time.", "Please cancel my account.")
XSS = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script> refund & <b>bold</b>'
EMOJI = "🙂🙂 Lovely rug. 👍🏽 The refund took weeks, still waiting. I buy elsewhere now."


def _texts() -> Iterator[tuple[str, str]]:
    """(text, channel): 30 leave, 24 of them after a slow refund; 50 stay, 8 of them after one."""
    for at in range(30):
        first = SLOW[at % 4] if at < 24 else QUICK[at % 4]
        yield f"{first} Order of day {at}. {GOING[at % 3]}", CHANNELS[at % 3]
    for at in range(50):
        first = SLOW[at % 4] if at < 8 else QUICK[at % 4]
        yield f"{first} It was the number {at} on my list.", CHANNELS[at % 3]
    for at in range(40):
        yield f"{LATE[at % 3]} House number {at}.", CHANNELS[at % 3]
    for at in range(40):
        yield f"{CALM[at % 4]} Room number {at}.", CHANNELS[at % 3]
    yield XSS, "review"
    yield EMOJI, "email"


TURNS = (
    ("C", "Where is my refund? I have written twice."),
    ("A", "Please allow ten working days."),
    ("C", "Nobody answers. I buy elsewhere."),
)


def seed(index: Index) -> None:
    """Write the feedback, one conversation and the customers."""
    items = [
        Item(
            id=f"s{at}", text=text, date=START + timedelta(days=(at * 7) % 240), language="en", source="shop.csv",
            customer=f"K{at % 60}", attributes={"channel": channel, "rating": str(1 + at % 5)},
        )
        for at, (text, channel) in enumerate(_texts())
    ]  # fmt: skip
    items.append(
        Item(id="talk", kind="conversation", text=transcript(TURNS), turns=TURNS, date=START, language="en",
             attributes={"channel": "chat"})
    )  # fmt: skip
    index.store.write(list(entries(items)))
    index.store.upsert_customers(
        [
            Customer(id=f"K{at}", attributes={"segment": "premium" if at % 3 else "regular"})
            for at in range(60)
        ]
    )
    index.refresh()


def entries(items: Sequence[Item]) -> Iterator[Entry]:
    """Items as they are written, tagged by the light tagger."""
    documents = [
        Document(id=item.id, text="" if item.turns else item.text, turns=item.turns) for item in items
    ]
    for item, tagged in zip(items, LightTagger().tag(documents), strict=True):
        tags = tagged.tags.model_dump(mode="json")
        yield Entry(item=item, tags=tags, terms=terms_of(tags, item), vector=tagged.vector, model="light-1")
