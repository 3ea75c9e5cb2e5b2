"""Documents made here: small, whole, and of any number of pages."""

import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from itertools import accumulate

from pypdf import PdfReader, PdfWriter

BOMB_BYTES = 80 * 1024 * 1024


def page_text(number: int) -> str:
    return f"Page {number} speaks of the number {number * number}."


def pdf(pages: int | Sequence[str] = 1) -> bytes:
    """A PDF with a sentence on each page."""
    texts = [page_text(n) for n in range(1, pages + 1)] if isinstance(pages, int) else list(pages)
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(texts)))
    bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(texts)}/MediaBox[0 0 595 842]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, text in enumerate(texts):
        shown = f"BT /F 12 Tf 72 770 Td ({text}) Tj ET"
        font = "/Resources<</Font<</F 3 0 R>>>>"
        bodies.append(f"<</Type/Page/Parent 2 0 R{font}/Contents {5 + 2 * number} 0 R>>")
        bodies.append(f"<</Length {len(shown)}>>stream\n{shown}\nendstream")
    return pdf_of(bodies)


def pdf_of(bodies: Sequence[str | bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    head = b"%PDF-1.7\n"
    objects = [
        b"%d 0 obj\n%s\nendobj\n" % (number, body.encode() if isinstance(body, str) else body)
        for number, body in enumerate(bodies, start=1)
    ]
    starts = list(accumulate(map(len, objects), initial=len(head)))
    rows = b"".join(b"%010d 00000 n \n" % start for start in starts[:-1])
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(bodies) + 1, rows)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\n" % (len(bodies) + 1)
    end = b"startxref\n%d\n%%%%EOF\n" % starts[-1]
    return b"".join((head, *objects, table, trailer, end))


def scanned(pages: int = 2) -> bytes:
    """Pages that hold a picture each, and no letter."""
    image = (
        b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Length 1>>stream\n\x80\nendstream"
    )
    draws = "<</Length 28>>stream\nq 595 0 0 842 0 0 cm /I Do Q\nendstream"
    page = "<</Type/Page/Parent 2 0 R/Resources<</XObject<</I 3 0 R>>>>/Contents 4 0 R>>"
    kids = " ".join(f"{5 + n} 0 R" for n in range(pages))
    tree = f"<</Type/Pages/Kids[{kids}]/Count {pages}/MediaBox[0 0 595 842]>>"
    return pdf_of(["<</Type/Catalog/Pages 2 0 R>>", tree, image, draws, *[page] * pages])


def locked_with_aes(revision: int = 6) -> bytes:
    """As newer programs protect one: AES of 256 bits."""
    secrets = (b"11" * 48, b"22" * 48, b"33" * 32, b"44" * 32, b"55" * 16)
    lock = b"/O<%s>/U<%s>/OE<%s>/UE<%s>/Perms<%s>" % secrets
    ciphers = b"/CF<</StdCF<</CFM/AESV3/AuthEvent/DocOpen/Length 32>>>>/StmF/StdCF/StrF/StdCF"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        b"<</Filter/Standard/V 5/R %d/Length 256/P -4%s%s>>" % (revision, lock, ciphers),
    )
    written, places = b"%PDF-1.7\n", list[int]()
    for number, each in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj%s endobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>\nstartxref\n%d\n%%%%EOF\n"
    return written + b"xref\n0 5\n0000000000 65535 f \n" + table + end % len(written)


def locked(content: bytes, password: str) -> bytes:
    """The same with a password; an empty one is asked of nobody."""
    writer, written = PdfWriter(PdfReader(BytesIO(content))), BytesIO()
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    writer.write(written)
    return written.getvalue()


def archive(parts: Mapping[str, bytes | str]) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return written.getvalue()


def docx(*paragraphs: str) -> bytes:
    runs = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    body = f'<?xml version="1.0"?><w:document><w:body>{runs}</w:body></w:document>'
    return archive({"[Content_Types].xml": "<Types/>", "word/document.xml": body})


def pptx(*slides: str) -> bytes:
    parts = {"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p:presentation/>"}
    for number, text in enumerate(slides, start=1):
        parts[f"ppt/slides/slide{number}.xml"] = f"<p:sld><a:p><a:t>{text}</a:t></a:p></p:sld>"
    return archive(parts)


def xlsx(rows: int = 3) -> bytes:
    cells = "".join(f'<row r="{n}"><c><v>{n}</v></c></row>' for n in range(1, rows + 1))
    return archive(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": "<workbook/>",
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>",
        }
    )


def odt(*paragraphs: str) -> bytes:
    body = "".join(f"<text:p>{text}</text:p>" for text in paragraphs)
    mime = "application/vnd.oasis.opendocument.text"
    return archive({"mimetype": mime, "content.xml": f"<office:text>{body}</office:text>"})


def ods(*rows: str) -> bytes:
    """Each cell of a row after a bar."""
    lines = "".join(
        "<table:table-row>"
        + "".join(
            f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" for c in row.split("|")
        )
        + "</table:table-row>"
        for row in rows
    )
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    return archive({"mimetype": mime, "content.xml": f"<table:table>{lines}</table:table>"})


def compound(stream: str) -> bytes:
    """The beginning of a file of Office before 2007, with the name of a stream in its directory."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + (stream + "\0").encode("utf-16-le")


@cache
def packed_bomb() -> bytes:
    return archive(
        {"[Content_Types].xml": "<Types/>", "word/document.xml": b"<w:t>a" + bytes(BOMB_BYTES)}
    )
