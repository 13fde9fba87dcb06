"""What a mail says itself: without what it quotes, its signature and what lawyers append."""

import re
from email.message import EmailMessage

from assistant.intake.exports.markup import text_of_html

# "On Tue, 3 Mar 2026 at 10:12, Ana <ana@x> wrote:", in the languages of common mail programs; it may break over a line.
_QUOTING = re.compile(
    r"^(?:On|Am|Le|El|Op|Il|Em|Den)\b(?=[^\n]*\d)[^\n]{4,160}?\n?[^\n]{0,80}?"
    r"\b(?:wrote|schrieb|a écrit|escribió|schreef|ha scritto|escreveu|skrev)\b[^\n]{0,40}:[ \t]*$",
    re.MULTILINE,
)
# Below these everything is the earlier mail.
_FORWARD = re.compile(
    r"^(?:-{2,} ?(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Oorspronkelijk bericht|Forwarded message)"
    r"[^\n]*|_{10,}|(?:From|Von|De|Van): [^\n]+\n(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Verzonden): )",
    re.MULTILINE | re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^--[ \t]*$", re.MULTILINE)
_SENT_FROM = re.compile(
    r"^(?:Sent from my |Von meinem \S+ gesendet|Gesendet von |Envoyé de mon |Enviado desde mi |Verstuurd vanaf mijn |Get Outlook for )",
    re.IGNORECASE,
)
_LAWYERS = re.compile(
    r"\b(?:confidential|vertraulich|confidentiel|vertrouwelijk)\b.*\b(?:intended|recipient|addressee|bestimmt|destinataire|geadresseerde)\b"
    r"|\bintended (?:solely|only|recipient)\b.*\b(?:confidential|delete|notify|disclos)",
    re.IGNORECASE | re.DOTALL,
)


def body_of(message: EmailMessage) -> str:
    """The plain part, else the HTML as text. Bytes that do not fit their charset become marks."""
    part = message.get_body(("plain", "html"))
    if part is None or not isinstance(part, EmailMessage):
        return ""
    try:
        text = part.get_content()
    except Exception:  # noqa: BLE001 (an unknown charset, a part that breaks off: the parser raises anything)
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    text = str(text).replace("\r\n", "\n").replace("\r", "\n")
    return text_of_html(text) if part.get_content_type() == "text/html" else text


def own_words(text: str) -> str:
    """The text without quoted mails, signature, device lines and disclaimers; empty when nothing is left."""
    for mark in (_FORWARD, _SIGNATURE):
        if found := mark.search(text):
            text = text[: found.start()]
    text = _without_quotes(text)
    lines = [line.rstrip() for line in text.split("\n") if not _SENT_FROM.match(line.strip())]
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines))
    while paragraphs and (not paragraphs[-1].strip() or _LAWYERS.search(paragraphs[-1])):
        paragraphs.pop()
    return "\n\n".join(part.strip("\n") for part in paragraphs if part.strip()).strip()


def _without_quotes(text: str) -> str:
    """Quoted lines and the line that leads them go; an answer below them stays. Where quotes have no mark, all below goes."""
    while found := _QUOTING.search(text):
        below = text[found.end() :].lstrip("\n")
        if not below.startswith(">"):
            return text[: found.start()]
        text = text[: found.start()] + "\n".join(_after_quotes(below.split("\n")))
    return "\n".join(line for line in text.split("\n") if not line.startswith(">"))


def _after_quotes(lines: list[str]) -> list[str]:
    place = 0
    while place < len(lines) and (lines[place].startswith(">") or not lines[place].strip()):
        place += 1
    return lines[place:]
