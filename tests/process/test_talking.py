"""People talk to the running bot, with text and images, over HTTP."""

from io import BytesIO

from PIL import Image

from tests.line.photos import album, photo
from tests.line.test_long_pictures import tall
from tests.media import documents as made
from tests.process.town import Town, hears


def test_a_text_is_answered(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        ada.sends("Good morning")
        assert await hears(ada) == ["You said: Good morning"]

    town.play(story)


def test_a_caption_is_the_question(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        ada.sends_photo(photo("red"), caption="Is it crimson?")
        (answer,) = await hears(ada)
        assert answer.endswith("Is it crimson?\nImage 1 ([photo 1]): 320x240, red.")

    town.play(story)


def test_an_image_alone_is_described(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        ada.sends_photo(photo("blue"))
        (answer,) = await hears(ada)
        assert answer.endswith("Image 1 ([photo 1]): 320x240, blue.")

    town.play(story)


def test_image_answer_image_answer_image_and_a_question_about_the_first(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        for colour in ("red", "green", "blue"):
            ada.sends_photo(photo(colour))
            await hears(ada)
        ada.sends("Which colour has the first photo?")
        (answer,) = await hears(ada)
        assert "Image 1 ([photo 1]): 320x240, red." in answer
        assert len(town.last_request.file_ids) == 3
        assert not town.last_request.dead_ids

    town.play(story)


def test_an_album_of_ten_is_one_request_with_ten_images(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada, asked_before = town.newcomer(), len(town.openai.requests)
        ada.sends_album(album(10), caption="Which is the best one?", caption_on=6)
        (answer,) = await hears(ada)
        assert "Which is the best one?" in answer
        (request,) = town.openai.requests[asked_before:]
        assert len(set(request.file_ids)) == 10

    town.play(story)


def test_a_screenshot_of_a_whole_page_is_one_photo_in_parts(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        ada.sends_document(tall(), file_name="page.png", mime_type="image/png", caption="Read it")
        (answer,) = await hears(ada)
        assert "[photo 1, in 2 parts, which overlap]" in answer
        assert len(town.last_request.file_ids) == 2

    town.play(story)


def test_a_photo_and_a_voice_are_one_question(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        town.openai.transcriptions.says("What is it?")
        ada.sends_photo(photo("blue"))
        ada.sends_voice(b"ID3" + bytes(8_000))
        quote, answer = await hears(ada, 2)
        assert quote == "What is it?"
        assert "320x240, blue" in answer
        assert len(town.last_request.file_ids) == 1

    town.play(story)


def test_an_image_sent_as_a_document_is_an_image(town: Town) -> None:
    drawing = BytesIO()
    Image.new("RGB", (2400, 1200), "blue").save(drawing, "PNG")

    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        ada.sends_document(drawing.getvalue(), file_name="holiday.dat", mime_type="image/png")
        (answer,) = await hears(ada)
        assert "2240x1120, blue" in answer

    town.play(story)


def test_a_document_is_read_in_a_process_of_its_own_and_asked_about(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada, pdf = town.newcomer(), "application/pdf"
        ada.sends_document(made.pdf(14), file_name="Report.pdf", mime_type=pdf, caption="What?")
        (answer,) = await hears(ada)
        assert answer.startswith("You said: [document 1: Report.pdf, 14 pages]\nWhat?")
        ada.sends_document(made.pdf(300), file_name="Book.pdf", mime_type=pdf)
        (told,) = await hears(ada)
        assert told.startswith("The document has 300 pages, and I can read 50 at once.")

    town.play(story)


def test_a_reply_to_a_photo_names_it_and_uploads_nothing(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        first = ada.sends_photo(photo("red"))
        ada.sends_photo(photo("green"))
        await hears(ada, 2)
        uploads = town.openai.counts["POST /files"]
        ada.replies_to(first, "How large is that one?")
        (answer,) = await hears(ada)
        assert "in reply to photo 1" in answer
        assert town.openai.counts["POST /files"] == uploads

    town.play(story)


def test_reset_leaves_no_file_and_a_fresh_question_runs_on_nothing(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        ada.sends_album(album(2), caption="What do you make of these?")
        await hears(ada)
        files = set(town.last_request.file_ids)
        ada.sends("/reset")
        (said,) = await hears(ada)
        assert said.startswith("🔄 History and files are cleared. A new conversation has begun!")
        await town.until(lambda: files <= set(town.openai.deleted))
        ada.sends("What have I sent so far?")
        await hears(ada)
        assert not town.last_request.file_ids
        assert len(town.last_request.body["input"]) == 1

    town.play(story)


def test_an_edit_a_retry_and_an_undo_change_the_end_of_the_conversation(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        question = ada.sends_photo(photo("red"), caption="Waht is it?")
        await hears(ada)
        (file_id,) = town.last_request.file_ids
        ada.edits(question, "What is it?")
        await town.until(lambda: "What is it?" in ada.sees[0])
        assert town.last_request.file_ids == (file_id,)
        requests = len(town.openai.requests)
        ada.sends("/retry")
        await town.until(lambda: len(town.openai.requests) == requests + 1)
        ada.sends("/undo")
        assert (await hears(ada))[0].startswith("I have taken back your last question")
        ada.sends("Next")
        assert await hears(ada) == ["You said: Next"]
        assert len(ada.sees) == 3
        assert len(town.last_request.body["input"]) == 1

    town.play(story)
