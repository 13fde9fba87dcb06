import base64

import pytest

from nlp.language import SUPPORTED, LanguageDetector, abstention, detect
from nlp.machine_text import is_machine_made

ENGLISH = [
    "Good app", "nice", "lol ok", "Gud", "goooood", "ty", "Wow", "ok", "meh.", "thx m8", "gg", "Superb", "u guys r the best",
    "app no work", "NEVER AGAIN", "luv it 😍", "driver was gr8", "dont buy", "Refund plz", "waited 2 hrs 4 nothing",
    "crashes evry time", "Best. Coat. Ever.", "El Paso branch was lovely", "the croissants were to die for",
    "Had the gnocchi and the tiramisu, both divine", "My Huawei keeps rebooting since the upgrade",
]  # fmt: skip
FOREIGN = [
    ("es", "Muy buena app"), ("es", "Excelentes conductores"), ("es", "El pedido llegó tarde y nadie responde"),
    ("es", "quiero mi dinero de vuelta por favor"), ("pt", "Péssimo atendimento, demorou duas horas"),
    ("pt", "não recomendo"), ("fr", "Très bien"), ("fr", "Service nul, je ne recommande pas"), ("fr", "Parfait merci"),
    ("de", "Sehr gut"), ("de", "Leider kaputt angekommen"), ("de", "Der Fahrer war unfreundlich"),
    ("it", "Non funziona niente"), ("it", "Ottimo servizio"), ("nl", "Slechte service, nooit meer"),
    ("sv", "Dålig service och dyr"), ("pl", "Nie polecam"), ("cs", "Velmi dobré"), ("hu", "Nagyon jó"),
    ("ro", "Foarte bun"), ("tr", "berbat bir uygulama"), ("id", "aplikasi jelek, tidak bisa login"), ("vi", "Rất tốt"),
    ("tl", "Maganda ang serbisyo"), ("hi", "bekar app hai paise barbad"), ("hi", "यह ऐप बहुत अच्छा है"), ("ru", "Отличная игра"),
    ("uk", "Дуже добре, дякую"), ("zh", "司机态度很差"), ("ja", "とても良いアプリです"), ("ko", "좋아요"),
    ("ar", "تطبيق ممتاز"), ("el", "Πολύ καλό"), ("he", "שירות מצוין"), ("th", "ดีมาก"),
]  # fmt: skip


@pytest.mark.parametrize("text", ENGLISH)
def test_short_english_with_slang_and_typos_is_english(text: str) -> None:
    """Two words, a typo or slang are enough to be tagged as English."""
    assert detect(text).code == "en"
    assert abstention(text) is None


@pytest.mark.parametrize(("code", "text"), FOREIGN, ids=[text for _, text in FOREIGN])
def test_other_languages_are_told_apart(code: str, text: str) -> None:
    """Short sentences in other languages get their own code and are not tagged."""
    assert detect(text).code == code
    assert abstention(text) == "language"


def test_confidence_grows_with_text() -> None:
    """A whole sentence is surer than a single word, and both stay within [0, 1]."""
    word, sentence = detect("Sei"), detect("The parcel came two weeks late and nobody told me why")
    assert 0 <= word.confidence < sentence.confidence <= 1


@pytest.mark.parametrize("text", ["12345", "😡😡😡", "!!!", "5/5", "👍🏽"])
def test_text_without_letters_has_no_language(text: str) -> None:
    """Numbers, marks and emoji alone have no language and are too short to judge."""
    assert detect(text).code == "und"
    assert abstention(text) == "too_short"


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_is_empty(text: str) -> None:
    """Blank text is empty, not short."""
    assert abstention(text) == "empty"


def test_broken_encoding_is_seen_through() -> None:
    """UTF-8 that was read as Windows-1252 still shows its language, and a mangled emoji does no harm."""
    assert detect("Pésimo, me cobraron de más".encode().decode("cp1252")).code == "es"
    assert detect("Nice ride 👍".encode().decode("cp1252", errors="replace")).code == "en"


def test_links_handles_and_numbers_do_not_count() -> None:
    """A handle or a link in another language does not change the language of the words around it."""
    assert (
        detect("@servicio_al_cliente where is my refund? https://ejemplo.example/pedido/que-es").code == "en"
    )


def test_styled_letters_are_read() -> None:
    """Mathematical letters, popular for decoration, are read as the letters that they stand for."""
    assert detect("𝕋𝕙𝕖 𝕕𝕣𝕚𝕧𝕖𝕣 𝕨𝕒𝕤 𝕣𝕦𝕕𝕖").code == "en"


def test_a_detector_can_be_tuned() -> None:
    """Without a lead, English no longer wins where nothing speaks for it."""
    assert LanguageDetector(english_lead=20.0).detect("Foarte bun").code == "en"
    assert {"en"} == SUPPORTED


MACHINE = [
    base64.b64encode(bytes(range(48, 200))).decode(),
    "2026-03-01T10:00:00Z ERROR worker.py: job 17 failed\n2026-03-01T10:00:01Z INFO worker.py: retry",
    'Traceback (most recent call last):\n  File "app.py", line 3, in run\nValueError: bad',
    "java.lang.NullPointerException: x\n  at com.shop.Cart.add(Cart.java:12)\n  at com.shop.Main.main(Main.java:3)",
    '{"event": "click", "id": 17, "page": "/cart"}',
    "<div class='x'><br/></div>",
    "status=500 path=/pay user=17 ms=1200",
    '10.1.2.3 - - [01/Mar/2026] "GET /cart HTTP/1.1" 500 12',
]
HUMAN = [
    "It says ERROR: payment failed every single time, and your chat never answers",
    "hahahahahahahahahahahahahahahahahahahahahahaha",
    "sooooooooooooooooooooooooooooooooooooooooo good",
    "Here is the log you asked for, please help me, I cannot work since Monday:\nERROR worker.py: job failed",
    "https://shop.example/a-very-long-link/with-many-words-and-1234567890/that-nobody-reads look at this",
    "味道很好再也不来了味道很好再也不来了味道很好再也不来了味道很好再也不来了",
    "Delivery: late\nSoup: cold\nRefund: none",
]


@pytest.mark.parametrize("text", MACHINE, ids=range(len(MACHINE)))
def test_machine_made_text_is_left_alone(text: str) -> None:
    """Encoded data, logs, stack traces, JSON and bare markup are not feedback."""
    assert abstention(text) == "machine_made"


@pytest.mark.parametrize("text", HUMAN, ids=range(len(HUMAN)))
def test_people_who_quote_machines_are_heard(text: str) -> None:
    """A customer who pastes an error message, laughs or lists points is still a customer."""
    assert not is_machine_made(text)
