"""Personal data with a shape that can be checked: mail, cards, IBAN, IP, URL secrets, handles, numbers.

Each finder takes a text and yields what it found, left to right. Every pattern is bounded, so that time
grows with the length of the text only. Telephone numbers have their own module and are named here only.
"""

import ipaddress
import re
from collections.abc import Iterator

from nlp.marks import Found
from nlp.telephone import has_digits, phones

__all__ = ["cards", "handles", "ibans", "ip_addresses", "mails", "phones", "url_tokens"]

_LOCAL = re.compile(r"[\w.+%'’-]{1,64}\Z")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,62})\.){1,5}[^\W\d_]{2,24}\b")
_PROVIDER = re.compile(
    r"(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|aol|gmx|proton(?:mail)?)\b", re.IGNORECASE
)
_SPELLED = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?(?:\(at\)|\[at\]|\{at\}) ?[\w-]{1,63}"
    r"(?: ?(?:\.|\(dot\)|\[dot\]|\{dot\}) ?[\w-]{1,24}){1,3}",
    re.IGNORECASE,
)
_HANDLE = re.compile(
    r"(?<![\w@/.\]])@(?=[\w]{0,29}[^\W\d])\w{1,30}(?:\.[a-z0-9_]\w{0,29}){0,3}"
    r"|(?<![\w/])/?u/[A-Za-z][\w-]{2,19}\b"
)
_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,36}")
_CARD = re.compile(r"(?<![\w.])\d(?:[ .-]?\d){11,27}(?!\w)")
_CARD_SAID = re.compile(r"\bcard[\s\w#:.]{0,24}$", re.IGNORECASE)
_CARD_STARTS = re.compile(r"3(?:0|4|5|6|7|8|9)|4|5[0-8]|6|2[2-7]")
_IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IP6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])"
)
_VERSION = re.compile(
    r"(?:\bv|version|build|firmware|update|release|app|ios|android)[\s:=#]{0,3}$", re.IGNORECASE
)
_URL = re.compile(
    r"(?:\bhttps?://|\bftp://|\bwww\.|(?<![\w@.-])(?:[\w-]{1,63}\.){1,4}[A-Za-z]{2,24}(?:/|\?))[^\s<>\"'”]{1,2000}",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(
    r"tok(?:en)?|key|auth|sig|secret|pass|pwd|sess|sid|code|otp|jwt|hash|nonce|cred|ticket|reset|verif|confirm"
    r"|magic|invite|mail|phone|user|uid|name|account|acct|customer|order|login",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_RUN = re.compile(r"[A-Za-z0-9]{16,}")
_PLACEHOLDER = re.compile(r"\[[A-Z_]+\]?")

# IBAN registry: length of an account number by country.
_IBAN_LENGTHS = {
    **dict.fromkeys(["NO"], 15),
    **dict.fromkeys(["BE"], 16),
    **dict.fromkeys(["DK", "FI", "FO", "GL", "NL"], 18),
    **dict.fromkeys(["MK", "SI"], 19),
    **dict.fromkeys(["AT", "BA", "EE", "KZ", "LT", "LU", "XK"], 20),
    **dict.fromkeys(["CH", "HR", "LI", "LV"], 21),
    **dict.fromkeys(["BG", "BH", "CR", "DE", "GB", "GE", "IE", "ME", "RS", "VA"], 22),
    **dict.fromkeys(["AE", "GI", "IL", "IQ", "TL"], 23),
    **dict.fromkeys(["AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"], 24),
    **dict.fromkeys(["LY", "PT", "ST"], 25),
    **dict.fromkeys(["IS", "TR"], 26),
    **dict.fromkeys(["BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"], 27),
    **dict.fromkeys(["AL", "AZ", "BY", "CY", "DO", "EG", "GT", "HU", "LB", "NI", "PL", "SV"], 28),
    **dict.fromkeys(["BR", "PS", "QA", "UA"], 29),
    **dict.fromkeys(["JO", "KW", "MU", "YE"], 30),
    **dict.fromkeys(["MT", "SC"], 31),
    **dict.fromkeys(["LC"], 32),
    **dict.fromkeys(["RU"], 33),
}


def mails(text: str) -> Iterator[Found]:
    """Mail addresses, also without the ending at the large providers and with `(at)`."""
    at = text.find("@")
    while at >= 0:
        local = _LOCAL.search(text, max(0, at - 64), at)
        domain = _DOMAIN.match(text, at + 1) or _PROVIDER.match(text, at + 1)
        if local and domain:
            yield Found(local.start(), domain.end(), "EMAIL")
        at = text.find("@", at + 1)
    lowered = text.lower()
    if any(form in lowered for form in ("(at)", "[at]", "{at}")):
        for match in _SPELLED.finditer(text):
            yield Found(match.start(), match.end(), "EMAIL")


def handles(text: str) -> Iterator[Found]:
    """`@name` and `u/name`."""
    if "@" in text or "u/" in text:
        for match in _HANDLE.finditer(text):
            yield Found(match.start(), match.end(), "HANDLE")


def ibans(text: str) -> Iterator[Found]:
    """Account numbers with the length of their country and the check digits of ISO 13616 (mod 97)."""
    for match in _IBAN.finditer(text) if has_digits(text, 8) else ():
        length = _IBAN_LENGTHS.get(match[0][:2].upper())
        places = [at for at, char in enumerate(match[0]) if char.isalnum()]
        if length is None or len(places) < length:
            continue
        end = places[length - 1] + 1
        compact = "".join(char for char in match[0][:end] if char.isalnum()).upper()
        if int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1:
            yield Found(match.start(), match.start() + end, "IBAN")


def cards(text: str) -> Iterator[Found]:
    """Payment cards: 12 to 19 digits that pass Luhn, or that are introduced as a card."""
    for match in _CARD.finditer(text) if has_digits(text, 12) else ():
        groups = list(re.finditer(r"\d+", match[0]))
        is_said = _CARD_SAID.search(text, max(0, match.start() - 32), match.start()) is not None
        ends = [group.end() for group in reversed(groups)]
        candidates = [(end, re.sub(r"\D", "", match[0][:end])) for end in ends]
        fit = [end for end, digits in candidates if _is_card(digits)]
        if is_said:  # a card whose number was mistyped is a card all the same
            fit += [end for end, digits in candidates if 12 <= len(digits) <= 16]
        if fit:
            yield Found(match.start(), match.start() + fit[0], "CARD")


def _is_card(digits: str) -> bool:
    shortest = 12 if digits[0] in "56" else 13
    is_long = shortest <= len(digits) <= 19 and len(set(digits)) > 1
    return is_long and bool(_CARD_STARTS.match(digits)) and _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(int(digit) for digit in digits[::-2])) % 10 == 0


def ip_addresses(text: str) -> Iterator[Found]:
    """IPv4 and IPv6 addresses that exist as such; `version 4.5.6.7` is none."""
    if text.count(".") >= 3:
        for match in _IP4.finditer(text):
            is_version = _VERSION.search(text, max(0, match.start() - 40), match.start())
            if not is_version and _is_address(match[0]):
                yield Found(match.start(), match.end(), "IP")
    if text.count(":") >= 2:
        for match in _IP6.finditer(text):
            if sum(char.isalnum() for char in match[0]) > 1 and _is_address(match[0]):
                yield Found(match.start(), match.end(), "IP")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def url_tokens(text: str) -> Iterator[Found]:
    """Secrets inside addresses: user and password, secret parameters, long random pieces. The host stays."""
    if "/" not in text and "www." not in text.lower() and "?" not in text:
        return
    for match in _URL.finditer(text):
        yield from _inside_url(match.start(), match[0].rstrip(".,;:!?)}"))


def _inside_url(offset: int, url: str) -> Iterator[Found]:
    start = url.find("://") + 3 if "://" in url else 0
    cut = re.search(r"[/?#]", url[start:])
    host_end = start + cut.start() if cut else len(url)
    user_end = url.rfind("@", start, host_end)
    if user_end > start and not _PLACEHOLDER.fullmatch(url[start:user_end]):
        yield Found(offset + start, offset + user_end, "URL_TOKEN")
    for piece in re.finditer(r"[^/?#&;]+", url[host_end:]):
        name, sign, value = piece[0].partition("=")
        if not sign:
            name, value = "", piece[0]
        is_secret = bool(sign and _SECRET_NAME.search(name)) or _is_random(value)
        if value and is_secret and not _PLACEHOLDER.fullmatch(value):
            end = offset + host_end + piece.end()
            yield Found(end - len(value), end, "URL_TOKEN")


def _is_random(value: str) -> bool:
    """Whether a piece of an address is a key rather than words."""
    if _UUID.search(value):
        return True
    return any(
        any(char.isdigit() for char in run) and any(char.isalpha() for char in run)
        for run in _RUN.findall(value)
    )
