"""Writes docs/inputs.md: each kind of input goes through the code that decides on it.

.venv/bin/python -m tests.inputs_page > docs/inputs.md
"""

import json
import sys
from collections.abc import Iterator
from typing import Final, get_args

from snapthread.adapters.bot_api.command import CAPTION_COMMANDS
from snapthread.adapters.bot_api.content import PICTURED, SERVICE, TEXT, UNKNOWN, UNSUPPORTED
from snapthread.adapters.bot_api.incoming import update_of
from snapthread.adapters.bot_api.sound import AUDIBLE
from snapthread.adapters.media.documents.kinds import DocumentFormat
from snapthread.adapters.media.sniff import ImageFormat
from snapthread.adapters.media.sounds.measure import ENDINGS
from snapthread.faults import DocumentFault, FileFault, ImageFault, SoundFault
from snapthread.model import URGENT_COMMANDS, Message, PageChoice
from snapthread.texts import COMMANDS, Texts
from snapthread.texts.failures import SENTENCES
from snapthread.texts.localizer import Localizer, StatedLimits
from tests.bot_api.wire import (
    GROUP,
    PHOTO,
    PLACE,
    POLL,
    USERNAME,
    Json,
    accepted,
    command,
    document,
    media,
    message,
    size,
)

TEXTS: Final = Texts.load()
WORDS: Final = Localizer(
    texts=TEXTS, language="en", limits=StatedLimits(storage_mb=100, voice_minutes=10)
)

FRAME: Final[Json] = {"width": 640, "height": 480, "duration": 3}
VIDEO: Final = media(**FRAME, mime_type="video/mp4")
PREVIEW: Final[Json] = {"thumbnail": size("t", 320, 240)}
STICKER: Final = media(type="regular", width=512, height=512, is_animated=False, is_video=False)
ORIGIN: Final[Json] = {"type": "hidden_user", "sender_user_name": "Bo", "date": 1_763_000_000}


AT: Final = f"@{USERNAME}"
NAMED: Final[Json] = {"entities": [{"type": "mention", "offset": 0, "length": len(AT)}]}
BOT: Final[Json] = {"id": 1, "is_bot": True, "first_name": "Snap", "username": USERNAME}
OTHER_BOT: Final[Json] = {**BOT, "id": 2, "username": "other_bot"}
SHARED: Final[Json] = {"id": 3, "is_bot": True, "first_name": "Group"}
NEWS: Final[Json] = {"id": -1003001, "type": "channel", "title": "News"}
# What is said in a group → an example.
IN_GROUP: Final[dict[str, Json]] = {
    "a text or a picture": {"text": "Tea?"},
    "its name in a text or a caption": {"text": f"{AT} hi", **NAMED},
    "a reply to one of its messages": {
        "text": "And?",
        "reply_to_message": message(**{"text": "Hi", "from": BOT}),
    },
    "such a reply with what is not supported": {
        "dice": {"emoji": "🎲", "value": 3},
        "reply_to_message": message(**{"text": "Hi", "from": BOT}),
    },
    "`/help`": command("/help"),
    f"`/help{AT}`": command(f"/help{AT}"),
    "`/help@other_bot`": command("/help@other_bot"),
    "a command that it does not know": command("/weather"),
    "an anonymous admin names it": {
        "text": f"{AT} hi",
        **NAMED,
        "from": SHARED,
        "sender_chat": GROUP,
    },
    "a channel that writes as itself names it": {
        "text": f"{AT} hi",
        **NAMED,
        "from": SHARED,
        "sender_chat": NEWS,
    },
    "a post of the linked channel names it": {
        "text": f"{AT} hi",
        **NAMED,
        "sender_chat": NEWS,
        "is_automatic_forward": True,
    },
    "another bot names it": {"text": f"{AT} hi", **NAMED, "from": OTHER_BOT},
    "a service message": {"new_chat_title": "Friends"},
}


EXAMPLE: Final = PageChoice(pages=300, fits=50)
PDF: Final = document(mime_type="application/pdf", file_name="a.pdf")


def paid(*media: Json) -> Json:
    return {"paid_media": {"star_count": 5, "paid_media": list(media)}}


