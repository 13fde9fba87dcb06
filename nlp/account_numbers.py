"""Order, account, ticket and similar numbers, only where they are introduced as such."""

import re
from collections.abc import Iterator

from nlp.marks import Found
from nlp.telephone import has_digits

_NUMBER_WORD = r"(?:number|numbers|no|nr|num|id|code|ref|reference)\b\.?"
_OWNER = (
    r"order|account|acct|customer|client|ref|reference|invoice|booking|reservation|tracking|parcel|consignment"
    r"|case|ticket|policy|contract|membership|member|loyalty|confirmation|claim|complaint|return|rma|passport"
    r"|licen[cs]e|driver'?s licen[cs]e|driving licen[cs]e|national insurance|social security|ssn|tax|serial|imei"
    r"|iban|sort|transaction|subscription|user|receipt|bestell|auftrags|kunden|rechnungs|sendungs|vertrags"
    r"|vorgangs|konto|bestel|klant|factuur"
)
_FOREIGN = (
    r"(?:bestell|auftrags?|kunden|rechnungs|sendungs|vertrags|vorgangs|konto|ticket|bestel|order|klant|factuur)"
    r"-?(?:nummer|nr\.?|code)"
    r"|(?:num[ée]ro|n[°ºo]\.?) (?:de |d['’])?(?:commande|client|compte|facture|dossier|suivi)"
    r"|(?:n[úu]mero|n\.?[°º]|núm\.?) (?:de )?(?:pedido|cliente|cuenta|factura|ordine)"
)
_LINK = r"[\s:#=.(]{0,4}(?:(?:is|was|ist|est|es|are)\b[\s:#]{0,3})?[#(\"'“]?"
_OWNED = rf"\b(?:{_OWNER})"
_CHUNK = re.compile(r"\S+")
_VALUE = re.compile(
    r"(?:(?:no|nr|num|ref|id)\.)?([A-Z0-9](?:[A-Z0-9_/.-]{0,38}[A-Z0-9])?)(?![A-Z0-9])", re.IGNORECASE
)
_SOCIAL = re.compile(r"\d{3}-\d{2}-\d{4}")
_DATE = re.compile(r"\d{1,2}([-/.])\d{1,2}\1(?:\d{2}){1,2}|\d{4}([-/.])\d{1,2}\2\d{1,2}")
# What stands before a number, and how many digits make it one.
_INTRODUCTIONS = (
    (
        re.compile(
            rf"(?:{_OWNED}(?:['’]s)?[ -]{{0,2}}(?:{_OWNER})?[ -]{{0,2}}{_NUMBER_WORD}|\b(?:{_FOREIGN})){_LINK}\Z",
            re.IGNORECASE,
        ),
        3,
    ),
    (re.compile(rf"{_OWNED}s?[ :]{{0,2}}(?:\#|№|n[°º])[ :]{{0,2}}\Z", re.IGNORECASE), 4),
    (re.compile(rf"{_OWNED}[ :]{{1,2}}(?:is |was )?\Z", re.IGNORECASE), 6),
)
_HASH = re.compile(r"(?<![\w&])#\Z")
_BEFORE = 72  # characters in which an introduction stands


def accounts(text: str) -> Iterator[Found]:
    """Order, account, ticket and similar numbers, only where they are introduced as such."""
    if not has_digits(text, 3):
        return
    for chunk in _CHUNK.finditer(text):
        if has_digits(chunk[0], 3):
            for match in _VALUE.finditer(text, *chunk.span()):
                if has_digits(match[1], 3) and _is_account(text, match.start(1), match[1]):
                    yield Found(match.start(1), match.end(1), "ACCOUNT")


def _is_account(text: str, start: int, value: str) -> bool:
    if _SOCIAL.fullmatch(value):
        return True
    if "XX" in value or _DATE.fullmatch(value):
        return False
    digits = sum(char.isdigit() for char in value)
    is_code = len(value) >= 6 and value.isupper()
    if 5 <= digits == len(value) <= 20 and _HASH.search(text, max(0, start - 2), start):
        return True
    return any(
        (digits >= least or is_code) and before.search(text, max(0, start - _BEFORE), start)
        for before, least in _INTRODUCTIONS
    )
