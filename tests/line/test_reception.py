"""People who are served, and what is said to those who are not and to what is not understood."""

from pathlib import Path

import pytest

from tests.line.photos import photo
from tests.line.world import opened


async def test_a_stranger_gets_one_sentence_with_their_id_and_costs_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, ALLOWED_TELEGRAM_USER_IDS="1001", ADMIN_USER_IDS="1") as world:
        eve = world.person(666)
        eve.sends_photo(photo())
        (said,) = await eve.hears()
        assert "666" in said.text
        assert not world.requests
        assert not world.openai.counts["POST /files"]
        assert not [call for call in world.telegram.calls if call.method == "getFile"]


@pytest.mark.parametrize("user_id", [1001, 1])
async def test_the_invited_and_the_admins_are_served(tmp_path: Path, user_id: int) -> None:
    async with opened(tmp_path, ALLOWED_TELEGRAM_USER_IDS="1001", ADMIN_USER_IDS="1") as world:
        ada = world.person(user_id)
        ada.sends("Hello")
        (answer,) = await ada.hears()
        assert answer.text == "You said: Hello"


@pytest.mark.parametrize("kind", ["dice", "animation"])
async def test_what_is_not_supported_gets_a_sentence_that_says_what_works(
    tmp_path: Path, kind: str
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        getattr(ada, f"sends_{kind}")()
        (said,) = await ada.hears()
        assert "You can send text, photos" in said.text
        assert not world.requests


@pytest.mark.parametrize(("kind", "said"), [("location", "📍"), ("contact", "👤"), ("poll", "📊")])
async def test_what_says_something_without_a_text_is_asked_about(
    tmp_path: Path, kind: str, said: str
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        getattr(ada, f"sends_{kind}")()
        (answer,) = await ada.hears()
        assert answer.text.startswith(f"You said: {said}")


async def test_reactions_and_service_messages_need_no_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        first = ada.sends("Hello")
        await ada.hears()
        ada.reacts(first, "👍")
        ada.post({"pinned_message": first.json})
        world.telegram.push_raw({"a_kind_from_the_future": {"x": 1}})
        ada.sends("Bye")
        (answer,) = await ada.hears()
        assert answer.text == "You said: Bye"
        assert len(ada.sees) == 2


async def test_commands_are_answered_and_an_unknown_one_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        for command in ("/start", "/help", "/frobnicate"):
            ada.sends(command)
        said = [message.text for message in await ada.hears(3)]
        assert said[0].startswith("Hello!")
        assert "20 MB" in said[1]
        assert said[2].startswith("I don't know this command.")


@pytest.mark.parametrize(
    ("code", "expected"),
    [("ru", "Привет"), ("en-GB", "Hello"), (None, "Привет"), ("uk", "Привет"), ("de", "Hallo")],
)
async def test_each_person_is_spoken_to_in_their_language(
    tmp_path: Path, code: str | None, expected: str
) -> None:
    async with opened(tmp_path, BOT_LANGUAGE="ru") as world:
        ada = world.person(language_code=code)
        ada.sends("/start")
        (said,) = await ada.hears()
        assert expected in said.text or "Здравствуйте" in said.text


async def test_a_stranger_cannot_reset_anything(tmp_path: Path) -> None:
    async with opened(tmp_path, ALLOWED_TELEGRAM_USER_IDS="1001") as world:
        eve, group = world.person(666), world.telegram.group()
        eve.sends("/reset")
        (said,) = await eve.hears()
        assert "666" in said.text
        eve.sends("/reset@snapthread_bot", to=group)
        await world.until(lambda: len(group.chat.ephemerals) == 1)
        assert "invitation" in group.chat.ephemerals[0].text
