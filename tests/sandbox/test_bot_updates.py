"""Updates reach the bot as Telegram delivers them: polled and confirmed, or posted."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from snapthread_sandbox.telegram.bot_api import TOKEN, BotApi
from snapthread_sandbox.wire import ConnectionLost
from tests.virtual import loop, run, unix_now


async def poll(api: BotApi, **params: object) -> Any:
    """The updates, or the description of the refusal."""
    _, body = await api.call(TOKEN, "getUpdates", params)
    return body.get("result", body.get("description"))


async def test_an_update_comes_again_until_it_is_confirmed() -> None:
    api = BotApi(now=unix_now)
    ada = api.person()
    ada.sends("one")
    ada.sends("two")
    one, two = await poll(api)
    assert await poll(api) == [one, two]
    assert await poll(api, offset=two["update_id"]) == [two]
    assert await poll(api, offset=two["update_id"] + 1) == []
    assert api.pending == []
    assert two["update_id"] == one["update_id"] + 1


async def test_a_negative_offset_forgets_all_but_the_last() -> None:
    api = BotApi(now=unix_now)
    for number in range(5):
        api.person().sends(str(number))
    assert [u["message"]["text"] for u in await poll(api, offset=-2)] == ["3", "4"]
    assert len(api.pending) == 2


def test_at_most_a_hundred_come_at_once() -> None:
    async def main() -> tuple[int, int]:
        api = BotApi(now=unix_now)
        for number in range(120):
            api.person().sends(str(number))
        return len(await poll(api)), len(await poll(api, limit=3))

    assert run(main()) == (100, 3)


async def test_a_long_poll_ends_when_something_happens() -> None:
    api = BotApi(now=unix_now)
    polled = asyncio.create_task(poll(api, timeout=50))
    await asyncio.sleep(7)
    api.person().sends("hi")
    assert len(await polled) == 1
    assert loop().time() == 7


async def test_a_long_poll_ends_empty_after_its_time() -> None:
    api = BotApi(now=unix_now)
    assert await poll(api, timeout=30) == []
    assert loop().time() == 30


async def test_a_second_poller_ends_the_first() -> None:
    api = BotApi(now=unix_now)
    first = asyncio.create_task(poll(api, timeout=50))
    await asyncio.sleep(1)
    second = asyncio.create_task(poll(api, timeout=5))
    assert "terminated by other getUpdates request" in await first
    assert await second == []


async def test_a_poll_that_was_given_up_leaves_its_updates() -> None:
    api = BotApi(now=unix_now)
    polled = asyncio.create_task(poll(api, timeout=50))
    await asyncio.sleep(1)
    polled.cancel()
    api.person().sends("hi")
    assert len(await poll(api)) == 1


async def test_only_wanted_kinds_come_and_the_wish_is_remembered() -> None:
    api = BotApi(now=unix_now)
    ada = api.person()
    await poll(api, allowed_updates=["callback_query"])
    ada.sends("lost")
    assert await poll(api) == []
    await poll(api, allowed_updates='["message", "message_reaction"]')
    ada.reacts(ada.sends("seen"), "👍")
    assert [list(update)[1] for update in await poll(api)] == ["message", "message_reaction"]


def test_reactions_and_stops_do_not_come_by_default() -> None:
    async def main() -> list[str]:
        api = BotApi(now=unix_now)
        ada = api.person()
        ada.reacts(ada.sends("hi"), "👍")
        await api.call(
            TOKEN, "sendMessageDraft", {"chat_id": 1001, "draft_id": 1, "can_stop": True}
        )
        ada.presses_stop()
        return [list(update)[1] for update in await poll(api)]

    assert run(main()) == ["message"]


async def test_what_nobody_fetches_for_a_day_is_lost() -> None:
    api = BotApi(now=unix_now)
    api.person().sends("old")
    await asyncio.sleep(86_399)
    assert len(await poll(api)) == 1
    await asyncio.sleep(1)
    assert await poll(api) == []


async def test_an_unknown_update_is_delivered_too() -> None:
    api = BotApi(now=unix_now)
    api.push_raw({"telepathy": {"thought": "hi"}})
    api.push_raw({"update_id": 800_000_000, "message": {}})
    api.person().sends("hi")
    ids = [update["update_id"] for update in await poll(api)]
    assert ids == [700_000_001, 800_000_000, 800_000_001]


class Hook:
    """A bot's webhook."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.got: list[tuple[str, str, bytes]] = []

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.got.append((url, headers.get("X-Telegram-Bot-Api-Secret-Token", ""), body))
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 0:
            raise ConnectionLost("refused")
        return status


async def set_hook(api: BotApi, **more: object) -> Any:
    params = {"url": "https://bot.example/hook", "secret_token": "s3cret"} | more
    return (await api.call(TOKEN, "setWebhook", params))[1]


async def test_a_webhook_gets_updates_in_order_with_its_secret() -> None:
    api, hook = BotApi(now=unix_now), Hook()
    await set_hook(api)
    delivery = asyncio.create_task(api.deliver(hook))
    api.person().sends("one")
    api.person().sends("two")
    await asyncio.sleep(1)
    delivery.cancel()
    assert [(url, secret) for url, secret, _ in hook.got] == [
        ("https://bot.example/hook", "s3cret")
    ] * 2
    assert b"one" in hook.got[0][2]
    assert api.pending == []


async def test_a_webhook_is_asked_again_until_it_takes_the_update() -> None:
    api, hook = BotApi(now=unix_now), Hook(500, 0)
    await set_hook(api)
    delivery = asyncio.create_task(api.deliver(hook))
    api.person().sends("one")
    await asyncio.sleep(1.5)
    _, info = await api.call(TOKEN, "getWebhookInfo")
    assert info["result"]["last_error_message"] == "Connection refused"
    assert info["result"]["pending_update_count"] == 1
    await asyncio.sleep(5)
    delivery.cancel()
    assert len(hook.got) == 3
    assert api.pending == []


async def test_nobody_polls_while_a_webhook_is_set() -> None:
    api = BotApi(now=unix_now)
    polled = asyncio.create_task(poll(api, timeout=50))
    await asyncio.sleep(1)
    await set_hook(api)
    assert "terminated by setWebhook request" in await polled
    assert "can't use getUpdates method while webhook is active" in await poll(api)
    api.person().sends("hi")
    await api.call(TOKEN, "deleteWebhook", {"drop_pending_updates": True})
    assert await poll(api) == []


@pytest.mark.parametrize(
    "wrong", [{"url": "http://bot.example/"}, {"secret_token": "no spaces"}, {"secret_token": ""}]
)
def test_a_wrong_webhook_is_refused(wrong: dict[str, object]) -> None:
    async def main() -> int:
        api = BotApi(now=unix_now)
        return int((await set_hook(api, **wrong))["error_code"])

    assert run(main()) == 400
