"""The conversation as the model reads it. Pure.

A line of the conversation names its photos by our own names; whether a photo is shown as an image
or as a line of text, the ledger decides at each question. So a request can name no dead file.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from snapthread.limits import ITEMS_KEPT
from snapthread.model import HistoryImage, HistoryItem, Transcript
from snapthread.ports import InputImage, InputItem, InputText

ModelTexts = Callable[..., str]  # the texts that the model reads, by key
ImageTokens = Callable[[int, int], int]  # of an image, by its width and height in pixels

# Only an estimate, for the context bound: about four bytes of UTF-8 a token, also in Russian,
# and a few tokens around each line.
BYTES_PER_TOKEN = 4
TOKENS_AROUND_ITEM = 6


def text_tokens(text: str) -> int:
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN) + TOKENS_AROUND_ITEM


def request_items(
    transcript: Transcript, question: HistoryItem, t: ModelTexts, *, overheard: Sequence[str] = ()
) -> tuple[InputItem, ...]:
    """`overheard`: what was said to others before the question; of this request only."""
    live, lines = transcript.live, (*transcript.items, question)
    items = [
        _request_item(line, tuple([live.get(photo.file) for photo in line.images]), t)
        if line.images
        else _text_item(line)
        for line in lines
    ]
    if overheard:
        note = InputText(t("overheard", texts="\n".join(overheard)))
        items.insert(-1, InputItem("user", (note,)))
    return tuple(items)


@lru_cache(ITEMS_KEPT)
def _text_item(line: HistoryItem) -> InputItem:
    return InputItem(line.role, (InputText(line.text),) if line.text else (), line.phase)


@lru_cache(ITEMS_KEPT)
def _request_item(line: HistoryItem, ids: tuple[str | None, ...], t: ModelTexts) -> InputItem:
    """`ids`: of its photos at OpenAI; None where the file is not live."""
    shown = zip(line.images, ids, strict=True)
    content = [part for photo, openai_id in shown for part in _photo(photo, openai_id, t)]
    if line.text:
        content.append(InputText(line.text))
    return InputItem(line.role, tuple(content), line.phase)


def _photo(
    photo: HistoryImage, openai_id: str | None, t: ModelTexts
) -> Iterator[InputText | InputImage]:
    if openai_id is None:
        yield InputText(t("photo_left", label=photo.label, sent=_when(photo)))
    else:
        yield InputText(t("photo", label=photo.label))
        yield InputImage(openai_id)


def _when(photo: HistoryImage) -> str:
    return photo.sent_at.strftime("%d %b %H:%M UTC")


def labels_of(transcript: Transcript) -> frozenset[int]:
    return frozenset(photo.label for line in transcript.items for photo in line.images)


def halved(transcript: Transcript) -> Transcript:
    """The same without its older half, as `Conversations.shorten` leaves it."""
    lines = transcript.items
    budget, kept = sum(map(_weight, lines)) // 2, len(lines)
    for start in range(len(lines) - 1, -1, -1):
        budget -= _weight(lines[start])
        if budget < 0:
            break
        if lines[start].role == "user":
            kept = start
    return replace(transcript, items=lines[kept:])


def _weight(line: HistoryItem) -> int:
    """Never nothing: else halving would not end."""
    return max(1, line.tokens)


def named_files(lines: Sequence[InputItem]) -> tuple[str, ...]:
    """The ids of the files that a request names, oldest first."""
    parts = (part for line in lines for part in line.content)
    return tuple(part.openai_id for part in parts if isinstance(part, InputImage))
