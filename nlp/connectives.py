"""Words that start a new clause in English, and what has to follow them."""

from collections.abc import Sequence


def word_set(words: str) -> frozenset[str]:
    """The words of a blank-separated list."""
    return frozenset(words.split())


_SUBJECTS = word_set(
    "i we they it he she you u im i'm i've i'd i'll we're we've we'd we'll they're they've they'd they'll it's "
    "it'd it'll he's she's he'd she'd you're you've you'll you'd that's there's this that these those there here "
    "my our their his her your nobody everyone everything nothing no"
)
_ARTICLES = word_set("the a an some all both each every one")
_PREDICATES = word_set(
    "am is are was were be been isn't aren't wasn't weren't isnt wasnt has have had hasn't haven't hadn't do does "
    "did don't doesn't didn't dont doesnt didnt can can't cant cannot could couldn't will won't wont would wouldn't "
    "should shouldn't must might may never still now then not just even also got get gets getting went go goes told "
    "tell said say says refused asked ask called call waited wait waiting paid pay ordered order returned return tried "
    "try lost lose broke break arrived arrive came come comes found find received receive sent send cancelled canceled "
    "cancel gave give made make makes took take takes want wants wanted need needs needed wish love loved hate hated "
    "feel feels felt looks look looked works work worked stopped stop started start keep keeps kept left leave bought "
    "buy charged charge helped help hung put ended decided switched switch moved spent let lets recommend thank thanks "
    "please finally eventually immediately nothing nobody"
)
_ALWAYS = word_set(
    "because cuz coz becuz although though whereas unless whenever despite however therefore otherwise"
)
_BEFORE_SUBJECT = word_set(
    "since as when while after before until till til if where so once and or yet nor plus cause bc then"
)
_PAIRS = frozenset(
    {
        ("due", "to"),
        ("even", "though"),
        ("except", "that"),
        ("such", "that"),
        ("owing", "to"),
        ("instead", "of"),
        ("so", "that"),
    }
)
_GLUED_BEFORE = word_set(
    "as so even of in for to by with on at from about know sure or and just only especially not ever than "
    "simply partly mainly mostly probably maybe perhaps is was"
)
_ASKS = word_set("know sure tell decide say ask see choose matter idea clue understand no remember")


def opens_clause(words: Sequence[str], at: int) -> bool:
    """True when the word at `at` (lower case, straight apostrophes) starts a new clause."""
    word, before = words[at], words[at - 1]
    after = words[at + 1] if at + 1 < len(words) else ""
    if (word, after) in _PAIRS:
        return True
    if word == "but":
        return before not in ("nothing", "anything", "all", "none")
    if word in _ALWAYS:
        return before not in _GLUED_BEFORE
    if word == "which":
        return before not in _ASKS and before not in _GLUED_BEFORE
    if word in _BEFORE_SUBJECT:
        return before not in _GLUED_BEFORE and _starts_predicate(words, at)
    return False


def _starts_predicate(words: Sequence[str], at: int) -> bool:
    """True when a subject with a verb, or a verb, follows the connective at `at`."""
    after = words[at + 1] if at + 1 < len(words) else ""
    if after in _ARTICLES or after in ("my", "our", "their", "his", "her", "your", "this", "that", "no"):
        return any(word in _PREDICATES for word in words[at + 2 : at + 6])
    if after in _SUBJECTS:
        return True
    if words[at] in ("after", "before", "since", "while", "when"):
        return after.endswith("ing") and len(after) > 4
    if words[at] == "as":
        return False
    return after in _PREDICATES and words[at] in ("and", "so", "or", "then", "yet")