# What a person does → the kind of content it is to Telegram, and an example.
INPUTS: Final[dict[str, tuple[str, Json]]] = {
    "text": ("text", {"text": "What is this?"}),
    "a photo, one or an album": ("photo", {"photo": PHOTO}),
    "a file that says it is an image": ("document", {"document": document(mime_type="image/heic")}),
    "a file without a type, named like an image": (
        "document",
        {"document": document(mime_type="application/octet-stream", file_name="a.heic")},
    ),
    "a file without a type or a name": (
        "document",
        {"document": document(mime_type="application/octet-stream")},
    ),
    "another file: a document": ("document", {"document": document(mime_type="application/pdf")}),
    "a sound as a file": ("document", {"document": document(mime_type="audio/x-wav")}),
    "a film as a file": ("document", {"document": {**document(mime_type="video/mp4"), **PREVIEW}}),
    "a film as a file without a preview": (
        "document",
        {"document": document(mime_type="video/mp4")},
    ),
    "a live photo": ("live_photo", {"live_photo": {**VIDEO, "photo": PHOTO}, "photo": PHOTO}),
    "a sticker": ("sticker", {"sticker": STICKER}),
    "an animated or video sticker": (
        "sticker",
        {"sticker": {**STICKER, "is_video": True, **PREVIEW}},
    ),
    "the same without a preview": ("sticker", {"sticker": {**STICKER, "is_animated": True}}),
    "a GIF (Telegram makes a video of it)": (
        "animation",
        {"animation": {**VIDEO, **PREVIEW}, "document": VIDEO},
    ),
    "a GIF that stayed one": ("animation", {"animation": {**VIDEO, "mime_type": "image/gif"}}),
    "a GIF without a preview": ("animation", {"animation": VIDEO, "document": VIDEO}),
    "a video": ("video", {"video": {**VIDEO, **PREVIEW}}),
    "a video without a preview": ("video", {"video": VIDEO}),
    "a video message": ("video_note", {"video_note": media(length=240, duration=3, **PREVIEW)}),
    "a video message without a preview": (
        "video_note",
        {"video_note": media(length=240, duration=3)},
    ),
    "paid pictures": (
        "paid_media",
        paid({"type": "photo", "photo": PHOTO}, {"type": "video", "video": {**VIDEO, **PREVIEW}}),
    ),
    "paid pictures that are still locked": ("paid_media", paid({"type": "preview"})),
    "a reply to a message with a picture": (
        "text",
        {"text": "And?", "reply_to_message": message(message_id=3, photo=PHOTO)},
    ),
    "a reply to a message with a document": (
        "text",
        {"text": "And?", "reply_to_message": message(message_id=3, document=PDF)},
    ),
    "a reply to a picture of another chat": (
        "text",
        {"text": "And?", "external_reply": {"origin": ORIGIN, "photo": PHOTO}},
    ),
    "a forwarded photo": ("photo", {"photo": PHOTO, "forward_origin": ORIGIN}),
    "a voice message": ("voice", {"voice": media(duration=3)}),
    "an audio file": ("audio", {"audio": media(duration=3)}),
    "a contact": ("contact", {"contact": {"phone_number": "1", "first_name": "Bo"}}),
    "a location": ("location", {"location": PLACE}),
    "a place": ("venue", {"venue": {"location": PLACE, "title": "Home", "address": "1"}}),
    "a poll": ("poll", {"poll": {**POLL, "question": "Tea?", "options": [{"text": "Yes"}]}}),
    "a dice": ("dice", {"dice": {"emoji": "🎲", "value": 3}}),
    "a game": ("game", {"game": {"title": "Go", "description": "?", "photo": PHOTO}}),
    "a story": ("story", {"story": {"chat": {"id": 1, "type": "private"}, "id": 3}}),
    "a checklist": (
        "checklist",
        {"checklist": {"title": "To do", "tasks": [{"id": 1, "text": "Eat"}]}},
    ),
    "a giveaway": (
        "giveaway",
        {"giveaway": {"chats": [], "winners_selection_date": 1, "winner_count": 1}},
    ),
    "the winners of a giveaway": (
        "giveaway_winners",
        {
            "giveaway_winners": {
                "chat": {"id": 1, "type": "private"},
                "giveaway_message_id": 1,
                "winners_selection_date": 1,
                "winner_count": 0,
                "winners": [],
            }
        },
    ),
    "an invoice": (
        "invoice",
        {
            "invoice": {
                "title": "A",
                "description": "B",
                "start_parameter": "",
                "currency": "XTR",
                "total_amount": 1,
            }
        },
    ),
    "a rich message": (
        "rich_message",
        {"rich_message": {"blocks": [{"type": "paragraph", "text": ["Buy ", "milk"]}]}},
    ),
    "what is newer than this version": ("unknown", {"hologram": {"depth": 3}}),
}


