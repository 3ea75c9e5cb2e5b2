"""Forms are read byte for byte, and lengths are counted as Telegram counts them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from snapthread_sandbox.telegram.entities import cut, trim, units
from snapthread_sandbox.wire import NotAForm, Upload, parse_form

TYPE = "multipart/form-data; boundary=line"


def form(*parts: tuple[str, bytes]) -> bytes:
    lines = [f"--line\r\n{head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts]
    return b"".join(lines) + b"--line--\r\n"


@given(st.binary().filter(lambda content: b"--line" not in content))
def test_a_file_arrives_byte_for_byte(content: bytes) -> None:
    head = 'Content-Disposition: form-data; name="file"; filename="фото.jpg"'
    assert parse_form(TYPE, form((head, content))) == {
        "file": Upload(file_name="фото.jpg", content=content)
    }


def test_a_field_is_text() -> None:
    head = 'Content-Disposition: form-data; name="purpose"'
    assert parse_form(TYPE, form((head, b"vision"))) == {"purpose": "vision"}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", form()),
        (TYPE, b""),
        (TYPE, form(("Content-Disposition: form-data", b"x"))),
        (TYPE, form(('Content-Disposition: form-data; name="a"', b"x"))[:-10]),
    ],
)
def test_what_is_no_form_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(NotAForm):
        parse_form(content_type, body)


@given(st.text(), st.booleans())
def test_cut_parts_fit_and_make_the_text_again(text: str, at_words: bool) -> None:
    parts = cut(text, 8, at_words=at_words)
    assert "".join(parts) == text
    assert all(units(part) <= 8 for part in parts)


@given(st.text(alphabet=" \nab😀"), st.integers(0, 9), st.integers(1, 9))
def test_trimming_keeps_an_entity_on_its_words(text: str, start: int, length: int) -> None:
    marked = text[start : start + length]
    assume(marked)
    entity = {"type": "bold", "offset": units(text[:start]), "length": units(marked)}
    shown, moved = trim(text, [entity])
    encoded = shown.encode("utf-16-le")
    spans = [encoded[e["offset"] * 2 : (e["offset"] + e["length"]) * 2] for e in moved]
    assert b"".join(spans).decode("utf-16-le").strip() == marked.strip()
