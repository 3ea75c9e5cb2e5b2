"""Answers over HTTP: seen while they grow, stopped, paused, cut into parts, and always whole."""

from itertools import pairwise

from snapthread.texts import Texts
from snapthread_sandbox.faults import flood, slow
from snapthread_sandbox.telegram.people import Person
from snapthread_sandbox.wire import Json
from tests.process.bot import LIMIT_S
from tests.process.town import Town, heard, hears

WORDS = " ".join(f"word{number}" for number in range(25))
LONG = "\n\n".join(f"Paragraph {number}. " + "wonderful " * 42 for number in range(75))
EARLY = Texts.load()("en", "stopped_early")


def stop_button(person: Person) -> Json | None:
    """Stop, below an answer that grows; one that has ended may have others."""
    last = person.chat.from_bot[-1] if person.chat.from_bot else None
    rows = last.json.get("reply_markup", {}).get("inline_keyboard", []) if last else []
    stops = (one for row in rows for one in row if one["callback_data"].startswith("stop:"))
    return next(stops, None)


def is_whole(person: Person, words: str) -> bool:
    """Their last message has the words, and does not grow any more: it may have all of them and
    still carry Stop."""
    return words in (person.sees or [""])[-1] and stop_button(person) is None


def test_an_answer_is_seen_while_it_grows_and_a_429_is_a_pause(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        town.model.says(WORDS, first_s=0.2, between_s=0.4)
        ada.sends("Tell me")
        await town.until(lambda: stop_button(ada))
        refused = town.telegram.faults.add(on="editMessageText", reply=flood(1), times=1)
        await town.until(lambda: is_whole(ada, WORDS))
        assert ada.sees == [WORDS]
        assert refused.used == 1
        (message,) = ada.chat.from_bot
        shown = message.versions
        assert len(shown) >= 3
        assert all(after.startswith(before) for before, after in pairwise(shown))

    town.play(story)


def test_stop_ends_what_runs_early_late_twice_and_not_what_has_ended(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada, asked_before = town.newcomer(), len(town.openai.requests)
        town.model.says(WORDS, first_s=600.0)
        ada.sends("Early")
        await town.until(lambda: len(town.openai.requests) > asked_before)
        ada.sends("/stop")
        (early,) = await hears(ada)
        assert early.startswith(EARLY)
        town.model.says(WORDS, between_s=2.0)
        ada.sends("Late")
        await town.until(lambda: stop_button(ada))
        button, (answer,) = stop_button(ada), await ada.hears(1, timeout_s=LIMIT_S)
        assert button is not None
        ada.presses(button, on=answer)
        ada.presses(button, on=answer)
        await town.until(lambda: stop_button(ada) is None)
        assert WORDS.startswith(answer.text)
        assert len(answer.text) < len(WORDS)
        ada.presses(button, on=answer)
        ada.sends("Go on")
        assert await hears(ada) == ["You said: Go on"]
        assert len(town.openai.requests) == asked_before + 3

    town.play(story)


def test_thirty_thousand_characters_arrive_whole(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        town.model.says(LONG)
        ada.sends("A long story")
        await town.until(lambda: is_whole(ada, "Paragraph 74."))
        assert len(LONG) > 30_000
        assert all(len(part) <= 4096 for part in ada.sees)
        assert "".join("".join(ada.sees).split()) == "".join(LONG.split())

    town.play(story)


def test_after_a_kill_between_parts_the_rest_arrives(town: Town) -> None:
    async def story() -> None:
        bot = await town.bot()
        ada, asked_before = town.newcomer(), len(town.openai.requests)
        pace = town.telegram.faults.add(on="sendMessage", reply=slow(0.3), times=None)
        town.model.says(LONG)
        ada.sends("A long story")
        await heard(ada, 3)
        bot.kill()
        await bot.ended()
        pace.end()
        await town.bot()
        await town.until(lambda: is_whole(ada, "Paragraph 74."))
        once = list(dict.fromkeys(ada.sees))
        assert "".join("".join(once).split()) == "".join(LONG.split())
        assert len(ada.sees) <= len(once) + 1  # a kill may repeat one message
        assert len(town.openai.requests) == asked_before + 1

    town.play(story)


def test_a_server_without_drafts_is_noticed_once_and_edits_are_used(town: Town) -> None:
    async def story() -> None:
        await town.end_bots()
        bot = town.starts(STREAMING="draft")
        await bot.ready()
        ada = town.newcomer()
        town.telegram.knows_drafts = False
        try:
            for word in ("One", "Two"):
                answer = f"{word} {WORDS}"
                town.model.says(answer, between_s=0.3)
                ada.sends(word)
                await town.until(lambda answer=answer: is_whole(ada, answer))  # type: ignore[misc]
                assert ada.sees[-1] == answer
        finally:
            town.telegram.knows_drafts = True
            bot.kill()  # it would go on without drafts
            await bot.ended()
        tried = [call for call in town.telegram.calls if call.method == "sendMessageDraft"]
        assert sum(call.params.get("chat_id") == ada.id for call in tried) == 1
        assert all(len(message.versions) >= 2 for message in ada.chat.from_bot)

    town.play(story)
