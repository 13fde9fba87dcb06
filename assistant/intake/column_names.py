"""What columns are called in exports of many products and languages, the most telling name first."""

import re
import unicodedata
from functools import cache
from typing import Literal, get_args

Role = Literal["text", "title", "id", "date", "rating", "customer", "channel", "turns"]
ROLES: tuple[Role, ...] = get_args(Role)

_NAMES: dict[Role, str] = {
    "turns": "turns, conversation, dialogue, dialog, messages, transcript, gesprach, gesprek",
    "text": "verbatim, review text, review body, review content, text of review, review comment, customer comment,"
    " customer comments, customer feedback, feedback text, feedback comment, consumer complaint narrative, complaint narrative,"
    " complaint text, complaint description, narrative, open ended response, open text, free text, freetext, comment text,"
    " survey comment, satisfaction comment, nps comment, reason for score, reason for rating, message text, message body,"
    " tweet text, full text, post text, text, review, reviews, feedback, comment, comments, body, content, message, description,"
    " ticket description, complaint, tweet, post, caption, remarks, remark, note text, answer, response, suggestion, suggestions,"
    " bewertungstext, rezension, rezensionstext, bewertung text, kommentar, kommentare, kundenkommentar, freitext, nachricht,"
    " beschwerde, anmerkung, anmerkungen, inhalt, rueckmeldung, ruckmeldung, avis, commentaire, commentaires, message du client,"
    " texte, contenu, verbatim client, remarque, beoordeling tekst, beoordeling, opmerking, opmerkingen, bericht, tekst, klacht,"
    " reactie, toelichting, comentario, comentarios, opinion, resena, mensaje, texto, descripcion, queja, recensione, commento,"
    " messaggio, testo, avaliacao, mensagem, opinia, komentarz, tresc, wiadomosc, omdome, anmeldelse, arvostelu, yorum, otzyv,"
    " отзыв, комментарий, текст, 评论, 评论内容, 内容, 评价内容, レビュー, レビュー本文, コメント, 本文, 口コミ, 리뷰, 내용, 댓글, essay",
    "title": "review title, review headline, title, headline, subject, summary, subject line, titel, uberschrift, ueberschrift, betreff,"
    " titre, objet, sujet, onderwerp, kop, titulo, asunto, titolo, oggetto, assunto, tytul, temat, заголовок, 标题, タイトル, 件名, 제목",
    "id": "id, review id, reviewid, feedback id, feedbackid, response id, responseid, ticket id, ticketid, ticket number, ticket no,"
    " complaint id, case id, case number, conversation id, message id, messageid, comment id, commentid, tweet id, post id, item id, record id,"
    " recommendationid, recommendation id, reference id, reference number, interaction id, survey response id, uuid, guid, uid, external id,"
    " unique id, rezensions id, ticketnummer, vorgangsnummer, bewertungs id, identifiant, id avis, numero de ticket, id de resena, dialogue id, dialog id",
    "date": "date, review date, review created, created at, created, created on, creation date, created date, date created, submitted at,"
    " submitted, submitted on, submission date, submit date, review submit date and time, date received, received at, received, date of review,"
    " posted at, posted, posted on, post date, published at, published, published date, publication date, timestamp, timestamp created, time, datetime, date time,"
    " recorded date, recordeddate, response date, survey date, end date, enddate, at, when, day, feedback date, comment date, date of feedback,"
    " datum, erstellt am, erstellt, eingegangen am, zeitpunkt, bewertungsdatum, date de creation, date de l avis, date avis, cree le, date de publication,"
    " aangemaakt op, geplaatst op, ontvangen op, fecha, fecha de creacion, creado, data, data creazione, creato il, criado em, дата, 日期, 时间, 日付, 投稿日, 날짜",
    "rating": "rating, star rating, stars, score, review rating, review stars, review score, overall rating, overall score, overall, star,"
    " satisfaction, satisfaction score, csat, csat score, ces, grade, bewertung, sterne, note, punktzahl, etoiles, evaluation, cijfer, sterren, score client,"
    " calificacion, puntuacion, estrellas, valoracion, voto, stelle, punteggio, valutazione, nota, estrelas, ocena, gwiazdki, оценка, рейтинг, 评分, 星级, 評価, 평점",
    "customer": "customer, customer id, customerid, customer number, customer no, client id, client, clientid, user id, userid, account id, accountid,"
    " account number, member id, memberid, contact id, contactid, author id, authorid, author, reviewer id, reviewerid, reviewer, respondent id, respondentid,"
    " requester id, requester, consumer id, subscriber id, person id, user, user name, username, screen name, customer email, email, e mail, mail, email address,"
    " customer name, reviewer name, profile name, profilename, kunde, kunden id, kundennummer, kundennr, kunden nr, nutzer, client numero, numero client, id client,"
    " klant, klantnummer, klant id, klantnr, cliente, id cliente, numero de cliente, codice cliente, klient, id klienta, клиент, 客户, 客户编号, 顧客id, 顧客番号, 고객",
    "channel": "channel, feedback channel, contact channel, source, source channel, via, submitted via, platform, medium, touchpoint, origin,"
    " received via, review source, data source, kanal, quelle, herkunft, canal, origine, kanaal, bron, fuente, canale, fonte, origem, kanał, канал, 渠道, チャネル, 채널",
}
_SUGGESTIVE: dict[Role, str] = {
    "text": "verbatim, review text, review body, comment, comments, feedback, narrative, freitext, kommentar, commentaire, comentario,"
    " free text, open ended, please tell us, tell us, why did you, what could, what would, anything else, reason for your score, in your own words",
    "date": "created, submitted, received, posted, date, datum, fecha, timestamp",
    "rating": "star rating, stars, overall rating, rating",
    "customer": "customer id, customer number, user id, client id, account id, member id",
    "channel": "channel, submitted via, kanal, canal",
    "id": "review id, response id, ticket id, case number, complaint id, message id",
    "title": "review title, headline, subject line",
}
# Words that make a column another's: the company's answer, the date on which something else happened.
_OTHERS = re.compile(
    r"\b(?:reply|replied|repliedat|owner response|company response|company public response|public response|agent|answered|response from|response to"
    r"|updated|modified|closed|resolved|sent to|due|length|count|language|lang|url|link|image|avatar|sentiment|antwort|reponse|respuesta)\b"
)
_PERSONAL = re.compile(
    r"\b(?:name|first name|last name|firstname|lastname|surname|full name|fullname|email|e mail|mail|phone|mobile|telephone|tel|address|street"
    r"|birth|birthday|dob|ip|ip address|iban|card|ssn|postcode|zip|vorname|nachname|telefon|adresse|strasse|geburtsdatum|prenom|nom|telephone"
    r"|voornaam|achternaam|telefoon|adres|apellido|apellidos|telefono|direccion|nombre)\b"
)
_CATEGORY_NAME = re.compile(
    r"\b(?:department|division|class|product|brand|store|shop|category|company|plan|campaign|app|team|region|country|city) name\b"
)


