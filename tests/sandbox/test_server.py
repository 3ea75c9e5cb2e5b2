"""Both doubles over real sockets: the real clients, cut connections, and the control API."""

import asyncio
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import openai as sdk
import pytest
from aiohttp import web

from snapthread.adapters.bot_api.client import BotClient
from snapthread.adapters.bot_api.download import download
from snapthread.adapters.bot_api.transport import HttpTransport
from snapthread.errors import ChatBusy
from snapthread_sandbox import faults
from snapthread_sandbox.clock import Clock
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.scripted_model import ScriptedModel
from snapthread_sandbox.server import serve
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.wire import Loss
from tests.sandbox.worlds import asked, picture, question


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A served sandbox and the real clients of it."""

    api: BotApi
    openai: OpenAI
    model: ScriptedModel
    bot: BotClient
    client: sdk.AsyncOpenAI
    http: aiohttp.ClientSession
    url: str

    async def control(self, method: str, path: str, **body: Any) -> Any:
        async with self.http.request(method, f"{self.url}/sandbox{path}", json=body) as response:
            return await response.json()


@asynccontextmanager
async def a_sandbox() -> AsyncIterator[Sandbox]:
    clock, model = Clock(time.time), ScriptedModel()
    api, openai = BotApi(now=clock), OpenAI(now=clock, model=model)
    async with serve(api, openai, clock=clock) as url, aiohttp.ClientSession() as http:
        bot = BotClient(api.token, url, HttpTransport())
        client = sdk.AsyncOpenAI(api_key=openai.key, base_url=f"{url}/v1", max_retries=0)
        async with closing_bot(bot), client:
            yield Sandbox(
                api=api, openai=openai, model=model, bot=bot, client=client, http=http, url=url
            )


@asynccontextmanager
async def closing_bot(bot: BotClient) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await bot.close()


def served(story: Callable[[Sandbox], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(60), a_sandbox() as sandbox:
            await story(sandbox)

    asyncio.run(main())


def test_a_question_goes_through_both_real_clients() -> None:
    async def story(sandbox: Sandbox) -> None:
        sandbox.api.person().sends_photo(picture(), caption="What?")
        (update,) = await sandbox.bot.get_updates(None, 5, 100)
        photo = update["message"]["photo"][-1]
        downloaded = await download(sandbox.bot, photo["file_id"], 10**6)
        file = await sandbox.client.files.create(file=("snap.jpg", downloaded), purpose="vision")
        events = await asked(sandbox.client, file.id)
        *_, last = [event async for event in events]
        await sandbox.bot.send_message({"chat_id": 1001, "text": last.response.output_text})
        assert sandbox.api.person().sees == [
            "You said: What is this?\nImage 1 (What is this?): 64x48, red."
        ]

    served(story)


@pytest.mark.parametrize(
    ("how", "told"), [("closed", "ServerDisconnectedError"), ("reset", "ClientOSError")]
)
def test_a_dropped_connection_really_drops(how: Loss, told: str) -> None:
    async def story(sandbox: Sandbox) -> None:
        sandbox.api.faults.add(on="getMe", reply=faults.drops(how))
        sandbox.openai.faults.add(on="GET /files", reply=faults.drops(how))
        with pytest.raises(ChatBusy, match=told):
            await sandbox.bot.get_me()
        with pytest.raises(sdk.APIConnectionError):
            await sandbox.client.files.list()

    served(story)


def test_a_stream_and_a_download_really_break_off() -> None:
    async def story(sandbox: Sandbox) -> None:
        photo = sandbox.api.person().sends_photo(picture()).json["photo"][-1]
        sandbox.api.faults.add(on="file", reply=faults.cuts_body(after_bytes=100))
        sandbox.openai.faults.add(on="POST /responses", reply=faults.cuts_stream(after=5))
        with pytest.raises(ChatBusy, match="ClientPayloadError"):
            await download(sandbox.bot, photo["file_id"], 10**6)
        stream = await asked(sandbox.client)
        assert [(await anext(stream)).sequence_number for _ in range(5)] == [0, 1, 2, 3, 4]
        with pytest.raises(sdk.APIConnectionError):
            await anext(stream)

    served(story)


def test_a_reader_who_goes_away_ends_the_answer() -> None:
    async def story(sandbox: Sandbox) -> None:
        sandbox.model.says("One two.", between_s=60)
        stream = await asked(sandbox.client)
        await anext(stream)
        await stream.close()
        while not sandbox.openai.broken_off:
            await asyncio.sleep(0.01)

    served(story)


def test_a_webhook_is_posted_to() -> None:
    got: asyncio.Queue[tuple[str, int]] = asyncio.Queue()

    async def hook(request: web.Request) -> web.Response:
        secret = request.headers["X-Telegram-Bot-Api-Secret-Token"]
        got.put_nowait((secret, (await request.json())["update_id"]))
        return web.Response()

    async def story(sandbox: Sandbox) -> None:
        app = web.Application()
        app.router.add_post("/hook", hook)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        await sandbox.bot.set_webhook(url, "s3cret")
        sandbox.api.person().sends("hi")
        assert await got.get() == ("s3cret", 700_000_001)
        await runner.cleanup()

    served(story)


def test_another_process_can_act_as_a_person_and_see_what_she_sees() -> None:
    async def story(sandbox: Sandbox) -> None:
        content = b64encode(picture()).decode()
        await sandbox.control("POST", "/people/7", first_name="Eve", language_code="ru")
        await sandbox.control("POST", "/people/7/text", text="hi")
        await sandbox.control("POST", "/people/7/photo", content=content, caption="One")
        album = await sandbox.control("POST", "/people/7/album", photos=[content] * 2)
        assert len({part["media_group_id"] for part in album}) == 1
        assert len(await sandbox.bot.get_updates(None, 0, 100)) == 4
        await sandbox.bot.send_message({"chat_id": 7, "text": "Hello."})
        await sandbox.bot.send_message_draft(
            {"chat_id": 7, "draft_id": 5, "text": "so far", "can_stop": True}
        )
        seen = await sandbox.control("GET", "/people/7/chat")
        assert [m["text"] for m in seen["messages"] if m["is_from_bot"]] == ["Hello."]
        assert seen["draft"]["text"] == "so far"
        assert seen["messages"][0]["from"]["language_code"] == "ru"

    served(story)


def test_another_process_can_arrange_what_happens() -> None:
    async def story(sandbox: Sandbox) -> None:
        file_id = sandbox.openai.upload("a.jpg", picture())
        listed = await sandbox.control("GET", "/files")
        assert [file["id"] for file in listed] == [file_id]
        await sandbox.control("DELETE", f"/files/{file_id}")
        await sandbox.control("POST", "/switches", dead_file="FILE_NOT_FOUND_404")
        with pytest.raises(sdk.NotFoundError):
            await sandbox.client.responses.create(**question(file_id))
        requests = await sandbox.control("GET", "/requests")
        assert requests[0]["dead_ids"] == [file_id]
        order = {"service": "openai", "fault": "rate_limited", "with": {"retry_after_s": 2}}
        await sandbox.control("POST", "/faults", on="GET /files", **order)
        with pytest.raises(sdk.RateLimitError):
            await sandbox.client.files.list()
        clock = await sandbox.control("POST", "/clock", offset_s=86_400)
        assert clock["now"] > time.time() + 86_000
        wrong = await sandbox.control("POST", "/people/7/stop")
        assert "no streamed message" in wrong["error"]

    served(story)


def test_another_process_can_gather_a_group_and_change_it() -> None:
    async def story(sandbox: Sandbox) -> None:
        await sandbox.control("POST", "/people/7", first_name="Eve")
        await sandbox.control("POST", "/groups/-9", title="Friends", is_forum=True)
        thread = await sandbox.control("POST", "/groups/-9/topic", name="Cats")
        where = {"to": -9, "thread": thread}
        said = await sandbox.control("POST", "/people/7/text", text="/start", **where)
        edit = {"to": -9, "message": said["message_id"], "text": "/reset"}
        await sandbox.control("POST", "/people/7/edit", **edit)
        updates = await sandbox.bot.get_updates(None, 0, 100)
        kinds = [set(update) - {"update_id"} for update in updates]
        assert kinds == [{"message"}, {"message"}, {"edited_message"}]
        hello = {"chat_id": -9, "text": "Hello.", "message_thread_id": thread}
        await sandbox.bot.send_message(hello)
        seen = await sandbox.control("GET", "/groups/-9/chat")
        assert seen["messages"][-1]["text"] == "Hello."
        await sandbox.control("POST", "/switches", has_files=False, has_topics=True)
        assert (await sandbox.bot.call("getMe"))["has_topics_enabled"] is True
        with pytest.raises(sdk.NotFoundError):
            await sandbox.client.files.list()

    served(story)
