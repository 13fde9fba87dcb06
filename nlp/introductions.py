"""Names of persons, where people introduce themselves, are addressed with a title, are greeted, or sign.

A name is one to four capitalised words that are not among the words with which sentences, greetings and
companies begin (`_NO_NAME`). Names elsewhere are left alone: a list of names would eat words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from nlp.marks import Found

_UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĻĽŁŃŅŇŐŒŔŘŚŞŠȘŢŤȚŪŮŰŲŹŻŽΑ-ΩА-ЯЁІЇЄҐ"
_WORD = rf"[{_UPPER}](?:\w|['’-](?=\w)){{1,30}}"
_PARTICLE = r"(?:van|von|de|der|den|del|della|di|da|dos|la|le|bin|ten|ter|zu)"
_NAME = rf"(?P<name>(?:[{_UPPER}]\.[ \t]?){{0,2}}{_WORD}(?:(?:[ \t]+{_PARTICLE}){{0,2}}[ \t]+(?:{_WORD}|[{_UPPER}]\b\.?)){{0,3}})"
_TITLE = r"(?:Mr|Mrs|Ms|Mx|Dr|Prof|MR|MRS|MS|DR|mr|mrs|ms|dr|Herrn?|Frau|Hr|Mme|Mlle|Monsieur|Madame|Mevrouw|Mevr|Meneer|Dhr|Señora?|Signora?)"
_OPEN = r"(?:^|(?<=[\n.!?>\"“:;\]])|(?<=[\n.!?>\"“:;\]] ))[ \t]*"

_IS_PARTICLE = re.compile(_PARTICLE)
_PLAIN_WORD = re.compile(r"[^\W\d_]+")
_TITLE_BEFORE = rf"(?:{_TITLE}\.?[ \t]+)?"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rule:
    """A pattern with a group `name` (or `lower`), and the words without one of which it need not be tried."""

    pattern: re.Pattern[str]
    cues: frozenset[str]
    shouted: bool = True  # a word in capitals only may be a name: "MY NAME IS JOHN"
    whole: bool = False  # all words of the match must pass, else none is a name


def _rule(pattern: str, cues: str, *, shouted: bool = True, whole: bool = False) -> _Rule:
    return _Rule(pattern=re.compile(pattern), cues=frozenset(cues.split()), shouted=shouted, whole=whole)


_OWN = (
    r"my (?:full |first |last |sur|maiden )?name(?: is|'s|’s|:)|(?:mein|der) name ist|ich hei(?:ß|ss)e"
    r"|je m['’]appelle|mon nom est|mijn naam is|ik heet|me llamo|mi nombre es|mi chiamo|il mio nome è|meu nome é"
)
# "my name is john" counts in lower case too, where one or two plain words follow.
_LOWER = r"(?P<lower>[^\W\d_][\w'’-]{1,24}(?:[ \t]+[^\W\d_][\w'’-]{1,24})?)"
_OTHERS = r"(?:his|her|their|\w{2,20}['’]s|in the|under the|by the) name(?: is| was| of|:)?"
_LABEL = r"(?:(?:full |first |last |customer |sur)?name|nachname|vorname|nom|naam|nombre|nome)"
_FROM = r"(?:from|speaking|calling|writing|here|aus|de|uit|hier)\b"
_I_AM = r"(?:[Ii] am|[Ii]['’]?m|[Tt]his is|[Ii]ch bin|[Hh]ier ist|[Jj]e suis|[Ii]k ben|[Ss]oy|[Ii]t['’]s)"
_GREETING = (
    r"(?i:dear|hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen|abend)"
    r"|liebe[rs]?|sehr geehrte[rs]?|moin|bonjour|bonsoir|cher|chère|salut|beste|geachte|goede(?:morgen|middag|navond|ndag)"
    r"|hola|buenos días|buenas tardes|estimad[oa]|querid[oa]|ciao|gentile|caro|cara|olá|prezad[oa])"
)
_CLOSING = (
    r"(?i:regards|(?:best|warm|good) wishes|yours (?:sincerely|faithfully|truly|ever)|sincerely(?: yours)?|respectfully"
    r"|all the best|mit (?:freundlichen|besten|lieben) grü(?:ß|ss)en|(?:viele|liebe|beste|freundliche|schöne) grü(?:ß|ss)e"
    r"|mfg|gru(?:ß|ss)|cordialement|sincères salutations|bien à vous|groet(?:en|jes)?|mvg|saludos?(?: cordial(?:es)?)?"
    r"|atentamente|cordiali saluti|distinti saluti)"
)
_THANKS = (
    r"(?i:(?:thanks|thank you)(?: again| a lot| so much| in advance| very much)?|thx|cheers|best|love|ta"
    r"|(?:danke|vielen dank)(?: im voraus)?|lg|vg|merci(?: d['’]avance)?|bedankt|gracias|grazie)"
)
_LINE_END = r"(?=[ \t]*[.,]?[ \t]*(?:\n|$|x{1,4}\b))"
_RULES = (
    _rule(
        rf"\b(?i:{_OWN})[ \t]+{_TITLE_BEFORE}(?:{_NAME}|{_LOWER})",
        "name heiße heisse appelle nom naam heet llamo nombre chiamo nome",
    ),
    _rule(rf"\b(?i:{_OTHERS})[ \t]+{_TITLE_BEFORE}{_NAME}", "name", shouted=False),
    _rule(rf"(?:^|(?<=[\n,;(]))[ \t]*(?i:name of)[ \t]+{_TITLE_BEFORE}{_NAME}", "name", shouted=False),
    _rule(
        rf"(?:^|(?<=[\n,;|]))[ \t>]*(?i:{_LABEL})[ \t]*[:=][ \t]*{_TITLE_BEFORE}{_NAME}",
        "name surname nachname vorname nom naam nombre nome",
    ),
    _rule(
        rf"\b{_I_AM}[ \t]+{_TITLE_BEFORE}{_NAME}(?=,?[ \t]+(?:(?:originally|again|also)[ \t]+)?{_FROM})",
        "from speaking calling writing here aus de uit hier",
        shouted=False,
    ),
    _rule(
        rf"\b(?:{_TITLE}\.?[ \t]+(?:{_PARTICLE}[ \t]+){{0,2}}{_NAME}|mrs?\.?[ \t]+(?P<lower>[a-z]{{3,20}})\b)",
        "mr mrs ms mx dr prof herr herrn frau hr mme mlle monsieur madame mevrouw mevr meneer dhr señor señora"
        " signor signora",
    ),
    _rule(
        rf"{_OPEN}{_GREETING}(?:[ \t]+there)?[ \t]*,?[ \t]+{_TITLE_BEFORE}"
        rf"(?:{_NAME}|(?P<lower>[a-zà-ÿ][a-zà-ÿ'’-]{{1,20}})(?=[ \t]?,))",
        "dear hi hello hey hiya good greetings hallo guten liebe lieber liebes geehrte geehrter geehrtes moin bonjour"
        " bonsoir cher chère salut beste geachte goedemorgen goedemiddag goedenavond goedendag hola buenos buenas"
        " estimado estimada querido querida ciao gentile caro cara olá prezado prezada",
    ),
    _rule(
        rf"\b{_CLOSING}[ \t]*[,.!:–—-]{{0,3}}\s{{1,6}}{_TITLE_BEFORE}{_NAME}",
        "regards wishes yours sincerely respectfully best grüßen grüssen grüße grüsse mfg gruß gruss cordialement"
        " salutations bien groet groeten groetjes mvg saludo saludos atentamente saluti",
    ),
    _rule(
        rf"\b{_THANKS}[ \t]*(?:[,–—-]\s{{0,6}}|[.!]?[ \t]*\n\s{{0,6}}){_TITLE_BEFORE}{_NAME}{_LINE_END}",
        "thanks thank thx cheers best love ta danke dank lg vg merci bedankt gracias grazie",
    ),
    _rule(
        rf"{_NAME}[ \t]*[,:(]{{0,2}}\s{{0,2}}(?:[([]|(?:tel|email|mail|mob|ph)\b\.?:?[ \t]*\[)(?=EMAIL\]|PHONE\])",
        "email phone",
        whole=True,
    ),
)
_DASHED = re.compile(rf"(?:\n\s{{0,4}}|[.!?][ \t]+)[-–—~][ \t]?{_NAME}(?=[ \t]*\.?\s{{0,4}}$)")


def names(text: str) -> Iterator[Found]:
    """Names of persons that are introduced, addressed, greeted, signed, or stand before a mail address."""
    words = set(_PLAIN_WORD.findall(text.casefold()))
    for rule in _RULES:
        if not rule.cues.isdisjoint(words):
            for match in rule.pattern.finditer(text):
                yield from _name(match, text, rule)
    if any(dash in text for dash in "-–—~"):
        for match in _DASHED.finditer(text):
            yield from _name(match, text, _RULES[0])


def _name(match: re.Match[str], text: str, rule: _Rule) -> Iterator[Found]:
    which = "name" if match["name"] else "lower"
    start, end = match.span(which)
    length = _length(match[which], is_lower=which == "lower", shouted=rule.shouted)
    if rule.whole and (start + length < end or " " not in match[which]):
        return
    if length and not _NOT_AFTER.match(text, start + length):
        yield Found(start, start + length, "NAME")


# `Dear Acme team` greets no person, and `Nexus 6P` is none.
_NOT_AFTER = re.compile(r"[ \t]+(?:(?i:customer|support|care|team|service|staff|crew|help|shop|store)|\d)")


def _length(name: str, *, is_lower: bool, shouted: bool) -> int:
    """How many characters of the match are a name: up to the first word that is none."""
    length = 0
    for word in re.finditer(r"\S+", name):
        plain = word[0].strip(".'’").casefold()
        if length and _IS_PARTICLE.fullmatch(word[0]):
            continue
        if plain in _no_name() or plain.removesuffix("'s").removesuffix("’s") in _no_name():
            break
        if set(plain) == {"x"}:  # already masked by whoever exported it
            break
        if not shouted and word[0].isupper() and len(word[0]) > 2:
            break
        if is_lower and plain.endswith(("ing", "ed", "ly")):
            break
        length = word.end()
    return len(name[:length].removesuffix("'s").removesuffix("’s"))


@cache
def _no_name() -> frozenset[str]:
    return frozenset(_NO_NAME.split())


# Words that stand, capitalised, where a name may stand. Case-folded.
_NO_NAME = """
a an the this that these those i i'm i've i'd i'll i’m i’ve i’d i’ll im ive we we're we've we’re we’ve my our your you
you're he she it it's it’s its they there here what when where which who why how can could would will may is are was were am
be been do does did don't have has had having not no yes ok okay if as at in on of off to for from with without about
and or but so because since after before while until by into over under up out also again any anyone anybody all
everyone everybody everything someone somebody nobody nothing
another both each every few many more most much other others same some such than then too very just only even still
really please thanks thank cheers sorry hello hi hey dear good great best well nice lovely love loved absolutely
amazing awesome awful bad terrible horrible worst excellent fantastic perfect poor brilliant beautiful happy unhappy sad
angry upset annoyed disappointed disappointing disgusted disgusting frustrated frustrating fuming furious impressed
delighted pleased satisfied dissatisfied glad tired sick ready sure aware able unable new old first last long second
third one two three four five six seven eight nine ten half
sir sirs madam ma'am ladies gentlemen gents guys folks friends friend people person mate mates buddy pal hun babe
love darling honey sweetie lord god jesus christ santa diary heavens me us them him her
team support service services customer customers client clients care help helpdesk desk staff manager management
manageress supervisor representative rep agent agents advisor adviser assistant operator bot chatbot company store
stores shop shops seller sellers sales office department dept reader readers editor sirs/madam owner owners host hosts
driver drivers courier couriers developer developers dev devs admin administrator moderator moderators crew chat
concern concerned whom
mr mrs ms miss mx dr prof martens pepper dre scholl scholls oetker muscle porter kipling bean whippy doubtfire hyde
beat who strange jart browns brown's squiggles
today tomorrow yesterday morning afternoon evening night monday tuesday wednesday thursday friday saturday sunday
january february march april june july august september october november december christmas easter
english french german dutch spanish italian irish scottish welsh british american canadian australian polish indian
chinese japanese turkish portuguese swedish danish norwegian belgian austrian swiss european african asian
muslim christian jewish disabled pregnant vegan vegetarian petite
order orders ordered ordering delivery refund refunds return returns product products item items size sizes price
prices quality account app application website site web online email mail phone number numbers address parcel package
money card payment bill invoice subscription contract question questions query problem problems issue issues update
review feedback complaint experience purchase purchased bought received sent tried trying got getting going waiting
waited looking hoping writing asking calling checking following wanted want wanting need needed needs would wish
wondering regarding re ref reference subject urgent note info sent arrived looks works fits will came never ever
always once finally unfortunately however although though despite unlike during within between apparently actually
honestly basically overall maybe perhaps hope hopefully let lets let's make made take took give given gave find found
see saw know knew think thought feel felt look keep stay come go back check wow omg lol ugh oh ah
google amazon uber spotify facebook instagram whatsapp twitter paypal apple siri alexa netflix microsoft ebay
klarna dhl ups fedex dpd evri hermes
iphone android ipad windows mac
herr frau team kundenservice kundendienst damen herren leute zusammen alle kollegen ich wir mein meine ihr euer das der die
es ist sind habe hat war und aber leider vielen dank danke bitte liebes gutes schönes
monsieur madame messieurs mesdames service client équipe tous toutes je nous vous mon ma mes c'est merci le la les un une
mensen klantenservice allemaal iedereen ik wij mijn het een dank bedankt
equipo todos todas señor señora señores servicio yo mi gracias el los las
list listed spelled spelt misspelled wrong correct incorrect incorrectly missing mud associated attached linked
registered shown showing printed called under already currently now
common unique different hard easy difficult unusual pronounced mine given used removed changed also yours ours
consumer bureau senator submitted enclosures enclosure enclosed attachment attachments copies copy signed dated page cc ps
mum mom dad mama papa student teacher nurse mother father
"""
