"""An answer is seen while it grows, and always arrives whole."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from snapthread.limits import DRAFT_PACE_S, EDIT_PACE_S
from snapthread.reply.draft import UNKNOWN_S
from snapthread_sandbox.faults import Fault, flood, server_error, slow, telegram_error
from tests.line.mortal import Moment
from tests.line.world import World, opened

LITTLE_S = 0.05
WORDS = " ".join(f"word{number}" for number in range(60))


def drafted(world: World) -> list[str]:
    """The texts of all calls, also of those that failed."""
    calls = world.telegram.calls
    return [call.params.get("text", "") for call in calls if call.method == "sendMessageDraft"]


async def test_an_answer_of_a_server_that_does_not_stream_arrives_whole(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.streams = False
        for _ in range(2):
            world.model.says(WORDS, first_s=3.0)
            ada.sends("Tell me")
            (answer,) = await ada.hears()
            assert answer.text == WORDS
        assert len(world.openai.requests) == 2


# ---------------------------------------------------------------- drafts


async def test_the_first_words_are_seen_within_one_pace(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says(WORDS, first_s=0.3, between_s=0.1)
        ada.sends("Tell me")
        await world.until(lambda: bool(ada.chat.drafts))
        began = ada.chat.drafts[0].at
        await ada.hears()
        first = next(draft for draft in ada.chat.drafts if draft.text)
        assert ada.chat.drafts[0].text == ""
        assert first.at - (began + 0.3) <= DRAFT_PACE_S + LITTLE_S


async def test_drafts_keep_their_pace_show_the_newest_and_can_be_stopped(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says(WORDS, between_s=0.1)
        ada.sends("Tell me")
        (answer,) = await ada.hears()
        drafts = ada.chat.drafts
        assert answer.text == WORDS
        assert len(drafts) >= 6
        assert all(
            after.at - before.at > DRAFT_PACE_S - 0.001 for before, after in pairwise(drafts)
        )
        assert all(after.text.startswith(before.text) for before, after in pairwise(drafts))
        assert all(draft.can_stop for draft in drafts)
        assert len({draft.draft_id for draft in drafts}) == 1
        assert ada.chat.draft is None
        assert not ada.chat.actions  # "typing…" is for what is not drafted


async def test_each_answer_has_a_draft_of_its_own(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        for word in ("One", "/reset", "Two"):
            ada.sends(word)
            await ada.hears()
        ids = list(dict.fromkeys(draft.draft_id for draft in ada.chat.drafts))
        assert len(ids) == 2
        assert all(ids)


async def test_a_draft_is_kept_alive_while_the_assistant_thinks(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says("At last", first_s=55.0)
        ada.sends("Think")
        await world.until(lambda: bool(ada.chat.drafts))
        for _ in range(50):
            assert ada.chat.draft is not None
            await asyncio.sleep(1)
        await ada.hears()
        texts = drafted(world)
        assert texts[:3] == ["", "", ""]
        assert all(texts[3:])


async def test_what_looks_the_same_is_not_sent_again(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says("Word * * * end", between_s=5.0)  # half a marker is not shown
        ada.sends("Tell me")
        await ada.hears()
        shown = [draft.text for draft in ada.chat.drafts]
        assert shown == list(dict.fromkeys(shown))


async def test_half_written_markdown_is_never_seen(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says("It is **very much so** and `code here` too", between_s=1.0)
        ada.sends("Tell me")
        (answer,) = await ada.hears()
        assert answer.text == "It is very much so and code here too"
        assert [entity["type"] for entity in answer.entities] == ["bold", "code"]
        assert answer.json["link_preview_options"] == {"is_disabled": True}
        assert not any(mark in draft.text for draft in ada.chat.drafts for mark in "*`")
        assert any(draft.entities for draft in ada.chat.drafts)


async def test_of_a_long_answer_the_end_is_shown_and_all_of_it_arrives(tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "wonderful " * 42 for number in range(75))

    async with opened(tmp_path, STREAMING="draft", OPENAI_MAX_OUTPUT_TOKENS="20000") as world:
        ada = world.person()
        assert len(text) > 30_000
        world.model.says(text, between_s=0.001)
        ada.sends("A long story")
        await world.until(lambda: "Paragraph 74." in (ada.sees or [""])[-1])
        assert all(len(part) <= 4096 for part in ada.sees)
        assert "".join("".join(ada.sees).split()) == "".join(text.split())
        assert len(ada.sees) <= 9
        assert all(len(draft.text) <= 4096 for draft in ada.chat.drafts)
        assert "Paragraph 0." not in ada.chat.drafts[-1].text


# ---------------------------------------------------------------- trouble


async def test_a_429_in_the_middle_is_a_pause(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says(WORDS, between_s=0.2)
        ada.sends("Tell me")
        await world.until(lambda: len(ada.chat.drafts) == 3)
        rule = world.telegram.faults.add(on="sendMessageDraft", reply=flood(4))
        await world.until(lambda: rule.used == 1)
        paused_at, calls = world.telegram.world.now(), len(drafted(world))
        await world.until(lambda: len(drafted(world)) > calls)
        assert world.telegram.world.now() - paused_at >= 3.9
        (answer,) = await ada.hears()
        assert answer.text == WORDS
        assert len(ada.chat.drafts) > 4


@pytest.mark.parametrize(
    "fault",
    [
        flood(600),
        slow(20.0),
        server_error(502),
        telegram_error(403, "Forbidden: bot was blocked by the user"),
    ],
    ids=["flood", "slow", "502", "403"],
)
async def test_drafts_that_fail_delay_no_answer(tmp_path: Path, fault: Fault) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.telegram.faults.add(on="sendMessageDraft", reply=fault, times=None)
        world.model.says(WORDS, between_s=0.1)
        began = world.telegram.world.now()
        ada.sends("Tell me")
        (answer,) = await ada.hears()
        assert answer.text == WORDS
        assert world.telegram.world.now() - began < 59 * 0.1 + 0.5


async def test_where_nothing_is_drafted_typing_stays(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada, bob = world.person(1), world.person(2)
        refused = telegram_error(403, "Forbidden: bot was blocked by the user")
        world.telegram.faults.add(on="sendMessageDraft", reply=refused)
        world.model.says(WORDS, between_s=0.2)
        ada.sends("Tell me")
        await ada.hears()
        assert len(ada.chat.actions) >= 3
        bob.sends("And me")
        await bob.hears()
        assert bob.chat.drafts  # one refusal is not for everybody


async def test_an_attempt_that_broke_off_leaves_no_trace_in_the_answer(tmp_path: Path) -> None:
    from snapthread_sandbox.faults import cuts_stream

    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=cuts_stream(after=20))
        world.model.says(WORDS, between_s=0.2)
        world.model.says("Quite another answer")
        ada.sends("Tell me")
        (answer,) = await ada.hears()
        assert answer.text == "Quite another answer"
        assert any(draft.text.startswith("word0") for draft in ada.chat.drafts)


# ---------------------------------------------------------------- a server without drafts


async def test_a_server_without_drafts_is_noticed_once_and_edits_are_used(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.telegram.knows_drafts = False
        for word in ("One", "Two"):
            world.model.says(f"{word} {WORDS}", between_s=0.1)
            ada.sends(word)
            await world.until(lambda word=word: (ada.sees or [""])[-1] == f"{word} {WORDS}")  # type: ignore[misc]
        assert drafted(world) == [""]
        assert len(ada.sees) == 2
        assert all(len(message.versions) >= 3 for message in ada.chat.from_bot)


async def test_one_odd_refusal_of_a_first_draft_takes_drafts_from_nobody(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada, bob = world.person(1), world.person(2)
        refused = telegram_error(400, "Bad Request: method is available in topics only")
        world.telegram.faults.add(on="sendMessageDraft", reply=refused)
        world.model.says(WORDS, between_s=0.1)
        ada.sends("Tell me")
        await world.until(lambda: ada.sees == [WORDS])
        assert "editMessageText" in [call.method for call in world.telegram.calls]
        bob.sends("And me")
        await bob.hears()
        assert bob.chat.drafts


async def test_a_server_without_drafts_is_asked_for_one_again_later(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.telegram.knows_drafts = False
        for word in ("One", "Two"):
            ada.sends(word)
            await ada.hears()
        assert len(drafted(world)) == 1
        world.telegram.knows_drafts = True
        await asyncio.sleep(UNKNOWN_S)
        ada.sends("Three")
        await ada.hears()
        assert ada.chat.drafts


async def test_edits_keep_their_pace(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.telegram.knows_drafts = False
        world.model.says(WORDS, between_s=0.1)
        ada.sends("Tell me")
        edited: list[float] = []

        def note(_: object) -> bool:
            edited.append(world.telegram.world.now())
            return False

        world.telegram.faults.add(on="editMessageText", reply=Fault(), when=note)
        await world.until(lambda: ada.sees == [WORDS])
        assert len(edited) >= 3
        assert all(b - a > EDIT_PACE_S - 0.001 for a, b in pairwise(edited[:-1]))


async def test_a_long_answer_goes_on_after_the_edited_message(tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "word " * 80 for number in range(20))

    async with opened(tmp_path, STREAMING="draft", OPENAI_MAX_OUTPUT_TOKENS="20000") as world:
        ada = world.person()
        world.telegram.knows_drafts = False
        world.model.says(text, between_s=0.005)
        ada.sends("A long story")
        await world.until(lambda: len(ada.sees) == 3)
        assert "".join("".join(ada.sees).split()) == "".join(text.split())


async def test_a_failure_takes_the_place_of_what_was_said(tmp_path: Path) -> None:
    from snapthread_sandbox.faults import cuts_stream, out_of_credit

    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.telegram.knows_drafts = False
        world.openai.faults.add(on="POST /responses", reply=cuts_stream(after=30))
        world.openai.faults.add(on="POST /responses", reply=out_of_credit())
        world.model.says(WORDS, between_s=0.2)
        ada.sends("Tell me")
        await world.until(lambda: "not available right now" in (ada.sees or [""])[0])
        assert len(ada.sees) == 1
        assert ada.chat.from_bot[0].versions


async def test_where_the_edited_message_was_deleted_the_answer_is_a_new_one(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.telegram.knows_drafts = False
        world.model.says(WORDS, between_s=0.2)
        ada.sends("Tell me")
        await world.until(lambda: len(ada.sees) == 1)
        ada.chat.from_bot[0].is_deleted = True
        await world.until(lambda: ada.sees == [WORDS])


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("effect", ["chat.edit", "store.note_stream", "store.finish"])
async def test_a_kill_leaves_no_half_message(tmp_path: Path, effect: str, nth: int) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.telegram.knows_drafts = False
        world.model.says(WORDS, between_s=0.2)
        world.model.says("The whole answer")
        process = world.process
        assert process is not None
        process.life.kill_at(effect, "after", nth=nth if effect == "chat.edit" else 1)
        ada.sends("Tell me")
        await process.bury()
        await world.start()
        whole = WORDS if effect == "store.finish" else "The whole answer"
        await world.until(lambda: ada.sees == [whole])


# ---------------------------------------------------------------- the answer's parts


@pytest.mark.parametrize("moment", ["before", "reply lost", "after"])
@pytest.mark.parametrize("effect", ["chat.send", "store.mark_sent"])
async def test_after_a_kill_between_parts_the_rest_arrives_and_no_recorded_part_again(
    tmp_path: Path, effect: str, moment: Moment
) -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "wonderful " * 380 for number in range(6))

    async with opened(tmp_path, STREAMING="draft", OPENAI_MAX_OUTPUT_TOKENS="20000") as world:
        ada = world.person()
        world.model.says(text)
        process = world.process
        assert process is not None
        process.life.kill_at(effect, moment, nth=3)
        ada.sends("A long story")
        await process.bury()
        await world.start()
        await world.until(lambda: any("Paragraph 5." in said for said in ada.sees))
        firsts = [said.split(".")[0] for said in ada.sees]
        assert list(dict.fromkeys(firsts)) == [f"Paragraph {number}" for number in range(6)]
        assert len(ada.sees) <= 7
        assert firsts.count("Paragraph 0") == firsts.count("Paragraph 1") == 1
        assert len(world.requests) == 1


async def test_an_answer_replies_to_its_question_only_where_others_came_in_between(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says("To the first", first_s=5.0)
        first = ada.sends("First")
        await world.until(lambda: len(world.requests) == 1)
        ada.sends("Second")
        one, two = await ada.hears(2)
        assert (one.text, one.reply_to) == ("To the first", first.id)
        assert two.reply_to is None


async def test_of_a_long_answer_only_the_first_part_replies(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says("word " * 1800, first_s=5.0)
        first = ada.sends("First")
        await world.until(lambda: len(world.requests) == 1)
        ada.sends("Second")
        parts = await ada.hears(4)
        assert [part.reply_to for part in parts] == [first.id, None, None, None]
