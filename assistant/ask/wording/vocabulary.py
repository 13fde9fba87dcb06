"""The words that a writer may use of its own accord. Every other word has to stand in the claim that it rewords.

A closed list, because an open one cannot be checked: a word that is not here can state what no fact holds. The words
of `CHECKED` say how much, which way or how it ranks, and have to agree with the facts.
"""

from collections.abc import Mapping


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What they come to: the first three name the whole that a share is a share of, and may stand for one another.
PREPOSITIONS: Mapping[str, str] = {
    "of": "of", "among": "of", "in": "of",
    "from": "from", "for": "for", "with": "with", "by": "by", "to": "to", "on": "on", "at": "at",
    "about": "about", "than": "than", "against": "against",
}  # fmt: skip
ARTICLES = _set("a an the these those this")
CONTRASTS = _set("against versus compared while whereas but than")
PLAIN = _set("""
    a an the it they them those these this their its and also too both as while whereas but yet though here what
    is are was were be been has have had do does
    mention mentions mentioned name names named raise raises raised report reports reported describe describes
    described cite cites cited say says said speak speaks talk talks voice voices appear appears appeared occur
    occurs occurred feature features featured show shows shown find found see seen stand stands stood set sets
    reach reaches reached come comes came share shares proportion compared versus
""")

UP = _set("more higher larger greater")
DOWN = _set("less fewer lower smaller rarer")
STRONG = _set("much far")
APART = _set("apart out distinguish distinguishes differ differs")
RISE = _set("rise rises risen rising rose increase increases increased grow grows grown grew climbed")
FALL = _set("fall falls fallen falling fell decrease decreases decreased drop dropped declined")
LEADS = _set("most main top lead leads leading chief foremost")
# Lowest and highest share for which a word of amount is true.
AMOUNTS: Mapping[str, tuple[float, float]] = {
    "majority": (0.5, 1), "mostly": (0.5, 1), "minority": (0, 0.5), "half": (0.45, 0.55), "many": (0.3, 1),
    "few": (0, 0.15), "rarely": (0, 0.15), "seldom": (0, 0.15), "often": (0.25, 1), "frequently": (0.25, 1),
    "frequent": (0.25, 1), "common": (0.25, 1), "commonly": (0.25, 1),
}  # fmt: skip
FREQUENT = _set("often frequently frequent common commonly")

CHECKED = UP | DOWN | STRONG | APART | RISE | FALL | LEADS | frozenset(AMOUNTS)
FREE = PLAIN | CHECKED | frozenset(PREPOSITIONS)

# None of these is free, so none gets through; they are listed only so that the writer is told why.
CAUSAL = _set("""
    because cause causes caused causing due owing hence thus therefore thereby drive drives driven driving driver drivers
    trigger triggers triggered result results resulted resulting effect effects affects make makes made making push
    pushes pushed pushing prompt prompts prompted explain explains explained why reason reasons responsible blame since
    so consequently influence influences fuel fuels fuelled
""")
NUMBER_WORDS = _set("""
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million
    millions billion dozen dozens double doubled triple tripled twice thrice once quarter quarters third thirds fourth
    fifth percent first second couple pair single
""")
_NEGATIONS = _set("""
    no not none never nobody nothing nowhere neither nor without cannot hardly barely scarcely
""")


def is_negation(word: str) -> bool:
    """Whether a word, in lower case, denies something."""
    return word in _NEGATIONS or word.endswith(("n't", "n’t"))
