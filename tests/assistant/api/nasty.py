"""Strings that break programs: pieces of every kind, alone and put together."""

import random

PIECES = (
    "", " ", "\t", "\n", "\r\n", "\u200b", "\ufeff", "\u00a0", "\u2028", "\u202e", "\u2066abc\u2069", "\x01", "\x1b[31m",
    "\x7f", "\x85", "\x00", "\ud800", "\udfff", "\U0010ffff", "\ufffe", "\ue000", "null", "None", "undefined", "NaN",
    "Infinity", "-0", "0", "1e309", "-1", "9" * 400, "0x10", "1,000.5", "٣٤", "½", "true", "false", "[]", "{}", "[" * 300,
    "'", '"', "''", "`", "\\", "\\'", "\\u0000", "%", "%s%s%n", "%00", "{0}", "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7 %>",
    "$(reboot)", "`id`", "; rm -rf /", "| cat", "&& echo", "../../etc/passwd", "..\\..\\x", "/", "//", "C:\\con", "aux.txt",
    "' OR 1=1 --", "'; DROP TABLE items; --", '" OR ""="', "1) UNION SELECT 1", "items MATCH 'a'", 'a" NEAR "b', "* OR *",
    "col:x", "^abc", "(unclosed", "a AND", "NOT", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</textarea>",
    "<svg/onload=alert(1)>", "javascript:alert(1)", "&lt;b&gt;", "<!--", "]]>", "=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1",
    "http://169.254.169.254/", "file:///etc/passwd", "data:text/html,x", "a@b.c", "+44 20 7946 0000", "4111 1111 1111 1111",
    "e\u0301", "é", "ﬃ", "İ", "ß", "ſ", "Ω", "ǆ", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👍🏽", "🇩🇪🇩", "田中さんにあげて下さい", "الكل في المجمو عة", "שלום",
    "ไทย", "हिन्दी", "𝕳𝖊𝖑𝖑𝖔", "ｆｕｌｌ", "a" * 5_000, "a b " * 2_000, "ab\n" * 300, "C: hi\nA: hello", "1. 2. 3. 4.",
    "F1", "[C1]", "{F1}", "2026-13-45", "32/13/2026", "0000-00-00", "why?", "?", "and", "not about delivery", "since last",
)  # fmt: skip


def strings(count: int, seed: int) -> list[str]:
    """Each piece, then up to four of them joined at random."""
    chance = random.Random(seed)
    joined = (
        chance.choice(("", " ", "\n")).join(chance.choices(PIECES, k=chance.randint(2, 4)))
        for _ in range(count - len(PIECES))
    )
    return [*PIECES, *joined][:count] if count >= len(PIECES) else chance.sample(PIECES, count)
