"""Answers without a model: only what is true, in English or Russian, and it says what it is.

Of a picture it tells what was measured. It invents nothing, so it cannot hold a conversation.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final, Literal

from snapthread_sandbox.models.measured import Measured, measure
from snapthread_sandbox.models.read import read
from snapthread_sandbox.openai.documents import Document
from snapthread_sandbox.openai.pieces import Piece
from snapthread_sandbox.openai.question import Question, Said, Seen
from snapthread_sandbox.openai.scripted_model import tokens

Language = Literal["en", "ru"]
Standing = Literal["absent", "installing", "loading", "failed", "ready"]  # of the offline model

FIRST_S: Final = 0.35
BETWEEN_S: Final = 0.035
QUOTE_MAX: Final = 200
PHOTOS_TOLD: Final = 6
NO_BREAK: Final = "\u00a0"

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

COLOURS_RU: Final = {
    "black": "чёрный",
    "white": "белый",
    "grey": "серый",
    "red": "красный",
    "green": "зелёный",
    "blue": "синий",
    "yellow": "жёлтый",
    "orange": "оранжевый",
    "purple": "фиолетовый",
    "brown": "коричневый",
    "pink": "розовый",
    "cyan": "голубой",
}
SHAPES: Final = {
    "en": {"wide": "wider than tall", "tall": "taller than wide", "square": "square"},
    "ru": {"wide": "в ширину больше", "tall": "в высоту больше", "square": "квадратное"},
}
TEXTS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "photo": "**Photo {label}**: {width} × {height} pixels, {shape}. Colours: {colours}.",
        "photo_gone": "**Photo {label}** is no longer in view, so I cannot measure it. Reply to "
        "it, and it comes back.",
        "document": "**Document {label}**: {name}. {words} words; it begins: “{beginning}”",
        "document_wordless": "**Document {label}**: {name}. I find no words in it.",
        "reads": "I only tell what stands in it: this is a demo without a model that reads.",
        "more": "And {n} more in our conversation.",
        "honest": "I cannot see what a photo shows: this is a demo, and I only tell what can be "
        "measured.",
        "no_photo": "There is no photo in our conversation just now. Send one, and I will measure "
        "it.",
        "absent": "I am only a stand-in: the offline model is not installed.",
        "installing": "I am only a stand-in: the offline model is being installed.",
        "loading": "I am only a stand-in: the offline model is being loaded.",
        "failed": "I am only a stand-in: the offline model does not answer.",
        "ready": "I am only a small demo model.",
        "said": "You wrote: “{text}”",
        "in_view": "{n} of our photos are in view.",
        "one_in_view": "One photo of ours is in view.",
    },
    "ru": {
        "photo": "**Фото {label}**: {width} × {height} пикселей, {shape}. Цвета: {colours}.",
        "photo_gone": "**Фото {label}** уже вне беседы, измерить его нельзя. Ответьте на него – и "
        "оно вернётся.",
        "document": "**Документ {label}**: {name}. Слов: {words}; начало: «{beginning}»",
        "document_wordless": "**Документ {label}**: {name}. Слов в нём не нашлось.",
        "reads": "Я говорю только то, что в нём написано: это демо без модели, которая читает.",
        "more": "И ещё фото в беседе: {n}.",
        "honest": "Что на снимке, я не вижу: это демо, и я говорю только то, что можно измерить.",
        "no_photo": "Сейчас в беседе нет фотографий. Пришлите одну, и я её измерю.",
        "absent": "Я только замена: офлайн-модель не установлена.",
        "installing": "Я только замена: офлайн-модель ещё устанавливается.",
        "loading": "Я только замена: офлайн-модель ещё загружается.",
        "failed": "Я только замена: офлайн-модель не отвечает.",
        "ready": "Маленькая офлайн-модель понимает только английский, поэтому отвечаю я, замена.",
        "said": "Вы написали: «{text}»",
        "in_view": "Фото в беседе: {n}.",
        "one_in_view": "Фото в беседе: 1.",
    },
}


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


async def speak(question: Question, why: Standing) -> AsyncGenerator[Piece, None]:
    """The stand-in's answer, at the pace of a model."""
    await asyncio.sleep(FIRST_S)
    for token in tokens(answer(question, why)):
        yield token
        await asyncio.sleep(BETWEEN_S)


