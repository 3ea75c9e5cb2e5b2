"""Images on their way in: which are used, how they are named, what is said of the others."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from snapthread_sandbox.faults import Fault, cuts_body, openai_error, slow, telegram_error
from tests.line.photos import album, photo
from tests.line.world import opened

WHY = "Bad Request: wrong file_id or the file is temporarily unavailable"


async def test_a_photo_without_words_brings_no_invented_question(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        (answer,) = await ada.hears()
        assert answer.text.endswith("Image 1 ([photo 1]): 320x240, red.")
        (line,) = world.requests[0].body["input"]
        assert [part["type"] for part in line["content"]] == ["input_text", "input_image"]
        assert line["content"][0]["text"] == "[photo 1]"


async def test_a_caption_is_the_question(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo(), caption="Is it red?")
        (answer,) = await ada.hears()
        assert answer.text == "You said: [photo 1]\nIs it red?\nImage 1 ([photo 1]): 320x240, red."


async def test_photos_in_sequence_are_labelled_on(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        for colour in ("red", "green", "blue"):
            ada.sends_photo(photo(colour))
        answers = await ada.hears(3)
        assert "([photo 3]): 320x240, blue" in answers[2].text
        assert [len(request.file_ids) for request in world.requests] == [1, 2, 3]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
async def test_an_image_sent_as_a_document_is_an_image_whatever_its_name(
    tmp_path: Path, form: str
) -> None:
    written = BytesIO()
    Image.new("RGB", (300, 200), "blue").save(written, form)

    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(written.getvalue(), file_name="photo.pdf.jpg", mime_type="image/x")
        (answer,) = await ada.hears()
        assert "300x200, blue" in answer.text


async def test_a_large_document_is_made_small_and_a_clean_photo_passes_untouched(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada, clean = world.person(), photo()
        ada.sends_photo(clean)
        await ada.hears()
        ada.sends_document(photo("blue", (3200, 1600)), mime_type="image/jpeg")
        (answer,) = await ada.hears()
        assert "2240x1120" in answer.text
        assert [file.content == clean for file in world.openai.files.values()] == [True, False]


async def test_every_upload_carries_our_mark_and_expires(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        (file,) = world.openai.files.values()
        assert file.name.startswith("snapthread-")
        assert file.purpose == "vision"
        assert file.expires_at == file.created_at + 30 * 86_400


async def test_a_reply_to_a_photo_of_the_conversation_names_it_and_uploads_nothing(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        first = ada.sends_photo(photo("red"))
        ada.sends_photo(photo("green"))
        await ada.hears(2)
        ada.replies_to(first, "How big is it?")
        await ada.hears()
        assert world.openai.counts["POST /files"] == 2
        line = world.requests[-1].body["input"][-1]
        assert line["content"][0]["text"] == "[in reply to photo 1]\nHow big is it?"


async def test_a_reply_to_a_photo_that_is_not_in_the_conversation_brings_it_in(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        first = ada.sends_photo(photo("red"))
        await ada.hears()
        ada.sends("/reset")
        await ada.hears()
        ada.replies_to(first, "And this?")
        (answer,) = await ada.hears()
        assert "([photo 1]): 320x240, red" in answer.text
        assert "in reply to photo 1" in answer.text


async def test_a_quotation_beside_a_photo_reaches_the_model(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        first = ada.sends_photo(photo("red"), caption="My cat. My dog.")
        await ada.hears()
        asked = {name: first.json[name] for name in ("chat", "from", "date")}
        quote = {"text": "My dog.", "position": 8}
        reply = {"message_id": 77, "text": "Which?", "reply_to_message": first.json, "quote": quote}
        world.telegram.push_raw({"message": asked | reply})
        await ada.hears()
        line = world.requests[-1].body["input"][-1]
        told = "[in reply to photo 1]\n[in reply to: “My dog.”]\nWhich?"
        assert line["content"][0]["text"] == told


async def test_a_reply_to_words_quotes_them(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends("Hello")
        (answer,) = await ada.hears()
        ada.replies_to(answer, "Why?")
        (second,) = await ada.hears()
        assert second.text == "You said: [in reply to: “You said: Hello”]\nWhy?"


async def test_the_same_photo_twice_is_two_photos(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        ada.sends_photo(photo())
        await ada.hears(2)
        assert len(set(world.requests[-1].file_ids)) == 2


async def test_one_bad_image_of_an_album_is_told_and_the_others_are_answered(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        parts = album(3)
        parts[1] = parts[1][:200]
        ada.sends_album(parts, caption="Which?")
        told, answer = await ada.hears(2)
        assert told.text == (
            "1 of 3 images could not be used:"
            " The image is damaged or incomplete. Please send it again, or as a photo."
        )
        assert "Which?" in answer.text
        assert "([photo 2])" in answer.text
        assert "([photo 3])" not in answer.text


async def test_a_late_part_of_an_album_is_one_more_question_that_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        name = ada.new_album()
        ada.sends_photo(photo("red"), album=name)
        await ada.hears()
        ada.sends_photo(photo("blue"), album=name)
        (answer,) = await ada.hears()
        assert "late part of the album" in answer.text


async def test_a_part_that_comes_while_the_album_is_being_prepared_belongs_to_it(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        name = ada.new_album()
        world.telegram.faults.add(on="file", reply=slow(3.0))
        ada.sends_photo(photo("red"), album=name)
        await world.until(lambda: world.telegram.faults.rules[0].used == 1)
        ada.sends_photo(photo("blue"), album=name, caption="Both?")
        await ada.hears()
        (request,) = world.requests
        assert len(request.file_ids) == 2
        assert "Both?" in str(request.body)


async def test_a_part_that_nobody_can_answer_and_that_comes_while_its_album_is_prepared_is_told(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        name = ada.new_album()
        world.telegram.faults.add(on="file", reply=slow(3.0))
        ada.sends_photo(photo("red"), album=name, caption="What?")
        await world.until(lambda: world.telegram.faults.rules[0].used == 1)
        ada.post({"game": {"title": "Chess"}, "media_group_id": name})
        told, answer = await ada.hears(2)
        assert told.text.startswith("I can't handle games yet.")
        assert "What?" in answer.text
        assert len(world.requests) == 1


# ---------------------------------------------------------------- bad input, and what is said


def png_bomb(side: int) -> bytes:
    """A PNG that claims a huge size and holds almost nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + checksum

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


