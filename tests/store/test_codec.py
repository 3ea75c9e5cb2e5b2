"""The words of stored messages are those of the first stores; the code's own have moved on."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from snapthread.model import Message, RepliedMessage, TelegramImage, private_conversation
from snapthread.store.codec import dump_message, load_message
from snapthread.store.redis.steps import encode

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
CAT = TelegramImage(kind="photo", telegram_id="cat", unique_id="the cat")
DOG = TelegramImage(kind="photo", telegram_id="dog", unique_id="the dog")
# As version 5 wrote it.
STORED = (
    '{"update_id":7,"conversation":"user:7","chat_id":7,"message_id":70,"user_id":7,'
    '"sent_at":"2026-11-26T12:00:00Z","text":"Is \\"image\\": a word?",'
    '"picture":{"kind":"photo","telegram_id":"cat","unique_id":"the cat"},'
    '"more_images":[{"kind":"photo","telegram_id":"dog","unique_id":"the dog"}],'
    '"reply":{"message_id":60,'
    '"picture":{"kind":"photo","telegram_id":"dog","unique_id":"the dog"}}}'
)
MESSAGE = Message(
    update_id=7,
    conversation=private_conversation(7),
    chat_id=7,
    message_id=70,
    user_id=7,
    sent_at=AT,
    text='Is "image": a word?',
    image=CAT,
    more_images=(DOG,),
    reply=RepliedMessage(message_id=60, image=DOG),
)


def test_a_message_that_version_5_stored_keeps_its_images() -> None:
    assert load_message(STORED) == MESSAGE


def test_a_message_is_stored_as_version_5_would_read_it() -> None:
    assert json.loads(dump_message(MESSAGE)) == json.loads(STORED)


@pytest.mark.parametrize("text", ['"image":', '"picture":', '{"picture":1}', "\\", '\\"image":'])
def test_words_that_look_like_a_key_stay_as_they_were_said(text: str) -> None:
    said: dict[str, Any] = {"update_id": 1, "chat_id": 7, "message_id": 1, "user_id": 7}
    message = Message(conversation=private_conversation(7), sent_at=AT, text=text, **said)

    assert load_message(dump_message(message)) == message


def test_a_row_is_written_to_the_letter_as_in_every_version() -> None:
    """Rows that older versions wrote are compared as texts where they are changed."""
    letters = "".join(map(chr, (*range(0x800), *range(0x2000, 0x2100), 0xFEFF, 0xFFFF, 0x1F600)))
    row = (letters, 0, -1, 2**62, None, '"\\/')

    assert encode(row) == json.dumps(row, ensure_ascii=False, separators=(",", ":"))