def _page() -> Iterator[str]:
    yield "# What people can send, and what happens"
    yield ""
    yield "Made by `python -m tests.inputs_page` from the code that decides; a test fails when it"
    yield "is stale. The sentences are the English ones; each exists in every language."
    yield ""
    yield from _table("what a person sends", "what happens", _inputs())
    yield f"Each of these refusals goes on: “{_sentences('dice')[1]}”"
    yield ""
    yield "Service messages of a chat wait for no answer and get none:"
    yield ", ".join(f"`{name}`" for name in sorted(SERVICE)) + "."
    yield ""
    yield "## Files"
    yield ""
    yield "What a file is, its bytes say, whatever its name and type. Taken, and sent to OpenAI as"
    yield f"JPEG without metadata: {', '.join(get_args(ImageFormat))}. Of one with several frames"
    yield f"or pages the first is taken, and it is said: “{WORDS('stills', n=1)}”"
    yield ""
    yield from _table("an image that cannot be used", "what is said", _faults())
    yield "## Documents"
    yield ""
    yield "Of these too the bytes say what they are; a name only tells which kind of text it is."
    yield f"Taken: {', '.join(get_args(DocumentFormat))}. They go up as they are, texts as UTF-8."
    yield "An image among them is taken as an image."
    yield ""
    yield from _table("a document that cannot be used", "what is said", _document_faults())
    yield f"Of pages without text it is said: “{WORDS('document_only_pictures')}”"
    yield ""
    yield "## Sounds"
    yield ""
    yield "Without `TRANSCRIPTION_MODEL` a voice message or an audio file is answered instead:"
    yield f"“{_sentences('voice')[0]}. …” Of a video its still picture is answered then. The sound"
    yield "of a video is passed over in silence where nobody speaks in it. Of a sound or a film as"
    yield "a file Telegram tells no length: it is read from the file, before it costs anything, of"
    yield f"these: {', '.join(sorted([*ENDINGS.values(), 'webm']))}."
    yield ""
    yield from _table("a sound that cannot be used", "what is said", _sound_faults())
    yield "## Commands"
    yield ""
    yield from _table("command", "what it does", _commands())
    yield "## Groups"
    yield ""
    yield "What was not asked is neither downloaded nor kept. `GROUP_ANSWERS=always` takes every"
    yield "text and picture of a person for a question; anything else goes by this table too."
    yield "What concerns one person is seen by that person only, where Telegram can."
    yield ""
    yield from _table("in a group", "what happens", _groups())
    yield "## Other refusals"
    yield ""
    yield from _table("when", "what is said", _refusals())


def _table(one: str, other: str, rows: Iterator[tuple[str, str]]) -> Iterator[str]:
    yield f"| {one} | {other} |"
    yield "|---|---|"
    for first, second in rows:
        yield f"| {first} | {second} |"
    yield ""


def _inputs() -> Iterator[tuple[str, str]]:
    for name, (_, content) in INPUTS.items():
        yield name, _what_happens(accepted(**content), content)


def _what_happens(told: Message | None, content: Json) -> str:
    assert told is not None
    if told.kind == "unsupported":
        return f"refused: “{_sentences(told.word)[0]}. …”"
    if told.text and "text" not in content and not told.files:
        return f"a question with the text that it says: “{told.text}”".replace("\n", " ⏎ ")
    if told.document or (told.reply and told.reply.document):
        return "a question with the document: read"
    reply = told.reply.image if told.reply else None
    pictures = [*told.images, *([reply] if reply else [])]
    if told.sound and not pictures:
        return "a question: what is said in it"
    if not pictures:
        return "a question"
    seen = "; ".join(
        "one still picture of it, and it is said" if p.is_still else "seen" for p in pictures
    )
    if told.sound:
        return f"a question with the picture: {seen}; and what is said in it"
    return (
        f"a question with the picture: {seen}"
        if len(pictures) == 1
        else f"a question with the pictures: {seen}"
    )


def _sentences(kind: str) -> list[str]:
    return WORDS.unsupported(kind).split(". ", 1)


def _faults() -> Iterator[tuple[str, str]]:
    for fault in get_args(ImageFault):
        if fault == "over_limit":  # the limit's own sentence
            continue
        yield f"`{fault}`", f"“{WORDS.fault(FileFault('image', fault))}”"


def _document_faults() -> Iterator[tuple[str, str]]:
    for fault in get_args(DocumentFault):
        if fault != "over_limit":  # the limit's own sentence
            yield f"`{fault}`", f"“{WORDS.fault(FileFault('document', fault), EXAMPLE)}”"


