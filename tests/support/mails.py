"""Sample mail: realistic messages without end, the same ones on every machine.

`generate(n, seed)` mixes what an office receives: short plain texts, HTML newsletters, answers in a
thread and attachments, in several charsets; about 27 kB on average. Message i does not depend on n.
It is put together from bytes and not by the `email` package, because that draws random boundaries
and folds differently from one Python version to the next.
"""

import base64
import quopri
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime

_PEOPLE = (
    ("Ann Baker", "ann@example.org"),
    ("Bjørn Østby", "bjorn@example.net"),
    ("Čeněk Dvořák", "cenek@example.com"),
    ("O'Neil, Fiona", "fiona@example.org"),
    ("山田 太郎", "taro@example.jp"),
    ("Office Supplies Ltd", "orders@supplies.example"),
)
_SUBJECTS = (
    "Minutes of Monday",
    "Invoice {n} for October",
    "Änderung der Öffnungszeiten",
    "Offre spéciale – réponse avant vendredi",
    "会議の議事録 {n}",
    "Delivery {n} is on its way",
    "Отчёт за квартал",
    "Lunch?",
)
_WORDS = (
    "the meeting was moved to Thursday because two of us are travelling please find attached offer "
    "and last signed contract we will need an answer before end of week room on first floor is "
    "free kind regards invoice number order"
).split()
#: A charset with a sentence that needs it.
_CHARSETS = (
    ("utf-8", "Grüße aus Köln – 10 € für Łukasz"),
    ("iso-8859-1", "Voilà, ça marche très bien"),
    ("windows-1252", "“Quoted” for 5 € – thanks"),
    ("koi8-r", "Спасибо за быстрый ответ"),
    ("iso-2022-jp", "よろしくお願いします"),
    ("utf-8", "Plain enough"),
)
_FIRST_SENT_AT = datetime(2024, 1, 8, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Part:
    """A MIME entity: its own headers and its encoded body."""

    headers: list[str]
    body: bytes

    def to_bytes(self) -> bytes:
        return "\r\n".join([*self.headers, "", ""]).encode("ascii") + self.body


def generate(n: int, seed: int = 0) -> Iterator[bytes]:
    """Yield `n` messages as RFC 5322 bytes with CRLF line ends."""
    return (message(number, seed) for number in range(n))


def message(number: int, seed: int = 0) -> bytes:
    """Return message `number` of series `seed`; `message_id(number, seed)` is its Message-ID."""
    rng = random.Random(f"{seed}/{number}")
    part = rng.choices([_text, _newsletter, _with_attachment], weights=[45, 34, 21])[0](rng)
    return _Part(_envelope(rng, number, seed) + part.headers, part.body).to_bytes()


def message_id(number: int, seed: int = 0) -> str:
    """Return the Message-ID that `message(number, seed)` carries, with its angle brackets."""
    return f"<{seed}.{number}@mail.example.org>"


def _envelope(rng: random.Random, number: int, seed: int) -> list[str]:
    sender, recipient = rng.sample(_PEOPLE, 2)
    subject = rng.choice(_SUBJECTS).format(n=number)
    date = format_datetime(_FIRST_SENT_AT + timedelta(minutes=7 * number))
    headers = [
        f"Received: from mx{number % 9}.example.net by mail.example.org; {date}",
        f"Date: {date}",
        f"From: {_address(*sender)}",
        f"To: {_address(*recipient)}",
        f"Message-ID: {message_id(number, seed)}",
        "MIME-Version: 1.0",
    ]
    if number and rng.random() < 0.3:
        answered = message_id(number - rng.randint(1, min(number, 20)), seed)
        headers += [f"In-Reply-To: {answered}", f"References: {message_id(0, seed)} {answered}"]
        subject = f"Re: {subject}"
    return [*headers, f"Subject: {_encoded(subject)}"]


def _text(rng: random.Random) -> _Part:
    charset, sentence = rng.choice(_CHARSETS)
    text = f"{sentence}\r\n\r\n{_prose(rng, rng.randint(20, 600))}\r\n"
    encoded = text.encode(charset)
    if charset == "iso-2022-jp":
        return _Part(
            [f'Content-Type: text/plain; charset="{charset}"', "Content-Transfer-Encoding: 7bit"],
            encoded,
        )
    if rng.random() < 0.5:
        return _Part(
            [f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: 8bit"],
            encoded,
        )
    quoted = quopri.encodestring(encoded.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return _Part(
        [
            f"Content-Type: text/plain; charset={charset}",
            "Content-Transfer-Encoding: quoted-printable",
        ],
        quoted,
    )


def _newsletter(rng: random.Random) -> _Part:
    paragraphs = [_prose(rng, rng.randint(30, 90)) for _ in range(rng.randint(5, 40))]
    html = "".join(
        '<tr><td style="font-family:Arial,sans-serif;padding:8px 16px;color:#222222">\r\n'
        f"{text}\r\n</td></tr>\r\n"
        for text in paragraphs
    )
    page = (
        f"<html><body><h1>Grüße &amp; news</h1><table>\r\n{html}</table></body></html>\r\n".encode()
    )
    html_part = _Part(
        ["Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: 8bit"], page
    )
    return _multipart(rng, "alternative", [_text(rng), html_part])


def _with_attachment(rng: random.Random) -> _Part:
    name, content_type = rng.choice(
        [
            ("offer.pdf", "application/pdf"),
            ("Übersicht.xlsx", "application/octet-stream"),
            ("photo.jpg", "image/jpeg"),
        ]
    )
    size = int(2 ** rng.uniform(13.5, 17.77))
    attachment = _Part(
        [
            f"Content-Type: {content_type}",
            "Content-Transfer-Encoding: base64",
            f"Content-Disposition: attachment; filename*=utf-8''{_percent_encoded(name)}",
        ],
        base64.encodebytes(rng.randbytes(size)).replace(b"\n", b"\r\n"),
    )
    body = _newsletter(rng) if rng.random() < 0.3 else _text(rng)
    return _multipart(rng, "mixed", [body, attachment])


def _multipart(rng: random.Random, subtype: str, parts: list[_Part]) -> _Part:
    boundary = f"=_{rng.getrandbits(96):024x}"
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part.to_bytes()) for part in parts)
    header = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"'
    return _Part([header], b"%s--%s--\r\n" % (body, boundary.encode()))


def _prose(rng: random.Random, words: int) -> str:
    chosen = rng.choices(_WORDS, k=words)
    return "\r\n".join(" ".join(chosen[start : start + 12]) for start in range(0, words, 12))


def _address(name: str, address: str) -> str:
    return f'"{name}" <{address}>' if name.isascii() else f"{_encoded(name)} <{address}>"


def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8").encode(linesep="\r\n")


def _percent_encoded(name: str) -> str:
    return "".join(
        char if char.isascii() else "".join(f"%{byte:02X}" for byte in char.encode())
        for char in name
    )
