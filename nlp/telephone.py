"""Telephone numbers of many countries, without prices, dates, sizes and years."""

import re
from collections.abc import Iterator

from nlp.marks import Found

_DIGIT = re.compile(r"\d")
_CANDIDATE = re.compile(
    r"(?<![\w€$£¥#-])(?<!\d[.,])(?:\+ ?|\( ?)?\d(?:[ \u00a0().\-/–]{0,3}\d){5,16}(?!\w|[.,]\d|%|[€$£])"
)
_CONTEXT = re.compile(
    r"(?:\b(?:call|calls|phone|phoned|telephone|tel|mobile|cell|whats ?app|reach me|ring|rang|fax|sms|txt"
    r"|my number|his number|her number|contact number|telefon|telefonnummer|handy|handynummer|anrufen|rufnummer"
    r"|portable|t[ée]l[ée]phone|telefoonnummer|bellen|m[oó]vil|tel[eé]fono|cellulare)\b)[^\n]{0,28}$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:(?:19|20)\d{2}[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}([-/.])\d{1,2}\1(?:19|20)?\d{2})(?![-/.]?\d)"
)
_YEARS = re.compile(r"(?:19|20)\d{2}[ \-/–]{1,3}(?:19|20)\d{2}")
_NANP = re.compile(r"(?:1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .\-/])\d{3}[ .-]\d{4}")
_GROUPED_REGIONS = ("ES", "IN", "PT", "PL", "DK", "NO", "SG")
_TRUNK_REGIONS = ("GB", "DE", "FR", "NL", "IE", "IT", "AT", "CH", "BE", "SE", "AU", "NZ", "ZA", "IN")
_POSSIBLE_REGIONS = ("US", "GB", "DE", "FR", "ES", "IN")


def has_digits(text: str, count: int) -> bool:
    """Whether there are at least `count` digits: most texts are done with that."""
    return len(_DIGIT.findall(text)) >= count


def phones(text: str) -> Iterator[Found]:
    """Numbers with a country code, in a national form, or after a word such as "call" or "mobile"."""
    for match in _CANDIDATE.finditer(text) if has_digits(text, 7) else ():
        number = match[0]
        if _DATE.match(number) or _YEARS.match(number):
            continue
        before = text[max(0, match.start() - 48) : match.start()]
        is_said = _CONTEXT.search(before) is not None
        for end in _ends(number):
            if _is_phone(number[:end], said=is_said):
                yield Found(match.start(), match.start() + end, "PHONE")
                break


def _ends(number: str) -> Iterator[int]:
    """Where the number may end: at the end of each group of digits, the longest first."""
    ends = [group.end() for group in re.finditer(r"\d+", number)]
    return reversed(ends)


def _is_phone(number: str, *, said: bool) -> bool:
    digits = re.sub(r"\D", "", number)
    if not 7 <= len(digits) <= 15 or len(set(digits)) == 1:
        return False
    if number.startswith(("+", "00")):
        return _possible("+" + (digits if number[0] == "+" else digits[2:]), None)
    if _NANP.fullmatch(number):
        return True
    if number.startswith(("0", "(0")):
        return 9 <= len(digits) <= 13 and (
            said or any(_possible(number, region) for region in _TRUNK_REGIONS)
        )
    if said and not re.search(r"\.\d\b", number):  # 10.0.19041.3 is a version
        return any(_possible(number, region) for region in _POSSIBLE_REGIONS)
    return _is_grouped(number) and any(_valid(number, region) for region in _GROUPED_REGIONS)


def _is_grouped(number: str) -> bool:
    """Nine or ten digits in groups of two or more, as in `612 34 56 78`; `5 10 15 20` is not."""
    groups = re.findall(r"\d+", number)
    is_long = 9 <= sum(map(len, groups)) <= 10
    return is_long and len(groups) > 1 and min(map(len, groups)) > 1 and len(groups[0]) > 2


def _possible(number: str, region: str | None) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _valid(number: str, region: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False
