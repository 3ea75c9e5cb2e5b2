"""/settings, /language, /instructions: chosen by buttons in place, kept, and held to."""

from pathlib import Path
from typing import Any

import pytest

from snapthread.model.preferences import OWN_CHARS
from snapthread_sandbox.faults import slow
from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.people import Person
from tests.line.photos import photo
from tests.line.world import World, at, opened

ADA, BORIS = 1001, 1002
PERSONAS = """
[[persona]]
name = "Teacher"
instructions = "You are a patient teacher."
model = "gpt-6-terra"

[[persona]]
name = "Dichter"
instructions = "Du bist ein Dichter."
languages = ["de"]
"""


def named(message: Message, text: str) -> Any:
    """The button with these words, chosen or not."""
    return next(each for each in message.buttons if each["text"].removeprefix("✓ ") == text)


def names(message: Message) -> list[str]:
    return [button["text"] for button in message.buttons]


async def settings_of(person: Person, command: str = "/settings") -> Message:
    person.sends(command)
    (message,) = await person.hears()
    return message


async def press(world: World, person: Person, message: Message, text: str) -> None:
    """Until the screen has changed, or a word was shown."""
    chat = world.telegram.world.chats[message.json["chat"]["id"]]
    before, answers = message.text, len(chat.answers)
    person.presses(named(message, text), on=message)
    await world.until(lambda: message.text != before or len(chat.answers) > answers)
    await world.until(lambda: len(chat.answers) > answers)
    await world.rests()


def toasts(world: World, chat_id: int) -> list[str]:
    return [each.get("text", "") for each in world.telegram.world.chats[chat_id].answers]


@pytest.fixture
def personas(tmp_path: Path) -> str:
    path = tmp_path / "personas.toml"
    path.write_text(PERSONAS)
    return str(path)


# ---------------------------------------------------------------- screens


async def test_a_choice_is_made_in_place_and_the_next_question_keeps_to_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        screen = await settings_of(ada)
        assert screen.text == (
            "⚙️ Your settings\n\nLanguage: As in Telegram\nAnswers: Normal\nPictures: Normal"
        )
        assert names(screen) == ["Language", "Answers", "Pictures"]
        await press(world, ada, screen, "Answers")
        assert names(screen) == ["Brief", "✓ Normal", "Thorough", "← Back"]
        await press(world, ada, screen, "Brief")
        assert "Answers: Brief" in screen.text
        assert toasts(world, ADA)[-1] == "Saved. It applies from your next message on."
        assert len(ada.sees) == 1
        ada.sends("Hello")
        await ada.hears()
        assert (
            world.requests[-1]
            .body["instructions"]
            .endswith("Answer in one to three sentences, unless more is asked for.")
        )


async def test_a_choice_is_ones_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, boris = world.person(), world.person(BORIS)
        screen = await settings_of(ada, "/language")
        await press(world, ada, screen, "Deutsch")
        boris.sends("/forget")
        (told,) = await boris.hears()
        assert told.text.startswith("Reply to a photo")


async def test_the_language_holds_for_every_sentence_and_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person(language_code="en")
        screen = await settings_of(ada, "/language")
        assert names(screen) == ["✓ As in Telegram", "Deutsch", "English", "Русский", "← Back"]
        await press(world, ada, screen, "Русский")
        assert screen.text.startswith("⚙️ Ваши настройки\n\nЯзык: Русский\n")
        await world.restart()
        ada.sends("/reset")
        (said,) = await ada.hears()
        assert said.text == "🔄 История и файлы сброшены. Новая беседа начата!"
        screen = await settings_of(ada, "/language")
        await press(world, ada, screen, "Как в Telegram")
        ada.sends("/reset")
        (said,) = await ada.hears()
        assert said.text.startswith("🔄 History and files are cleared.")


