"""/history reads what was said again, a page at a time; /export also as a page to read."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from snapthread.characters import utf16_len
from snapthread.commands.history import History
from snapthread.limits import MESSAGE_UNITS
from snapthread.model import ConversationKey, HistoryItem
from snapthread.model.history import HistoryEntry, HistoryPage, page_of
from snapthread.texts import Texts
from snapthread.texts.localizer import Localizer
from snapthread_sandbox.telegram.chats import Message
from tests.contracts.builders import START, message
from tests.line.photos import photo
from tests.line.world import World, opened


def button(message: Message, text: str) -> Any:
    return next(each for each in message.buttons if each["text"] == text)


def names(message: Message) -> list[str]:
    return [each["text"] for each in message.buttons]


async def talked(world: World, count: int) -> None:
    ada = world.person()
    for number in range(count):
        ada.sends(f"Question {number}")
        await ada.hears()
    await world.rests()


async def test_nothing_was_said_yet(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends("/history")
        (told,) = await ada.hears()
        assert told.text == "Nothing has been said in our conversation yet."


async def test_the_newest_comes_first_and_buttons_lead_back_and_forth(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        await talked(world, 10)
        ada.sends("/history")
        (page,) = await ada.hears()
        assert page.text.startswith("You, 2026-11-12 14:0")
        assert re.findall(r"Question \d", page.text) == [
            f"Question {n // 2}" for n in range(12, 20)
        ]
        assert names(page) == ["← Older"]
        ada.presses(button(page, "← Older"), on=page)
        await world.until(lambda: "Question 5" in page.text)
        assert names(page) == ["← Older", "Newer →"]
        ada.presses(button(page, "← Older"), on=page)
        await world.until(lambda: "Question 0" in page.text)
        assert names(page) == ["Newer →"]
        ada.presses(button(page, "Newer →"), on=page)
        await world.until(lambda: "Question 3" in page.text)
        assert len(ada.sees) == 11


async def test_photos_are_told_by_their_labels_and_long_words_are_cut(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("word " * 200)
        ada.sends_photo(photo(), caption="Which colour?")
        await ada.hears()
        ada.sends("/history")
        (page,) = await ada.hears()
        assert ":\n[photo 1] Which colour?\n\nMe, " in page.text
        assert page.text.endswith("word…")


async def test_an_answers_markdown_is_not_shown_raw(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("**Photo 1**: a `lemon`, see [here](https://example.org).")
        ada.sends("What is **this**?")
        await ada.hears()
        await world.rests()
        ada.sends("/history")
        (page,) = await ada.hears()
        assert "Photo 1: a lemon, see here" in page.text
        assert "What is **this**?" in page.text


async def test_a_word_is_looked_for_in_any_case_and_on_every_page(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        await talked(world, 6)
        ada.sends("Etwas über ÄPFEL")
        await ada.hears()
        ada.sends("/history äpfel")
        (page,) = await ada.hears()
        assert page.text.startswith("“äpfel” occurs in 2 messages:")
        ada.sends("/history question")
        (page,) = await ada.hears()
        assert page.text.startswith("“question” occurs in 12 messages:")
        ada.presses(button(page, "← Older"), on=page)
        await world.until(lambda: "Question 0" in page.text)
        assert page.text.startswith("“question” occurs in 12 messages:")
        ada.sends("/history pears")
        (none,) = await ada.hears()
        assert none.text == "“pears” does not occur in our conversation."


async def test_a_button_of_before_the_reset_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        await talked(world, 6)
        ada.sends("/history")
        (page,) = await ada.hears()
        older = button(page, "← Older")
        ada.sends("/reset")
        await ada.hears()
        ada.presses(older, on=page)
        await world.until(lambda: page.text.startswith("There is nothing here any more"))


async def test_in_a_group_it_is_for_its_admins(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, boris = world.person(), world.person(1002)
        group = world.telegram.group(-1002001)
        group.admits(ada, "administrator")
        group.admits(boris)
        for number in range(6):
            boris.sends(f"@snapthread_bot Question {number}", to=group)
            await group.chat.hears()
            await world.rests()
        boris.sends("/history@snapthread_bot", to=group)
        await world.until(lambda: bool(group.chat.ephemerals))
        assert group.chat.ephemerals[0].text.startswith("Here only admins of this group")
        ada.sends("/history@snapthread_bot", to=group)
        (page,) = await group.chat.hears()
        assert "Question 5" in page.text
        assert "Question 0" not in page.text
        boris.presses(button(page, "← Older"), on=page)
        await world.until(lambda: bool(group.chat.answers))
        assert group.chat.answers[-1]["text"].startswith("Here only admins of this group")
        assert "Question 5" in page.text
        ada.presses(button(page, "← Older"), on=page)
        await world.until(lambda: "Question 0" in page.text)


async def test_in_a_group_of_own_conversations_it_is_ones_own_without_buttons(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, GROUP_CONVERSATION="per_user") as world:
        ada, boris = world.person(), world.person(1002)
        group = world.telegram.group(-1002001)
        group.admits(boris)
        for person, words in ((ada, "Secret"), *((boris, f"Question {n}") for n in range(6))):
            person.sends(f"@snapthread_bot {words}", to=group)
            await group.chat.hears()
            await world.rests()
        boris.sends("/history@snapthread_bot", to=group)
        (page,) = await group.chat.hears()
        assert "Question 5" in page.text
        assert "Secret" not in page.text
        assert not page.buttons


async def test_the_export_is_also_a_page_with_the_pictures_telegram_still_has(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo("red"), caption="<b>Which</b> & what?")
        await ada.hears()
        gone = ada.sends_photo(photo("blue"), caption="And this?")
        await ada.hears()
        world.telegram.world.files.forget(gone.json["photo"][-1]["file_id"])
        ada.sends("/export")
        page, data = await ada.hears(2)
        html = content(world, page)
        assert page.json["document"]["file_name"] == "snapthread.html"
        assert data.json["document"]["file_name"] == "snapthread.json"
        assert "&lt;b&gt;Which&lt;/b&gt; &amp; what?" in html
        assert html.count('src="data:image/') == 1
        assert "[photo 2], not here any more" in html
        assert "<script" not in html
        assert re.findall(r"https?://", html) == []


def content(world: World, message: Message) -> str:
    file_id = message.json["document"]["file_id"]
    return world.telegram.world.files.of(file_id).content.decode()


class Said:
    """A history of one side's words."""

    def __init__(self, text: str) -> None:
        item = HistoryItem(role="user", text=text, at=START)
        self.entries = [HistoryEntry(id=number, item=item) for number in range(20)]

    async def history_page(self, _: ConversationKey, **wanted: Any) -> HistoryPage:
        return page_of(self.entries, **{n: wanted[n] for n in ("before", "after", "most")})


async def test_a_page_of_emoji_fits_one_message_and_keeps_its_buttons() -> None:
    t = Localizer(texts=Texts.load(), language="en")
    asked = replace(message("/history"), kind="command")
    (page,) = (await History(store=cast(Any, Said("🦊" * 400))).answer(asked, t)).more
    assert utf16_len(page.text) <= MESSAGE_UNITS
    assert page.text.endswith(f"{'🦊' * 150}…")
    assert page.buttons