REFUSED = {
    "a truncated JPEG": (photo()[:300], "The image is damaged or incomplete."),
    "50,000 x 50,000": (png_bomb(50_000), "The image has more than 50 megapixels."),
    "a program": (b"\x7fELF\x02\x01", "This file isn't an image that I can read."),
    "half a PDF named .jpg": (b"%PDF-1.7\n%...", "The document is damaged or incomplete."),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_bad_input_gets_its_sentence_and_reaches_nobody(tmp_path: Path, name: str) -> None:
    content, sentence = REFUSED[name]

    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(content, file_name="a.jpg", mime_type="image/jpeg", caption="What?")
        (said,) = await ada.hears()
        assert said.text.startswith(sentence)
        assert not world.requests
        assert not world.openai.counts["POST /files"]


async def test_an_empty_file_gets_its_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(b"", mime_type="image/png")
        (said,) = await ada.hears()
        assert said.text == "The file is empty. Please send the image again."


@pytest.mark.parametrize("file_size", ["true", None, 100])
async def test_too_many_bytes_are_refused_whatever_the_size_claims(
    tmp_path: Path, file_size: object
) -> None:
    async with opened(tmp_path, MAX_IMAGE_MB="1") as world:
        ada = world.person()
        ada.sends_document(photo() + bytes(2_000_000), file_size=file_size)  # type: ignore[arg-type]
        (said,) = await ada.hears()
        assert said.text.startswith("The image is larger than 1 MB.")
        downloads = [call for call in world.telegram.calls if call.method == "getFile"]
        assert bool(downloads) == (file_size != "true")


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        (WHY, "Telegram isn't handing over this image right now."),
        ("Bad Request: invalid file_id", "Telegram no longer gives me this image."),
    ],
)
async def test_an_image_that_telegram_does_not_give_gets_its_sentence(
    tmp_path: Path, why: str, sentence: str
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        gone = telegram_error(400, why)
        world.telegram.faults.add(on="getFile", reply=gone, times=None)
        ada.sends_photo(photo())
        (said,) = await ada.hears()
        assert said.text.startswith(sentence)


@pytest.mark.parametrize(
    ("on", "reply"),
    [
        ("getFile", telegram_error(400, WHY)),
        ("file", telegram_error(404, "Not Found")),
    ],
)
async def test_a_photo_that_telegram_lacks_for_a_moment_is_not_lost(
    tmp_path: Path, on: str, reply: Fault
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.telegram.faults.add(on=on, reply=reply, times=2)
        ada.sends_photo(photo("red"))
        (answer,) = await ada.hears()
        assert "320x240, red" in answer.text


async def test_a_photo_is_not_lost_where_telegram_lacks_it_while_it_heals(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo("red"))
        await ada.hears()
        (file_id,) = world.openai.files
        world.openai.vanish(file_id)
        passing = telegram_error(400, WHY)
        world.telegram.faults.add(on="getFile", reply=passing, times=2)
        ada.sends("And now?")
        (answer,) = await ada.hears()
        assert "320x240, red" in answer.text


async def test_a_download_cut_off_once_is_tried_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.telegram.faults.add(on="file", reply=cuts_body(after_bytes=100))
        ada.sends_photo(photo())
        (answer,) = await ada.hears()
        assert "red" in answer.text


async def test_a_download_cut_off_again_and_again_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.telegram.faults.add(on="file", reply=cuts_body(after_bytes=100), times=None)
        ada.sends_photo(photo(), caption="What?")
        (said,) = await ada.hears()
        assert said.text.startswith("Telegram isn't handing over the image right now.")
        assert not world.requests


async def test_an_upload_that_openai_refuses_gets_its_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        refused = openai_error(400, "Invalid file", code="invalid_image_format")
        world.openai.faults.add(on="POST /files", reply=refused)
        ada.sends_photo(photo())
        (said,) = await ada.hears()
        assert said.text == "The assistant did not take this image. Please try another one."


@pytest.mark.parametrize("mode", ["1x1", "CMYK", "16-bit", "alpha", "animated"])
async def test_odd_but_good_images_are_used(tmp_path: Path, mode: str) -> None:
    written = BytesIO()
    match mode:
        case "1x1":
            Image.new("RGB", (1, 1), "red").save(written, "PNG")
        case "CMYK":
            Image.new("CMYK", (60, 40), (0, 255, 255, 0)).save(written, "JPEG")
        case "16-bit":
            Image.new("I;16", (60, 40), 40_000).save(written, "PNG")
        case "alpha":
            Image.new("RGBA", (60, 40), (0, 0, 0, 0)).save(written, "PNG")
        case "animated":
            frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
            frames[0].save(written, "WEBP", save_all=True, append_images=frames[1:])

    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(written.getvalue())
        *_, answer = await ada.hears(2 if mode == "animated" else 1)
        expected = {"alpha": "white", "CMYK": "red", "animated": "red"}.get(mode, "Image 1")
        assert expected in answer.text
