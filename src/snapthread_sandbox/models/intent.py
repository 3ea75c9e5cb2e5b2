"""The intent of a question, as far as rules can tell: photos and documents that it is about."""

import re
from dataclasses import dataclass
from typing import Final

from snapthread_sandbox.models.sentences import Language
from snapthread_sandbox.openai.documents import Document
from snapthread_sandbox.openai.question import Question, Said, Seen

NOTE: Final = re.compile(r"^\[.*\]$", re.M)  # what the bot adds to the words of the person
LABEL: Final = re.compile(r"\[photo (\d+)")
GONE: Final = re.compile(r"\[photo (\d+)\b[^\]]*no longer in view")
LABELLED: Final = re.compile(r"\[document (\d+): (.*)\]")
ABOUT_DOCUMENTS: Final = re.compile(
    r"\b(?:documents?|pdfs?|files?|pages?|texts?)\b|документ|файл|страниц|текст", re.I
)
REPLIED: Final = re.compile(r"\[in reply to document (\d+)\]")
REPLY: Final = re.compile(r"\[in reply to photo (\d+)\]")
NAMED: Final = re.compile(
    r"(?:photo|picture|image|фото|фотограф\w*|картинк\w*|снимк\w*)\s*(?:№|#|no\.?\s*)?(\d+)", re.I
)
ABOUT_PHOTOS: Final = re.compile(
    r"\b(?:photos?|pictures?|images?|pics?|colou?rs?|pixels?)\b"
    r"|фото|картин|снимк|снимок|изображ|цвет|пиксел",
    re.I,
)
# Asked with photos in view, these are about them.
SEES: Final = re.compile(
    r"\byou\s+see\b|\blooks?\b|\bshows?\b|\bdescribe\b|\bmeasure\w*"
    r"|видишь|видите|видно|опиш|покаж|измер|посмотр",
    re.I,
)
# Asked in a few words just after photos were measured, these go on about them.
FOLLOWS: Final = re.compile(
    r"\b(?:its?|this|that|these|those|them|they|ones?|there|sizes?|big|large|small|wide|tall|high"
    r"|width|height|shape|square|bright|dark|much|many|percent|more|again|exact\w*|sure"
    r"|black|white|gr[ea]y|red|green|blue|yellow|orange|purple|brown|pink|cyan)\b|%"
    r"|\b(?:это\w?|эт[аиу]|он[аои]?|его|её|их|н[её]м|ней|там|тут|ещё|точно|уверен\w*|сколько"
    r"|размер\w*|шир\w+|высот\w*|форм\w+|процент\w*|больш\w*|ч[её]рн\w*|бел\w+|сер\w+|красн\w*"
    r"|зел[её]н\w*|син\w+|ж[её]лт\w*|оранж\w*|фиолет\w*|коричн\w*|розов\w*|голуб\w*)\b",
    re.I,
)
FOLLOW_UP_WORDS: Final = 12
MEASURED: Final = re.compile(r"\*\*(?:Photo|Фото) (\d+)\*\*")  # as it is told
ORDINALS: Final = (
    (re.compile(r"\bfirst\b|перв", re.I), 0),
    (re.compile(r"\bsecond\b|втор", re.I), 1),
    (re.compile(r"\bthird\b|трет", re.I), 2),
    (re.compile(r"\blast\b|\blatest\b|последн", re.I), -1),
)
CYRILLIC: Final = re.compile(r"[а-яё]", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """The intent of the last message, as far as rules can tell."""

    words: str  # of the person, without the bot's notes
    language: Language
    photos: tuple[Seen, ...]  # that it is about, and in view
    gone: tuple[int, ...]  # labels that it is about, but are out of view
    is_about_photos: bool
    documents: tuple[Document, ...] = ()  # that it is about

    @property
    def is_about_files(self) -> bool:
        return self.is_about_photos or bool(self.documents)


def hear(question: Question) -> Intent:
    last = question.messages[-1] if question.messages else Said(role="user", text="")
    words = NOTE.sub("", last.text).strip()
    photos, gone = _photos_meant(question, last, words)
    return Intent(
        words=words,
        language=_language(question, words),
        photos=photos,
        gone=gone,
        is_about_photos=bool(
            last.images or photos or gone or ABOUT_PHOTOS.search(words) or _sees(question, words)
        ),
        documents=_documents(question, last, words),
    )


def label_of(image: Seen) -> int:
    found = LABEL.search(image.label)
    return int(found.group(1)) if found else image.number


def _photos_meant(
    question: Question, last: Said, words: str
) -> tuple[tuple[Seen, ...], tuple[int, ...]]:
    """Photos that a message is about: its own, the one replied to, those it names, or all."""
    replied = [int(label) for label in REPLY.findall(last.text)]
    named = [int(label) for label in NAMED.findall(words)]
    if replied or named:
        return _by_label(question, [*replied, *named])
    if last.images:
        return last.images, ()
    if followed := _follow_up(question, words):
        return _by_label(question, followed)
    if ABOUT_PHOTOS.search(words) or _sees(question, words) or _names_another(question, words):
        return _by_place(question, words)
    return (), ()


def _sees(question: Question, words: str) -> bool:
    return bool(question.images and SEES.search(words))


def _names_another(question: Question, words: str) -> bool:
    """ "And the second one?", just after photos were measured."""
    return bool(_measured_before(question, words)) and any(
        pattern.search(words) for pattern, _ in ORDINALS
    )


def _follow_up(question: Question, words: str) -> list[int]:
    """The photos that were measured just before, where a few words go on about them."""
    labels = _measured_before(question, words)
    if _names_another(question, words):
        return []
    return labels if FOLLOWS.search(words) or SEES.search(words) else []


def _measured_before(question: Question, words: str) -> list[int]:
    before = question.messages[-2] if len(question.messages) > 1 else None
    if before is None or before.role != "assistant" or len(words.split()) > FOLLOW_UP_WORDS:
        return []
    return [int(label) for label in MEASURED.findall(before.text)]


def _by_label(question: Question, labels: list[int]) -> tuple[tuple[Seen, ...], tuple[int, ...]]:
    wanted = dict.fromkeys(labels)
    known = {label_of(image): image for image in question.images}
    gone = {int(label) for said in question.messages for label in GONE.findall(said.text)}
    return (
        tuple(known[label] for label in wanted if label in known),
        tuple(label for label in wanted if label not in known and label in gone),
    )


def _by_place(question: Question, words: str) -> tuple[tuple[Seen, ...], tuple[int, ...]]:
    images = question.images
    for pattern, place in ORDINALS:
        if pattern.search(words) and -len(images) <= place < len(images):
            return (images[place],), ()
    gone = [int(label) for said in question.messages for label in GONE.findall(said.text)]
    return images, tuple(dict.fromkeys(gone))


def _documents(question: Question, last: Said, words: str) -> tuple[Document, ...]:
    """Its own, the one replied to, or all where it speaks of documents."""
    replied = [int(label) for label in REPLIED.findall(last.text)]
    if replied:
        return tuple(one for one in question.documents if document_label(one)[0] in replied)
    if last.documents or not ABOUT_DOCUMENTS.search(words):
        return last.documents
    return question.documents


def document_label(document: Document) -> tuple[int, str]:
    found = LABELLED.search(document.label)
    return (int(found[1]), found[2]) if found else (document.number, document.name)


def _language(question: Question, words: str) -> Language:
    """Of the words; where there are none, of what the person wrote before."""
    before = [NOTE.sub("", said.text) for said in question.messages if said.role == "user"]
    said = next((text for text in [words, *reversed(before)] if text.strip()), "")
    return "ru" if CYRILLIC.search(said) else "en"