async def test_a_screen_answers_while_an_answer_is_written(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        screen = await settings_of(ada)
        world.openai.faults.add(on="POST /responses", reply=slow(30.0))
        ada.sends("Hello")
        await world.until(lambda: world.openai.faults.rules[0].used == 1)
        began = world.telegram.world.now()
        ada.presses(named(screen, "Answers"), on=screen)
        await world.until(lambda: "How long should" in screen.text)
        assert world.telegram.world.now() - began < 3
        await ada.hears()


async def test_a_screen_that_is_gone_comes_anew(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        screen = await settings_of(ada)
        button = named(screen, "Answers")
        screen.is_deleted = True
        ada.presses(button, on=screen)
        (again,) = await ada.hears()
        assert again.text == "How long should the answers be?"


# ---------------------------------------------------------------- models and pictures


async def test_models_are_offered_with_what_they_cost(tmp_path: Path) -> None:
    async with opened(tmp_path, MODELS="gpt-6-terra, gpt-4o") as world:
        ada = world.person()
        screen = await settings_of(ada)
        await press(world, ada, screen, "Model")
        assert names(screen) == ["✓ gpt-6-luna", "gpt-6-terra", "gpt-4o", "← Back"]
        rows = [line for line in screen.text.splitlines() if line.startswith("•")]
        # A micro-dollar a token, six for one of output: 1000 + 6 · 300; 1.2 · 40 · 30 patches.
        assert rows == [
            "• gpt-6-luna: a message about $0.0028, a photo about $0.0014",
            "• gpt-6-terra: a message about $0.0028, a photo about $0.0014",
            "• gpt-4o: a message about $0.0028, a photo about $0.00076",
        ]


async def test_another_model_is_asked_with_all_that_was_said_and_shown(tmp_path: Path) -> None:
    async with opened(tmp_path, MODELS="gpt-6-luna,gpt-4o") as world:
        ada = world.person()
        ada.sends_photo(photo("red"), caption="What is this?")
        await ada.hears()
        screen = await settings_of(ada)
        await press(world, ada, screen, "Model")
        await press(world, ada, screen, "gpt-4o")
        assert "Model: gpt-4o" in screen.text
        ada.sends("And now?")
        await ada.hears()
        first, *_, last = world.requests
        assert (first.body["model"], last.body["model"]) == ("gpt-6-luna", "gpt-4o")
        assert len(last.body["input"]) == 3
        assert last.file_ids == first.file_ids != ()
        await world.rests()
        assert world.process is not None
        records = await world.process.store.records_after(at().replace(year=2000), "", limit=9)
        assert [(each.model, each.image_tokens) for each in records if each.requests] == [
            ("gpt-6-luna", 96),
            ("gpt-4o", 255),
        ]


async def test_what_one_model_does_not_take_is_still_sent_to_another(tmp_path: Path) -> None:
    async with opened(tmp_path, MODELS="gpt-4o") as world:
        ada, boris = world.person(), world.person(BORIS)
        screen = await settings_of(ada)
        await press(world, ada, screen, "Model")
        await press(world, ada, screen, "gpt-4o")
        for person in (ada, ada, boris):
            person.sends("Hello")
            await person.hears()
        sent = [(each.body["model"], "reasoning" in each.body) for each in world.requests]
        assert sent == [
            ("gpt-4o", True),
            ("gpt-4o", False),
            ("gpt-4o", False),
            ("gpt-6-luna", True),
        ]


async def test_a_models_own_prices_hold_for_its_reservation(tmp_path: Path) -> None:
    async with opened(tmp_path, MODELS="gpt-4o-mini", USER_DAILY_COST_USD="0.04") as world:
        ada = world.person()
        screen = await settings_of(ada)
        await press(world, ada, screen, "Model")
        await press(world, ada, screen, "gpt-4o-mini")
        ada.sends_photo(photo())
        (refused,) = await ada.hears()
        assert refused.text.startswith("This question could cost more than you have left today")
        assert world.requests == []


async def test_a_model_that_is_not_offered_any_more_is_said_and_not_used(tmp_path: Path) -> None:
    async with opened(tmp_path, MODELS="gpt-6-terra,gpt-4o") as world:
        ada = world.person()
        screen = await settings_of(ada)
        await press(world, ada, screen, "Model")
        stale = named(screen, "gpt-4o")
        await press(world, ada, screen, "gpt-6-terra")
        world.settings = world.settings.model_copy(update={"models": ("gpt-5.5",)})
        await world.restart()
        ada.presses(stale, on=screen)
        await world.until(lambda: "gpt-5.5" in str(names(screen)))
        assert toasts(world, ADA)[-1] == (
            "That is not offered any more. Here is what you can choose now."
        )
        ada.sends("Hello")
        await ada.hears()
        assert world.requests[-1].body["model"] == "gpt-6-luna"


async def test_a_chosen_model_that_is_switched_off_leads_back_to_the_settings(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, MODELS="gpt-4o", ADMIN_USER_IDS="7") as world:
        admin, ada = world.person(7), world.person()
        admin.sends("/start")
        await admin.hears()
        screen = await settings_of(ada)
        await press(world, ada, screen, "Model")
        await press(world, ada, screen, "gpt-4o")
        del world.openai.models["gpt-4o"]
        ada.sends("Hello")
        (said,) = await ada.hears()
        assert said.text.startswith("The model chosen in /settings is not available any more.")
        (alert,) = await admin.hears()
        assert "gpt-4o (MODELS)" in alert.text


async def test_image_detail_is_told_with_its_price_and_sent(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        screen = await settings_of(ada)
        await press(world, ada, screen, "Pictures")
        rows = [line for line in screen.text.splitlines() if line.startswith("•")]
        assert [row.rpartition(" A photo costs")[2] for row in rows] == [
            " about $0.00023, a picture sent as a file up to $0.00023.",
            " about $0.0014, a picture sent as a file up to $0.003.",
            " about $0.0014, a picture sent as a file up to $0.014.",
        ]
        await press(world, ada, screen, "Saver")
        ada.sends_photo(photo(), caption="Look")
        await ada.hears()
        (image,) = [
            part
            for item in world.requests[-1].body["input"]
            for part in item["content"]
            if part["type"] == "input_image"
        ]
        assert image["detail"] == "low"


# ---------------------------------------------------------------- characters


async def test_a_persona_brings_its_instructions_and_its_model(
    tmp_path: Path, personas: str
) -> None:
    async with opened(tmp_path, PERSONAS_FILE=personas) as world:
        ada = world.person()
        screen = await settings_of(ada)
        await press(world, ada, screen, "Character")
        assert names(screen) == ["✓ The usual one", "Teacher", "← Back"]
        await press(world, ada, screen, "Teacher")
        assert "Character: Teacher" in screen.text
        ada.sends("Hello")
        await ada.hears()
        body = world.requests[-1].body
        assert (body["model"], body["instructions"]) == (
            "gpt-6-terra",
            "You are a patient teacher.",
        )


async def test_personas_are_shown_to_those_whose_language_they_speak(
    tmp_path: Path, personas: str
) -> None:
    async with opened(tmp_path, PERSONAS_FILE=personas) as world:
        boris = world.person(BORIS, language_code="de")
        screen = await settings_of(boris)
        await press(world, boris, screen, "Figur")
        assert names(screen) == ["✓ Wie immer", "Teacher", "Dichter", "← Zurück"]


async def test_ones_own_instructions_are_kept_bounded_and_come_after_the_operators(
    tmp_path: Path,
) -> None:
    async with opened(
        tmp_path, OWN_INSTRUCTIONS="yes", ASSISTANT_INSTRUCTIONS="Be honest."
    ) as world:
        ada = world.person()
        ada.sends("/instructions " + "x" * (OWN_CHARS + 1))
        (too_long,) = await ada.hears()
        assert too_long.text.startswith("That is 1001 characters")
        ada.sends("/instructions Rhyme.")
        (saved,) = await ada.hears()
        assert saved.text.startswith("I'll follow that")
        ada.sends("Hello")
        await ada.hears()
        instructions = world.requests[-1].body["instructions"]
        assert instructions.startswith("Be honest.\n\n")
        assert instructions.endswith("\nRhyme.")
        ada.sends("/instructions")
        (told,) = await ada.hears()
        assert told.text.endswith("I'm following this now:\nRhyme.")
        screen = await settings_of(ada)
        assert "Character: My own instructions" in screen.text
        await press(world, ada, screen, "Character")
        await press(world, ada, screen, "The usual one")
        ada.sends("Hello")
        await ada.hears()
        assert world.requests[-1].body["instructions"] == "Be honest."


async def test_instructions_of_ones_own_are_unknown_where_they_are_not_offered(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends("/instructions Rhyme.")
        (told,) = await ada.hears()
        assert told.text.startswith("I don't know this command.")


# ---------------------------------------------------------------- whose they are


async def test_choices_are_in_the_export_and_gone_with_the_erasure(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        screen = await settings_of(ada)
        await press(world, ada, screen, "Answers")
        await press(world, ada, screen, "Thorough")
        assert world.process is not None
        store = world.process.store
        assert (await store.export(ADA))["preferences"] == {"length": "thorough"}
        await store.erase(ADA, at())
        assert (await store.export(ADA))["preferences"] == {}


async def test_a_groups_settings_are_its_admins_and_hold_for_everybody_there(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada, boris = world.person(first_name="Ada"), world.person(BORIS, first_name="Boris")
        group = world.telegram.group(-1002001)
        group.admits(ada, "administrator")
        group.admits(boris)
        ada.sends("/settings@snapthread_bot", to=group)
        await world.until(lambda: bool(group.chat.from_bot))
        screen = group.chat.from_bot[-1]
        assert screen.text.startswith("⚙️ Settings of this group")
        await press(world, boris, screen, "Answers")
        assert toasts(world, group.chat.id) == [
            "Only admins of this group can change its settings."
        ]
        assert screen.text.startswith("⚙️ Settings of this group")
        await press(world, ada, screen, "Answers")
        await press(world, ada, screen, "Brief")
        boris.sends("@snapthread_bot hello", to=group)
        await world.until(lambda: bool(world.requests))
        assert "one to three sentences" in world.requests[-1].body["instructions"]
        boris.sends("hello")
        await boris.hears()
        assert "one to three sentences" not in world.requests[-1].body["instructions"]
