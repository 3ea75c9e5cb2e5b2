"""The question: one message, an album, or a cut text, as one item for the model. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from snapthread.characters import utf16_len
from snapthread.images.request import OF_REPLY, FileRequest, FileResult, own_position
from snapthread.limits import CUT_TEXT_UNITS, MESSAGE_UNITS
from snapthread.model import (
    HistoryImage,
    HistoryItem,
    LedgerFile,
    Message,
    TelegramDocument,
    TelegramFile,
    TelegramImage,
    in_reading_order,
    is_whole,
)
from snapthread.model.context import text_tokens
from snapthread.ports.conversations import FileTokens
from snapthread.turn.transcript import ModelTexts, document_label

QUOTE_MAX = 1000  # characters of a message replied to


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionContext:
    """Facts that the messages do not say themselves."""

    is_late: bool = False
    replied_label: int | None = None  # of a file replied to that is in the conversation
    recalled: tuple[LedgerFile, ...] = ()  # that file, where the request would not show it else
    is_spoken: bool = False  # the text is, or ends with, a transcript


def file_requests(messages: Sequence[Message], *, replied: bool) -> tuple[FileRequest, ...]:
    """The files that the messages bring; with `replied`, also the one they reply to."""
    own = [
        FileRequest(message=message, file=file, position=own_position(number))
        for message in messages
        for number, file in enumerate(message.files)
    ]
    answered = replied_file(messages) if replied else None
    if answered is None:
        return tuple(own)
    return (FileRequest(message=messages[0], file=answered, position=OF_REPLY), *own)


def kept_images(
    requests: Sequence[FileRequest], files: Sequence[LedgerFile]
) -> dict[FileRequest, FileResult]:
    """Files of a question that is asked anew, which are there still."""
    left, found = list(files), {}
    for one in requests:
        there = _there(left, one.file)
        if is_whole(there):
            left = [each for each in left if each not in there]
            is_still = isinstance(one.file, TelegramImage) and one.file.is_still
            found[one] = FileResult(request=one, files=there, is_still=is_still)
    return found


def _there(left: Sequence[LedgerFile], file: TelegramFile) -> tuple[LedgerFile, ...]:
    """The first that is the same; of a long picture all parts."""
    same = [each for each in left if _is_same(each, file)]
    if not same or same[0].part is None:
        return tuple(same[:1])
    picture = same[0].part.picture
    return in_reading_order(each for each in same if each.part and each.part.picture == picture)


def _is_same(there: LedgerFile, file: TelegramFile) -> bool:
    """The same file; of a document, also the same pages."""
    if there.unique_id != file.unique_id or isinstance(file, TelegramImage):
        return there.unique_id == file.unique_id
    return there.document is not None and there.document.chosen == file.chosen


def replied_file(messages: Sequence[Message]) -> TelegramFile | None:
    """All parts of an album reply to the same message."""
    reply = messages[0].reply
    return reply.file if reply is not None else None


def can_go_on(messages: Sequence[Message]) -> bool:
    """Is it of an album, of a text that a client cut, or half of a photo and a voice: may more of
    it have come since?"""
    first = messages[0]
    is_part = first.album_id is not None or utf16_len(first.text) > CUT_TEXT_UNITS
    return len(messages) > 1 or is_part or bool(first.half)


def asked_text(messages: Sequence[Message]) -> str:
    """The captions of an album, or the parts of a cut text put together again."""
    text, last = "", ""
    for message in messages:
        if message.text:
            text += _between(text, last) + message.text
            last = message.text
    return text.strip()


def _between(text: str, last: str) -> str:
    """A text cut at the very limit was cut inside; else the white space there was trimmed."""
    if not text or utf16_len(last) == MESSAGE_UNITS:
        return ""
    return "\n"


def question_item(
    messages: Sequence[Message],
    results: Sequence[FileResult],
    context: QuestionContext,
    *,
    first_label: int,
    t: ModelTexts,
    file_tokens: FileTokens,
    now: datetime,
) -> HistoryItem:
    """The item that the model gets and the conversation keeps."""
    photos = (*_recalled_images(messages[0], context.recalled), *_photos(results, first_label))
    notes = _notes(messages, results, context, first_label, t)
    text = "\n".join(filter(None, [*notes, _text_with_name(messages, t)]))
    files = [*context.recalled, *(file for one in results for file in one.files)]
    tokens = text_tokens(text) + sum(map(file_tokens, files))
    return HistoryItem(role="user", text=text, images=photos, at=now, tokens=tokens)


def _text_with_name(messages: Sequence[Message], t: ModelTexts) -> str:
    """In a group, with who says it."""
    name, text = messages[0].sender_name, asked_text(messages)
    return t("asked_by", name=name, text=text).strip() if name else text


def _recalled_images(message: Message, files: Sequence[LedgerFile]) -> tuple[HistoryImage, ...]:
    told = message.reply.sent_at if message.reply is not None else None
    return tuple(
        _history_image(file, file.label, told or file.created_at)
        for file in files
        if file.label is not None
    )


def _history_image(file: LedgerFile, label: int, sent_at: datetime) -> HistoryImage:
    return HistoryImage(label=label, file=file.image_key, sent_at=sent_at, document=file.document)


def _photos(results: Sequence[FileResult], first_label: int) -> tuple[HistoryImage, ...]:
    usable = [one for one in results if one.files]
    return tuple(
        _history_image(file, label, _sent_at(one.request))
        for label, one in enumerate(usable, start=first_label)
        for file in one.files
    )


def _sent_at(request: FileRequest) -> datetime:
    reply = request.message.reply
    if request.is_of_reply and reply is not None and reply.sent_at is not None:
        return reply.sent_at
    return request.message.sent_at


def _notes(
    messages: Sequence[Message],
    results: Sequence[FileResult],
    context: QuestionContext,
    first_label: int,
    t: ModelTexts,
) -> list[str]:
    """Notes for the model beside the words of the person."""
    notes = []
    if context.is_late:
        notes.append(t("album_late"))
    if context.is_spoken:
        notes.append(t("spoken"))
    notes += _reply_notes(messages, results, context, first_label, t)
    usable = [one for one in results if one.files]
    for number, one in enumerate(usable, start=first_label):
        if one.is_still:
            notes.append(t("still", label=number, what=_moving(one, t)))
    if unusable := sum(not one.is_usable for one in results):
        notes.append(t("photos_unreadable", n=unusable))
    return [*notes, *_texts(results, t)]


def _reply_notes(
    messages: Sequence[Message],
    results: Sequence[FileResult],
    context: QuestionContext,
    first_label: int,
    t: ModelTexts,
) -> Iterator[str]:
    """Notes about the message replied to: its file and its text."""
    label = context.replied_label
    if results and results[0].request.is_of_reply and results[0].files:
        label = first_label
    if label is not None:
        is_document = isinstance(replied_file(messages), TelegramDocument)
        yield t("reply_to_document" if is_document else "reply_to_photo", label=label)
    reply = messages[0].reply
    if reply is not None and reply.text[:QUOTE_MAX]:
        yield t("reply_to_text", quote=reply.text[:QUOTE_MAX])


def _texts(results: Sequence[FileResult], t: ModelTexts) -> Iterator[str]:
    """Documents whose text stands in the question, as the model's server takes no files."""
    for one in results:
        if one.document is not None and one.document.is_text:
            name = document_label(one.document.facts, t)
            yield t("document_text", document=name, text=one.document.text.strip())


def _moving(one: FileResult, t: ModelTexts) -> str:
    kind = one.request.file.kind
    return t(f"still_{kind}" if kind in {"video", "video_note", "sticker"} else "still_other")
