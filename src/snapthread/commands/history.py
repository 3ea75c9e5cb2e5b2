"""/history: what was said, a page at a time, and what of it holds a word."""

from dataclasses import dataclass, replace
from typing import Final

from snapthread.commands.replies import PressAnswer, reply_with
from snapthread.formatting import format_answer
from snapthread.formatting.text import fitting
from snapthread.model import Button, ConversationKey, HistoryItem, Message, OutgoingMessage
from snapthread.model.history import HistoryEntry, HistoryPage
from snapthread.ports import ReadableHistory
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome

HISTORY_PRESS: Final = "hist:"
ON_A_PAGE: Final = 8
TEXT_UNITS: Final = 300  # of UTF-16, of one side's words: eight of them fit one message
WORD_CHARS: Final = 200
PRESS_BYTES: Final = 64  # what a button holds


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePosition:
    """A page: the newest, or what is right before or after a number; and the word looked for."""

    before: int | None = None
    after: int | None = None
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Reads, and keeps nothing: a button says which page it leads to."""

    store: ReadableHistory

    async def answer(self, message: Message, t: Localizer) -> Outcome:
        word = message.text.partition(" ")[2].strip()[:WORD_CHARS]
        page = await self._page(message.conversation, PagePosition(word=word), t)
        return replace(reply_with(), more=(page,))

    async def press(self, press: Message, t: Localizer) -> PressAnswer:
        position = _parse_press(press.word)
        if position is None:
            return PressAnswer(toast=t("history_gone"))
        screen = await self._page(press.conversation, position, t)
        return PressAnswer(screen=screen)

    async def _page(
        self, conversation: ConversationKey, position: PagePosition, t: Localizer
    ) -> OutgoingMessage:
        page = await self.store.history_page(
            conversation,
            before=position.before,
            after=position.after,
            word=position.word,
            most=ON_A_PAGE,
        )
        if not page.entries:
            is_gone = position.before is not None or position.after is not None
            key = (
                "history_gone" if is_gone else "history_none" if position.word else "history_empty"
            )
            return OutgoingMessage(text=t(key, word=position.word))
        rows = [_row(entry, t) for entry in page.entries]
        title = [t("history_found", n=page.found, word=position.word)] if position.word else []
        return OutgoingMessage(
            text="\n\n".join([*title, *rows]), buttons=_buttons(page, position.word, t)
        )


def _row(entry: HistoryEntry, t: Localizer) -> str:
    item = entry.item
    text = " ".join(_plain_words(item).split())
    if (end := fitting(text, TEXT_UNITS)) < len(text):
        text = f"{text[:end].rstrip()}…"
    labels = list(dict.fromkeys(str(photo.label) for photo in item.images))
    images = t("history_images", n=len(labels), labels=", ".join(labels)) if labels else ""
    who = t("history_you" if item.role == "user" else "history_me")
    words = " ".join(filter(None, [images, text]))
    return t("history_row", who=who, at=item.at, words=words)


def _plain_words(item: HistoryItem) -> str:
    """The words of an answer without its Markdown, as the chat has them; enough of it for a row."""
    if item.role == "user":
        return item.text
    messages = format_answer(item.text[: 4 * TEXT_UNITS])
    return " ".join(each.text for each in messages) or item.text


def _buttons(page: HistoryPage, word: str, t: Localizer) -> tuple[Button, ...]:
    """None where a button cannot hold the word."""
    older = Button(text=t("history_older"), press=f"{HISTORY_PRESS}b{page.first}:{word}")
    newer = Button(text=t("history_newer"), press=f"{HISTORY_PRESS}a{page.last}:{word}")
    wanted = ((page.has_older, older), (page.has_newer, newer))
    fitting = [each for is_there, each in wanted if is_there]
    return tuple(each for each in fitting if len(each.press.encode()) <= PRESS_BYTES)


def _parse_press(word: str) -> PagePosition | None:
    number, _, looked_for = word.removeprefix(HISTORY_PRESS).partition(":")
    if not (number[1:].isascii() and number[1:].isdigit()) or number[0] not in "ab":
        return None
    id = int(number[1:])
    if number[0] == "b":
        return PagePosition(before=id, word=looked_for)
    return PagePosition(after=id, word=looked_for)
