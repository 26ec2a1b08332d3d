"""What people paste, scripts send and attackers try: one list for every field of every form."""

#: Markup that must never come back as markup.
MARKUP = "'\"><script>alert(4711)</script>"

STRINGS: tuple[str, ...] = (
    # Nothing, and blanks of every kind.
    "", " ", "\t", "\n", "\r\n", "\x00", "a\x00b", "\u00a0", "\u2003", "\u200b", "\ufeff", "\u3000",
    # Control characters, a deletion, the end of a transmission, an escape sequence.
    "\x01\x02\x07\x08", "\x7f", "\x1b[31mred\x1b[0m", "\x04", "\x85", "\u2028", "\u2029",
    # Numbers that are none, or too many.
    "0", "-1", "-0", "1e400", "1.5", "0x1F", "1_000", "NaN", "Infinity", "-Infinity",
    "2147483648", "9223372036854775808", "99999999999999999999999999", "9" * 5000,
    "\u0661\u0662\u0663", "\u00b2", "\u2167", "\u2488", "1,000", "000000", "+5", " 7 ",
    # Words that programs take for something else.
    "null", "NULL", "None", "undefined", "true", "False", "yes", "__proto__", "constructor",
    "CON", "NUL", "self", "{}", "[]", "[object Object]", "-", "--", ".", "..", "/", "\\",
    # Markup, scripts, and where they hide.
    MARKUP, "<b>bold", "</textarea><script>alert(4711)</script>", "<!--", "]]>", "&lt;&#60;&",
    "javascript:alert(4711)", "data:text/html,<script>alert(4711)</script>",
    "<img src=x onerror=alert(4711)>", "<svg/onload=alert(4711)>", "\" onfocus=\"alert(4711)",
    # Templates, formats, shells, queries, formulas, paths.
    "{{ 7 * 7 }}", "{% include 'x' %}", "${7*7}", "#{7*7}", "%s%s%n", "{0.__class__}", "%(x)s",
    "$(reboot)", "`reboot`", "; reboot", "| reboot", "&& reboot", "' OR '1'='1",
    "1; DROP TABLE staff", "'; --", "\" OR \"\"=\"", "1' UNION SELECT * FROM secrets --",
    "%", "_", "\\%", "a%00b",
    "=cmd|' /C calc'!A0", "@SUM(1+1)", "../../../../etc/passwd", "..\\..\\windows\\win.ini",
    "/etc/passwd\x00.png", "file:///etc/passwd", "http://169.254.169.254/latest/meta-data/",
    "//evil.example", "http://[::1]:22/", "http://localhost:0/",
    # Lines that would be headers, commands or mail of their own.
    "a\r\nBcc: x@evil.example", "a\nSet-Cookie: session=x", "a\r\n\r\n<html>", "x\r\nA1 LOGOUT\r\n",
    "a@example.org\r\nRCPT TO:<x@evil.example>", "{5}\r\nabcde", "\"\\\"", "&AOk-", "(*)", "%*",
    # Letters of the world: right to left, combining, wide, none, and pictures of several parts.
    "M\u00fcller", "\u0430\u0441\u0435", "\u4e2d\u6587", "\u05d0\u05d1\u05d2", "\u202eevil\u202c",
    "e" + "\u0301" * 200,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "\ud7ff\ue000", "\ufffd",
    "\uffff", "\U0010ffff", "\u0130\u0131\u1e9e\ufb01", "\u0345", "I\u0307", "\u2126",
    "\uff21\uff22\uff23",
    # Addresses and hosts that are nearly some.
    "a@", "@b", "a@b@c", "a@-b.example", "\"a b\"@example.org", "a@[127.0.0.1]", "a@xn--", "xn--a",
    "xn--0.pt", "host.", ".host", "ho st", "h" * 64 + ".example", "a." * 130 + "example", "::1",
    "[::1]", "0177.0.0.1", "2130706433", "1.2.3.4.5", "999.1.1.1", "fe80::1%eth0", "a@" + "b" * 250,
    # Times, days and patterns.
    "2026-02-30", "0000-00-00", "99999-12-31", "25:61", "24:00", "-1:-1", "(((((((((",
    "[z-a]", "a{99999}", "*" * 50, "\"unclosed", "AND OR NOT", "NEAR(a b, 5)", "subject:",
    "from:\"", "a*b*", "^a", ":", "-x",
    # Long ones.
    "x" * 300, "x" * 10_000, "\u00e4" * 70_000, "a " * 20_000, "\n" * 3000, "(" * 3000, "\"" * 999,
)  # fmt: skip
