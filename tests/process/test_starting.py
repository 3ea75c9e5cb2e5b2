"""A bot that cannot start says why, in a sentence, and leaves a status that says whose fault."""

import json

from tests.process.town import Town

WRONG_TOKEN = "999999:" + "x" * 35
NO_TOKEN = "123456-and-no-colon"


def test_what_stops_a_start_is_one_sentence(town: Town) -> None:
    """Side by side: each start takes seconds."""

    async def story() -> None:
        in_use = town.port
        stranger = town.starts(TELEGRAM_BOT_TOKEN=WRONG_TOKEN, HTTP_PORT="0", cold=True)
        second = town.starts(HTTP_PORT=str(in_use), cold=True)
        assert await stranger.ended() == 1
        assert await second.ended() == 1
        (token_sentence,) = sentences(stranger.log)
        (port_sentence,) = sentences(second.log)
        assert "TELEGRAM_BOT_TOKEN" in token_sentence
        assert WRONG_TOKEN not in stranger.log
        assert f"HTTP_PORT {in_use} on 127.0.0.1 is in use" in port_sentence

    town.play(story)


def test_wrong_settings_are_told_all_at_once(town: Town) -> None:
    async def story() -> None:
        bot = town.starts(
            cold=True,
            TELEGRAM_BOT_TOKEN=NO_TOKEN,
            OPENAI_API_KEY="two words",
            IMAGE_MAX_SIDE="9000",
            ADMIN_USER_IDS="me",
            HTTP_PORT="70000",
        )
        assert await bot.ended() == 2
        names = [line.partition(" ")[0] for line in bot.log.splitlines()]
        assert sorted(names) == [
            "ADMIN_USER_IDS",
            "HTTP_PORT",
            "IMAGE_MAX_SIDE",
            "OPENAI_API_KEY",
            "TELEGRAM_BOT_TOKEN",
        ]
        assert NO_TOKEN not in bot.log

    town.play(story)


def sentences(log: str) -> list[str]:
    """Lines for a person: all but those of JSON."""
    return [line for line in log.splitlines() if not _is_json(line)]


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
