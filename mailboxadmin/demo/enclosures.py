"""Small attachments, built byte by byte: a PDF sheet, a PNG wood sample, a CSV price list."""

import csv
import io
import struct
import zlib
from dataclasses import dataclass
from random import Random

#: Colours of a wood sample as (red, green, blue).
_WOODS = ((193, 154, 107), (222, 184, 135), (160, 110, 70), (205, 170, 125))


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that travels with a letter."""

    name: str
    #: A MIME type such as application/pdf.
    mime_type: str
    content: bytes


def pdf_sheet(name: str, lines: list[str]) -> Enclosure:
    """One A4 page with a heading and lines of text (ISO 32000-1, 7.5)."""
    shown = [f"({_pdf_text(line)}) Tj T*" for line in lines]
    stream = "\n".join(["BT /F1 12 Tf 18 TL 72 770 Td", *shown, "ET"]).encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return Enclosure(name=name, mime_type="application/pdf", content=_pdf_file(objects))


def _pdf_text(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _pdf_file(objects: list[bytes]) -> bytes:
    content = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table_at = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    content += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    content += b"startxref\n%d\n%%%%EOF\n" % table_at
    return bytes(content)


def png_wood_sample(name: str, rng: Random, *, width: int = 96, height: int = 64) -> Enclosure:
    """A picture of wood grain: 8-bit RGB, no filter (PNG specification, 11.2)."""
    base = rng.choice(_WOODS)
    rows = bytearray()
    for _ in range(height):
        shade = rng.randrange(-14, 15)
        rows += b"\x00" + bytes(colour + shade for colour in base) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    content = b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)
    return Enclosure(name=name, mime_type="image/png", content=content)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def csv_prices(name: str, materials: list[str], rng: Random) -> Enclosure:
    """A price list with a row a material: article, price per square metre, stock."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";")
    writer.writerow(["article", "material", "eur_per_m2", "in_stock_m2"])
    for article, material in enumerate(materials, start=1001):
        price = rng.randrange(1800, 9600) / 100
        writer.writerow([article, material, f"{price:.2f}", rng.randrange(0, 220)])
    return Enclosure(name=name, mime_type="text/csv", content=table.getvalue().encode())