def answer(question: Question, why: Standing) -> str:
    """Photos are told of; else it says what it is and what it got."""
    heard = hear(question)
    texts = TEXTS[heard.language]
    told = [_of_photos(question, heard, texts)] if heard.is_about_photos else []
    told += [_of_documents(heard.documents, texts)] if heard.documents else []
    if told:
        return "\n\n".join(told)
    lines = [texts[why]]
    if heard.words:
        lines.append(texts["said"].format(text=_shorten(heard.words)))
    count = len(question.images)
    if count:
        lines.append(texts["one_in_view" if count == 1 else "in_view"].format(n=count))
    return "\n".join(lines)


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


def is_own(text: str) -> bool:
    """Whether an answer is the stand-in's: facts and excuses, nothing for a model to go on from."""
    known = (told for texts in TEXTS.values() for told in texts.values() if "{" not in told)
    return bool(MEASURED.search(text)) or any(told in text for told in known)


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
        return tuple(one for one in question.documents if _document_label(one)[0] in replied)
    if last.documents or not ABOUT_DOCUMENTS.search(words):
        return last.documents
    return question.documents


def _document_label(document: Document) -> tuple[int, str]:
    found = LABELLED.search(document.label)
    return (int(found[1]), found[2]) if found else (document.number, document.name)


def _of_documents(documents: tuple[Document, ...], texts: dict[str, str]) -> str:
    return "\n".join([*(_describe_document(one, texts) for one in documents), "", texts["reads"]])


def _describe_document(document: Document, texts: dict[str, str]) -> str:
    label, name = _document_label(document)
    found = read(document.content)
    key = "document" if found.words else "document_wordless"
    return texts[key].format(label=label, name=name, words=found.words, beginning=found.beginning)


def _of_photos(question: Question, heard: Intent, texts: dict[str, str]) -> str:
    lines = [_describe_photo(image, heard.language, texts) for image in heard.photos[:PHOTOS_TOLD]]
    lines += [texts["photo_gone"].format(label=label) for label in heard.gone[:PHOTOS_TOLD]]
    if not lines:
        return texts["no_photo"] if not question.images else texts["honest"]
    if more := len(heard.photos) - PHOTOS_TOLD:
        lines += [texts["more"].format(n=more)] if more > 0 else []
    if len(lines) > 1:
        lines = [f"- {line}" for line in lines]
    has_said_so = any(texts["honest"] in said.text for said in question.messages)
    return "\n".join(lines if has_said_so else [*lines, "", texts["honest"]])


def _describe_photo(image: Seen, language: Language, texts: dict[str, str]) -> str:
    facts = measure(image.content)
    return texts["photo"].format(
        label=label_of(image),
        width=facts.width,
        height=facts.height,
        shape=SHAPES[language][facts.shape],
        colours=_colours(facts, language),
    )


def _colours(facts: Measured, language: Language) -> str:
    names = COLOURS_RU if language == "ru" else {}
    return ", ".join(f"{names.get(name, name)} {share}{NO_BREAK}%" for name, share in facts.colours)


def _language(question: Question, words: str) -> Language:
    """Of the words; where there are none, of what the person wrote before."""
    before = [NOTE.sub("", said.text) for said in question.messages if said.role == "user"]
    said = next((text for text in [words, *reversed(before)] if text.strip()), "")
    return "ru" if CYRILLIC.search(said) else "en"


def _shorten(text: str) -> str:
    return text if len(text) <= QUOTE_MAX else text[:QUOTE_MAX].rstrip() + "…"
