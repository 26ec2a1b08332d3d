"""Nasty messages: each breaks a rule that a parser could rely on; none is a real person's."""


def odd() -> dict[str, bytes]:
    """Return nasty messages by a name that says what is wrong, good as a pytest id."""
    return {
        "empty message": b"",
        "only a line end": b"\r\n",
        "no headers": b"\r\nThe body starts at once.\r\n",
        "no blank line, only text": b"this is not a header\r\nand neither is this\r\n",
        "only headers": b"From: ann@example.org\r\nSubject: no body\r\n",
        "headers without last line end": b"From: ann@example.org\r\nSubject: cut here",
        "no date": _with(b"Subject: no date"),
        "impossible date": _with(b"Date: Thu, 99 Foo 2024 25:61:61 +9999"),
        "date in year 1": _with(b"Date: Mon, 1 Jan 0001 00:00:00 +2359"),
        "two subjects, two dates": _with(
            b"Subject: first",
            b"Subject: second",
            b"Date: Mon, 8 Jan 2024 08:00:00 +0000",
            b"Date: never",
        ),
        "8-bit headers in latin-1": _with(
            "Subject: Größe".encode("latin-1"), "From: Jürgen <j@example.org>".encode("latin-1")
        ),
        "8-bit headers in utf-8": _with(
            "Subject: Größe – 大".encode(), "From: Jürgen <j@example.org>".encode()
        ),
        "unknown charset in header": _with(b"Subject: =?x-no-such-charset?Q?caf=E9?="),
        "unknown charset in body": _with(
            b"Content-Type: text/plain; charset=x-no-such-charset", body=b"caf\xe9\r\n"
        ),
        "broken encoded word": _with(b"Subject: =?utf-8?B?w6TDtsO?= =?utf-8?Q?=ZZ?= =?utf-8?B"),
        "line break inside an encoded word": _with(b"Subject: =?utf-8?Q?one=0D=0ABcc:_two=0D=0A?="),
        "broken base64": _with(
            b"Content-Transfer-Encoding: base64", body=b"SGVsbG8h!!!not*base64\r\nA\r\n"
        ),
        "nested parentheses in From": _with(
            b"From: " + b"(" * 800 + b")" * 800 + b" ann@example.org"
        ),
        "unclosed quote in From": _with(b'From: "Ann <ann@example.org>'),
        "empty From": _with(b"From:"),
        "very long subject": _with(b"Subject: " + b"x" * 100_000),
        "very long encoded subject": _with(
            b"Subject: " + b" ".join([b"=?utf-8?Q?" + b"=C3=A4" * 9 + b"?="] * 4_000)
        ),
        "very long message id": _with(b"Message-ID: <" + b"i" * 5_000 + b"@example.org>"),
        "ten thousand recipients": _with(
            b"To: " + b",\r\n ".join(b"u%d@example.org" % n for n in range(10_000))
        ),
        "header of 2 MB": _with(b"X-Trace: " + b"\r\n ".join([b"t" * 70] * 28_000)),
        "nul bytes": _with(b"Subject: nul\x00here", body=b"nul\x00nul\r\n"),
        "control characters in subject": _with(b"Subject: bell\x07 escape\x1b[31m tab\t"),
        "formula in subject": _with(b'Subject: =HYPERLINK("http://example.org")'),
        "markup in subject": _with(
            b"Subject: <script>alert(1)</script><img src=x onerror=alert(1)>"
        ),
        "right-to-left override": _with("Subject: invoice\u202efdp.exe".encode()),
        "emoji and astral letters": _with("Subject: 🎉 𠮷野".encode()),
        "lone surrogate in utf-8": _with(b"Subject: \xed\xa0\x80 surrogate"),
        "only lf line ends": _with(b"Subject: unix").replace(b"\r\n", b"\n"),
        "only cr line ends": _with(b"Subject: old mac").replace(b"\r\n", b"\r"),
        "mixed line ends": b"From: ann@example.org\nSubject: mixed\r\n\nBody\r\nmore\n",
        "mbox From line first": b"From ann@example.org Mon Jan  8 08:00:00 2024\r\n"
        + _with(b"Subject: mbox"),
        "space before the colon": _with(b"Subject : spaced"),
        "continuation line first": b" folded from nowhere\r\n" + _with(b"Subject: folded"),
        "multipart without boundary": _with(b"Content-Type: multipart/mixed"),
        "multipart never closed": _with(
            b'Content-Type: multipart/mixed; boundary="b"', body=b"--b\r\n\r\nopen\r\n"
        ),
        "multipart nested 200 deep": _nested(200),
        "line of one megabyte": _with(b"Subject: long line", body=b"x" * 1_000_000 + b"\r\n"),
        "dot and From lines in body": _with(
            b"Subject: dots", body=b".\r\n..\r\nFrom here\r\n) A1 OK done\r\n"
        ),
    }


def _with(*headers: bytes, body: bytes = b"Hello\r\n") -> bytes:
    """Return a message that is well-formed except for `headers` and `body`."""
    names = {header.split(b":")[0].strip().lower() for header in headers}
    sound = [b"From: ann@example.org", b"To: office@example.org", b"Message-ID: <odd@example.org>"]
    kept = [header for header in sound if header.split(b":")[0].lower() not in names]
    return b"\r\n".join([*kept, *headers, b"", body])


def _nested(depth: int) -> bytes:
    lines = [b"From: ann@example.org", b"Subject: nested"]
    for level in range(depth):
        lines += [b'Content-Type: multipart/mixed; boundary="b%d"' % level, b"", b"--b%d" % level]
    return b"\r\n".join([*lines, b"", b"the innermost text", b""])
