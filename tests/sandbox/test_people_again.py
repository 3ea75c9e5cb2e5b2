"""People change their minds: edits, other photos, reactions; and they speak aloud."""

from snapthread_sandbox.telegram.updates import NOT_BY_DEFAULT
from tests.sandbox.bots import a_chat, call, last, told
from tests.sandbox.worlds import picture

EVERY_KIND = ["message", "edited_message", *NOT_BY_DEFAULT]


def test_an_edit_brings_the_new_text_and_its_new_entities() -> None:
    api, ada = a_chat()
    message = ada.sends("Hi")

    ada.edits(message, "/reset now")

    edited = last(api, "edited_message")
    assert (edited["message_id"], edited["text"]) == (message.id, "/reset now")
    assert edited["entities"][0]["type"] == "bot_command"
    assert "edit_date" in edited
    assert message.versions == ["Hi"]


def test_a_caption_is_edited_and_the_photo_stays() -> None:
    api, ada = a_chat()
    message = ada.sends_photo(picture(), caption="One")
    photo = message.json["photo"]

    ada.edits(message, "Two")

    assert last(api, "edited_message")["caption"] == "Two"
    assert last(api, "edited_message")["photo"] == photo


def test_a_photo_is_swapped_for_another() -> None:
    api, ada = a_chat()
    message = ada.sends_photo(picture("red"), caption="One")
    before = message.json["photo"][-1]["file_unique_id"]

    ada.swaps_photo(message, picture("blue", 200, 100))

    edited = last(api, "edited_message")
    assert edited["photo"][-1]["file_unique_id"] != before
    assert edited["photo"][-1]["width"] == 200
    assert "caption" not in edited


def test_an_edit_in_a_group_is_seen_as_a_message_would_be() -> None:
    api, ada = a_chat()
    group = api.group()
    unseen = ada.sends("Tea?", to=group)
    seen = ada.sends("@snapthread_bot tea?", to=group)

    ada.edits(unseen, "Coffee?")
    ada.edits(seen, "@snapthread_bot coffee?")

    assert [one["text"] for one in told(api, "edited_message")] == ["@snapthread_bot coffee?"]


async def test_a_reaction_says_what_it_was_before() -> None:
    api, ada = a_chat()
    await call(api, "getUpdates", allowed_updates=EVERY_KIND)
    await call(api, "sendMessage", text="An answer.")
    (answer,) = ada.chat.from_bot
    ada.reacts(answer, "👍")
    ada.reacts(answer, "👎")
    ada.reacts(answer)
    changes = [
        (
            [reaction["emoji"] for reaction in one["old_reaction"]],
            [reaction["emoji"] for reaction in one["new_reaction"]],
        )
        for one in told(api, "message_reaction")
    ]
    assert changes == [([], ["👍"]), (["👍"], ["👎"]), (["👎"], [])]


async def test_reactions_in_a_group_are_for_admins() -> None:
    api, ada = a_chat()
    await call(api, "getUpdates", allowed_updates=EVERY_KIND)
    group = api.group()
    message = ada.sends("x", to=group)
    ada.reacts(message, "👍")
    group.promotes_bot()
    ada.reacts(message, "👎")
    assert len(told(api, "message_reaction")) == 1


async def test_sound_has_its_seconds_and_can_be_fetched() -> None:
    api, ada = a_chat()
    ada.sends_voice(b"OggS voice", duration=600, caption="Listen")
    voice = last(api)
    assert (voice["voice"]["duration"], voice["caption"]) == (600, "Listen")
    ada.sends_audio(b"ID3", duration=90, file_name="a.m4a", mime_type="audio/mp4")
    assert last(api)["audio"]["file_name"] == "a.m4a"
    ada.sends_video_note(b"ftyp", duration=7)
    assert last(api)["video_note"]["duration"] == 7
    found = await call(api, "getFile", file_id=voice["voice"]["file_id"])
    assert await api.file("42:sandbox", found["file_path"]) == b"OggS voice"


def test_a_document_and_photos_can_be_one_album() -> None:
    api, ada = a_chat()
    album = ada.new_album()

    ada.sends_document(b"%PDF-1.7", file_name="a.pdf", mime_type="application/pdf", album=album)
    ada.sends_photo(picture(), album=album)

    assert [one["media_group_id"] for one in told(api)[-2:]] == [album, album]


def test_a_quote_names_the_words_that_are_meant() -> None:
    api, ada = a_chat()
    message = ada.sends("😀 red and blue")

    ada.replies_to(message, "Why?", quote="red")

    assert last(api)["quote"] == {"text": "red", "position": 3, "is_manual": True}
