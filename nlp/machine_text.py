"""Text that no customer wrote: encoded data, log lines, stack traces, JSON, markup."""

import re

_MOST = 0.8
_TOKEN = re.compile(r"\S{32,}+")
_ENCODED = re.compile(r"[A-Za-z0-9+/=_:%.-]+")
_MACHINE_LINE = re.compile(
    r"""\s*(?:
        \[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?[^\s]*\s+\S+          # 2026-03-01T10:00:00Z INFO
      | \[?(?:[A-Z][a-z]{2}\s)?[A-Z][a-z]{2}\s+\d{1,2}\s\d\d:\d\d:\d\d  # Mar  1 10:00:00 host
      | \[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)\b[\]:\s]+\S*[\w.]+[:(\[=]
      | \d{1,3}(?:\.\d{1,3}){3}\s.*"(?:GET|POST|PUT|DELETE|HEAD)\s
      | Traceback\s\(most\srecent
      | File\s"[^"]+",\sline\s\d+
      | at\s[\w$.<>]+\([\w.]*:?\d*\)
      | [\w.]+(?:Error|Exception)(?::\s|$)
      | (?:"[\w.-]+"\s*:\s*\S|[{}\[\]],?\s*$|[{\[]\s*["{\[])              # JSON
      | </?[a-zA-Z!?][^>]*>\s*(?:\S{0,40}\s*</?[a-zA-Z][^>]*>\s*)*$    # markup without prose
      | (?:[\w.-]+=\S*[,;&\s]+){2,}[\w.-]+=\S*\s*$                     # a=1 b=2 c=3
    )""",
    re.VERBOSE,
)


def is_machine_made(text: str) -> bool:
    """True when at least four fifths of the letters and digits stand in encoded data or in log-like lines."""
    total = machine = 0
    for line in text[:20_000].splitlines():
        written = _count(line)
        total += written
        if _MACHINE_LINE.match(line[:2000]):
            machine += written
        else:
            machine += sum(_count(token) for token in _TOKEN.findall(line) if _is_encoded(token))
    return total > 0 and machine >= _MOST * total


def _count(text: str) -> int:
    return sum(map(str.isalnum, text))


def _is_encoded(token: str) -> bool:
    """True for base64, hex and tokens: long, ASCII, varied, with digits; false for links and `hahaha`."""
    if token.startswith(("http://", "https://", "www.")) or not _ENCODED.fullmatch(token):
        return False
    digits = sum(map(str.isdigit, token))
    varied = len(set(token)) >= 10
    cases = any(map(str.islower, token)) and any(map(str.isupper, token))
    return varied and (digits * 12 >= len(token) or (cases and digits > 0) or token.endswith("="))
