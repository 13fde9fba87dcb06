"""The words of a text that say what it is about."""

import re
from functools import cache
from typing import Any

from nlp.connectives import word_set

LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|@\w+")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

STOP_WORDS = word_set(
    "a about above after again against ago ain't all almost along already also although always am an and another any "
    "anybody anyone anything anyway are aren't around as at away back be became because been before behind being below "
    "between both but by came can can't cannot come comes coming could couldn't did didn't do does doesn't doing don't "
    "done down due during each either else enough especially etc even ever every everybody everyone everything exactly "
    "far few for from gave get gets getting give given gives giving go goes going gone gonna good got gotten had hadn't "
    "has hasn't have haven't having he he'd he'll he's hello her here here's hers herself hey hi him himself his how how's however "
    "i i'd i'll i'm i've if im in instead into is isn't it it'd it'll it's its itself ive just kind kinda know least less let let's lets "
    "like literally lot lots made make makes making many may maybe me might mine more most mostly much must my myself "
    "near need needed needs neither never no nobody none nor not nothing now of off often oh ok okay on once one ones only "
    "onto or other others our ours ourselves out over own per perhaps please pretty probably put quite rather really "
    "s said same saw say saying says see seem seemed seems seen she she'd she'll she's should shouldn't since so some somebody "
    "someone something sometimes soon sort still stuff such super sure take taken takes taking than thank thanks that that's thats the "
    "their theirs them themselves then there there's these they they'd they'll they're they've thing things think this "
    "those though thought through thus till to together too took totally toward towards truly try trying tried u under until up "
    "upon ur us use used using usually ve very via want wanted wants was wasn't way we we'd we'll we're we've well went were "
    "weren't what what's whatever when where whether which while who who's whole whom whose why will with within "
    "without won't wont would wouldn't yes yet you you'd you'll you're you've your yours yourself cant dont didnt doesnt isnt wasnt "
    "actually able absolutely anymore basically best better big bit definitely extremely find found feel feels felt great happen "
    "happened keep keeps long look looking looks looked love loved nice real right thru tell told"
)


def is_content(word: str) -> bool:
    """True for a word that says what a text is about: no stop word, no number, no single or repeated letter ("XXXX")."""
    plain = word.lower().replace("’", "'")
    has_letters = any(letter.isalpha() for letter in plain)
    return len(plain) > 1 and has_letters and len(set(plain)) > 1 and plain not in STOP_WORDS


def content_words(text: str) -> list[str]:
    """The content words of a text as they stand there; links and mentions hold none."""
    return [match.group() for match in WORD.finditer(LINK.sub(" ", text)) if is_content(match.group())]


def content_stems(text: str) -> frozenset[str]:
    """The stems of the content words: "packages" and "packaging" are one."""
    return frozenset(stem(word.lower()) for word in content_words(text))


@cache
def stem(word: str) -> str:
    """The stem of an English word in lower case."""
    return str(_stemmer().stemWord(word.removesuffix("'s")))


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