def _sound_faults() -> Iterator[tuple[str, str]]:
    for fault in get_args(SoundFault):
        if fault == "over_limit":  # the limit's own sentence
            continue
        yield f"`{fault}`", f"“{WORDS.sound_fault(fault)}”"


def _commands() -> Iterator[tuple[str, str]]:
    described = dict(TEXTS.commands("en"))
    for word in COMMANDS:
        assert accepted(**command(f"/{word}"))
        jumps = "; waits for no answer before it" if word in URGENT_COMMANDS else ""
        below = "; also below a picture" if word in CAPTION_COMMANDS else ""
        yield f"`/{word}`", f"{described[word]}{jumps}{below}"
    yield "another", f"refused: “{WORDS('unknown_command')}”"


def _groups() -> Iterator[tuple[str, str]]:
    yield from _taken()
    once = "(once an hour for each person)"
    yield "the bot is added", f"“{WORDS('group_hello')}” (once)"
    yield "the bot is added where it may not serve", f"“{WORDS('group_not_served')}”, and it leaves"
    yield "the bot is removed", "the group's files, lines and messages go"
    yield "the group becomes a supergroup", "its conversations, files and choices go on there"
    yield "somebody who is not invited asks", f"“{WORDS('group_stranger', name='Ann')}” {once}"
    yield "a limit of whoever asks is reached", f"“{WORDS('group_over', name='Ann')}” {once}"
    yield "`/usage` of an admin of the group", "the group's sum"
    private = f"“{WORDS('group_in_private', command='/usage')}” {once}"
    yield "`/usage`, `/export`, `/delete_me`", private
    asker = f"“{WORDS('group_not_asker')}” {once}"
    yield "`/reset`, `/stop`, `/retry`, `/undo` by others than allowed", asker
    yield "a button of theirs is pressed by others", "the same, in a note that only they see"
    yield "`/forget` by others than allowed", f"“{WORDS('group_not_yours')}” {once}"


def _taken() -> Iterator[tuple[str, str]]:
    """By the code that decides."""
    for name, content in IN_GROUP.items():
        raw = {"update_id": 9, "message": message(**{"chat": GROUP, **content})}
        update = update_of(json.loads(json.dumps(raw)), USERNAME)
        assert update is not None
        taken = update.message if update.is_asked else None
        yield name, _asked(taken) if taken else "nothing: it is not for the bot"


def _asked(taken: Message) -> str:
    if taken.kind == "unsupported":
        return "refused, as in private"
    what = "a command" if taken.kind == "command" else "a question"
    return what if taken.user_id > 0 else f"{what}; whoever answers for it is that chat"


def _refusals() -> Iterator[tuple[str, str]]:
    yield "somebody who is not invited", f"“{WORDS('stranger', user_id=1001)}”"
    yield "an older question is changed", f"“{WORDS('edited_older')}”, with a button"
    yield "a command is changed, or a question into one", f"“{WORDS('edited_command')}”"
    yield "another message is changed", f"“{WORDS('edited_unknown')}”"
    yield "a button below an answer is pressed too late", f"“{WORDS('again_gone')}”"
    yield "the conversation has gone on since then", f"“{WORDS('again_older')}”, with a button"
    yield "another question is being answered", f"“{WORDS('again_busy')}”"
    yield "`/retry` before anything was asked", f"“{WORDS('retry_nothing')}”"
    yield "`/undo` in an empty conversation", f"“{WORDS('undo_nothing')}”"
    yield "Telegram takes a part of an answer in no form", f"“{WORDS('part_refused')}”"
    yield "too many messages wait", f"“{WORDS('queue_full')}”"
    yield "three attempts failed", f"“{WORDS('dead_letter')}”"
    yield "`/stop` where no answer runs", f"“{WORDS('stop_nothing')}”"
    yield "Stop before the first word", f"“{WORDS.stopped(())}”"
    for error, key in SENTENCES.items():
        yield f"the answer fails: `{error.__name__}`", f"“{WORDS(key, n=1)}”"


def page() -> str:
    return "\n".join(_page()).rstrip() + "\n"


def missing() -> set[str]:
    """The kinds of content that no example shows."""
    shown = {kind for kind, _ in INPUTS.values()}
    return {TEXT, UNKNOWN, *PICTURED, *AUDIBLE, *UNSUPPORTED} - shown


if __name__ == "__main__":
    sys.stdout.write(page())
