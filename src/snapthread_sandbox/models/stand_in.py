"""Answers without a model: only what is true, in English or Russian, and it says what it is.

Of a picture it tells what was measured. It invents nothing, so it cannot hold a conversation.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final, Literal

from snapthread_sandbox.models.intent import MEASURED, Intent, document_label, hear, label_of
from snapthread_sandbox.models.measures import Measured, measure
from snapthread_sandbox.models.read import read
from snapthread_sandbox.models.sentences import COLOURS_RU, SHAPES, TEXTS, Language
from snapthread_sandbox.openai.documents import Document
from snapthread_sandbox.openai.pieces import Piece
from snapthread_sandbox.openai.question import Question, Seen
from snapthread_sandbox.openai.scripted_model import tokens

Standing = Literal["absent", "installing", "loading", "failed", "ready"]  # of the offline model

FIRST_S: Final = 0.35
BETWEEN_S: Final = 0.035
QUOTE_MAX: Final = 200
PHOTOS_TOLD: Final = 6
NO_BREAK: Final = "\u00a0"


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


def is_own(text: str) -> bool:
    """Whether an answer is the stand-in's: facts and excuses, nothing for a model to go on from."""
    known = (told for texts in TEXTS.values() for told in texts.values() if "{" not in told)
    return bool(MEASURED.search(text)) or any(told in text for told in known)


def _of_documents(documents: tuple[Document, ...], texts: dict[str, str]) -> str:
    return "\n".join([*(_describe_document(one, texts) for one in documents), "", texts["reads"]])


def _describe_document(document: Document, texts: dict[str, str]) -> str:
    label, name = document_label(document)
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


def _shorten(text: str) -> str:
    return text if len(text) <= QUOTE_MAX else text[:QUOTE_MAX].rstrip() + "…"