def folded(name: str) -> str:
    """A name in lower case, without accents, words apart: `ReviewText`, `review_text` and `Review Text` are one."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", name)
    plain = "".join(char for char in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(char))
    return " ".join(re.sub(r"[\W_]+", " ", plain.casefold()).split())


def rank(role: Role, name: str) -> int | None:
    """How telling a column's name is for a role, 0 the most; None when it says nothing of it."""
    plain = folded(name)
    if is_others(name) and role != "turns":
        return None
    if (exact := _exact()[role].get(plain)) is not None:
        return exact
    phrases = _SUGGESTIVE.get(role, "").split(",")
    found = [at for at, phrase in enumerate(phrases) if phrase and f" {folded(phrase)} " in f" {plain} "]
    return 1000 + found[0] if found else None


def is_known(name: str) -> bool:
    """Whether a cell is the name of a column in any export that is known here."""
    return any(folded(name) in names for names in _exact().values())


def is_others(name: str) -> bool:
    """Whether a column is about something else than the feedback itself: the answer to it, its length, a link."""
    return _OTHERS.search(folded(name)) is not None


def is_personal(name: str) -> bool:
    """Whether a column holds what identifies a person, by its name."""
    plain = folded(name)
    return _PERSONAL.search(plain) is not None and _CATEGORY_NAME.search(plain) is None


def attribute_name(column: str) -> str:
    """The name under which a column's values are counted: `Department Name` becomes `department_name`."""
    return folded(column).replace(" ", "_") or "value"


@cache
def _exact() -> dict[Role, dict[str, int]]:
    return {
        role: {folded(name): at for at, name in reversed(list(enumerate(names.split(","))))}
        for role, names in _NAMES.items()
    }
