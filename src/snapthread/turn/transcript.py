"""The conversation as the model reads it. Pure.

An item of the conversation names its images by our own names; whether one is shown as an image
or as a line of text, the ledger decides at each question. So a request can name no dead file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import compress, groupby
from operator import attrgetter
from typing import Final

from snapthread.limits import ITEMS_KEPT
from snapthread.model import (
    DocumentFacts,
    HistoryImage,
    HistoryItem,
    Transcript,
)
from snapthread.model.context import first_id, newest_half
from snapthread.model.grown import Grown
from snapthread.ports import InputFile, InputImage, InputItem, InputPart, InputText

ModelTexts = Callable[..., str]  # the texts that the model reads, by key


def request_items(
    transcript: Transcript, question: HistoryItem, t: ModelTexts, *, overheard: Sequence[str] = ()
) -> tuple[InputItem, ...]:
    """`overheard`: what was said to others before the question; of this request only."""
    live, items = transcript.live, (*transcript.items, question)
    asked, has_images = AS_TEXT.of(items[0], items)
    for index in compress(range(len(items)), has_images):
        ids = tuple([live.get(image.file) for image in items[index].images])
        asked[index] = _request_item(items[index], ids, t)
    if overheard:
        note = InputText(t("overheard", texts="\n".join(overheard)))
        asked.insert(-1, InputItem("user", (note,)))
    return tuple(asked)


def _text_item(item: HistoryItem) -> InputItem:
    return InputItem(item.role, (InputText(item.text),) if item.text else (), item.phase)


# Items of the last requests, by their first one; those that show images are made anew.
AS_TEXT: Final = Grown(_text_item, attrgetter("images"), most=ITEMS_KEPT)


@lru_cache(ITEMS_KEPT)
def _request_item(item: HistoryItem, ids: tuple[str | None, ...], t: ModelTexts) -> InputItem:
    """`ids`: of its images at OpenAI; None where the file is not live."""
    shown = groupby(zip(item.images, ids, strict=True), key=lambda each: each[0].label)
    content = [part for _, parts in shown for part in _image(*zip(*parts, strict=True), t=t)]
    if item.text:
        content.append(InputText(item.text))
    return InputItem(item.role, tuple(content), item.phase)


def _image(
    images: Sequence[HistoryImage], ids: Sequence[str | None], *, t: ModelTexts
) -> Iterator[InputPart]:
    """A file; of a long picture all parts, below one label: where one is missing, none is shown."""
    image, live = images[0], [openai_id for openai_id in ids if openai_id is not None]
    if image.document is not None:
        yield from _document(image, image.document, ids, t)
    elif len(live) < len(ids):
        yield InputText(t("photo_left", label=image.label, sent=_when(image)))
    else:
        key = "photo" if len(live) == 1 else "photo_in_parts"
        yield InputText(t(key, label=image.label, n=len(live)))
        yield from map(InputImage, live)


def _document(
    image: HistoryImage, document: DocumentFacts, ids: Sequence[str | None], t: ModelTexts
) -> Iterator[InputPart]:
    """A file, or all its pages as pictures: where one of them is missing, none is shown."""
    name, live = document_label(document, t), [each for each in ids if each is not None]
    if len(live) < len(ids):
        left = t("document_left", label=image.label, document=name, sent=_when(image))
        yield InputText(left)
    else:
        yield InputText(t("document", label=image.label, document=name))
        if document.as_pictures:
            yield from map(InputImage, live)
        else:
            yield InputFile(live[0], document.detail)


def document_label(document: DocumentFacts, t: ModelTexts) -> str:
    """Its name, and its pages as far as it has any; brackets end a label."""
    name = document.name.replace("[", "(").replace("]", ")")
    if document.chosen is not None:
        return t("document_some", name=name, chosen=document.chosen, n=document.pages)
    return t("document_pages", name=name, n=document.pages) if document.pages else name


def _when(image: HistoryImage) -> str:
    return image.sent_at.strftime("%d %b %H:%M UTC")


def labels_of(transcript: Transcript) -> frozenset[int]:
    return frozenset(image.label for item in transcript.items for image in item.images)


def without_older_half(transcript: Transcript) -> Transcript:
    """The same without its older half."""
    items, ids = transcript.items, transcript.ids
    if not items:
        return transcript
    kept = newest_half(items)
    return replace(
        transcript, items=items[kept:], ids=ids[kept:], history_start=first_id(ids, kept)
    )
