"""Answers over HTTP: seen while they grow, stopped, paused, cut into parts, and always whole."""

from itertools import pairwise

from snapthread.texts import Texts
from snapthread_sandbox.faults import flood, slow
from snapthread_sandbox.telegram.people import Person
from tests.process.town import Town, heard, hears

WORDS = " ".join(f"word{number}" for number in range(25))
LONG = "\n\n".join(f"Paragraph {number}. " + "wonderful " * 42 for number in range(75))
EARLY = Texts.load()("en", "stopped_early")


def draft_of(person: Person) -> str:
    """What the person sees of an answer that grows."""
    return person.chat.draft.text if person.chat.draft else ""


def test_an_answer_is_seen_while_it_grows_and_a_429_is_a_pause(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada = town.newcomer()
        town.model.says(WORDS, first_s=0.2, between_s=0.4)
        ada.sends("Tell me")
        await town.until(lambda: draft_of(ada))
        refused = town.telegram.faults.add(on="sendMessageDraft", reply=flood(1))
        assert await hears(ada) == [WORDS]
        assert refused.used == 1
        shown = [draft.text for draft in ada.chat.drafts]
        assert shown[0] == ""
        assert len(shown) >= 3
        assert all(after.startswith(before) for before, after in pairwise(shown))

    town.play(story)


def test_stop_ends_what_runs_early_late_twice_and_not_what_has_ended(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        ada, asked_before = town.newcomer(), len(town.openai.requests)
        town.model.says(WORDS, first_s=600.0)
        ada.sends("Early")
        await town.until(lambda: len(town.openai.requests) > asked_before and ada.chat.draft)
        ada.presses_stop()
        (early,) = await hears(ada)
        assert early.startswith(EARLY)
        town.model.says(WORDS, between_s=2.0)
        ada.sends("Late")
        await town.until(lambda: draft_of(ada))
        draft = ada.chat.draft
        ada.presses_stop(draft)
        ada.presses_stop(draft)
        (late,) = await hears(ada)
        assert WORDS.startswith(late)
        assert len(late) < len(WORDS)
        ada.presses_stop(draft)
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
        await town.until(lambda: "Paragraph 74." in (ada.sees or [""])[-1])
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
        await town.until(lambda: "Paragraph 74." in (ada.sees or [""])[-1])
        once = list(dict.fromkeys(ada.sees))
        assert "".join("".join(once).split()) == "".join(LONG.split())
        assert len(ada.sees) <= len(once) + 1  # promise 3: one of them may come twice
        assert len(town.openai.requests) == asked_before + 1

    town.play(story)


def test_a_server_without_drafts_is_noticed_once_and_edits_are_used(town: Town) -> None:
    async def story() -> None:
        bot = await town.bot()
        ada = town.newcomer()
        town.telegram.knows_drafts = False
        try:
            for word in ("One", "Two"):
                town.model.says(f"{word} {WORDS}", between_s=0.3)
                ada.sends(word)
                await town.until(lambda word=word: (ada.sees or [""])[-1] == f"{word} {WORDS}")  # type: ignore[misc]
        finally:
            town.telegram.knows_drafts = True
            bot.kill()  # it would go on without drafts
            await bot.ended()
        tried = [call for call in town.telegram.calls if call.method == "sendMessageDraft"]
        assert sum(call.params.get("chat_id") == ada.id for call in tried) == 1
        assert all(len(message.versions) >= 2 for message in ada.chat.from_bot)

    town.play(story)
