"""The real clients, wired to the doubles in process: values, failures and timeouts."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import httpx2
import openai as sdk
import pytest

from snapthread.adapters.bot_api.decode import Odd, read
from snapthread.adapters.bot_api.download import download
from snapthread.adapters.bot_api.transport import BadStatus
from snapthread.adapters.bot_api.types import Update
from snapthread.errors import AnotherPoller, ChatBusy, ChatRefused
from snapthread_sandbox import faults
from snapthread_sandbox.faults import Fault
from snapthread_sandbox.openai.dead_files import DeadFileShape, ErrorEvent
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.wire import Loss
from tests.doubles import bot_client, openai_client
from tests.sandbox.worlds import an_openai, asked, picture, question
from tests.virtual import loop, run, unix_now


def test_the_client_reads_everything_that_people_send() -> None:
    async def main() -> list[str]:
        api = BotApi(now=unix_now)
        ada, bot = api.person(), bot_client(api)
        ada.sends("hi")
        ada.sends_album([picture("red"), picture("blue")], caption="Two")
        ada.sends_document(picture(), caption="One")
        for send in (ada.sends_sticker, ada.sends_voice, ada.sends_video, ada.sends_animation):
            send(picture())
        ada.sends_location()
        ada.sends_contact()
        ada.sends_poll()
        ada.edits(ada.chat.messages[0], "hello")
        ada.blocks_bot()
        odd: Odd = []
        batch = await bot.get_updates(None, 0, 100)
        updates = [read(Update, raw, odd) for raw in batch]
        assert odd == []
        assert [bool(update.message) for update in updates] == [True] * 11 + [False] * 2
        return [next(name for name in raw if name != "update_id") for raw in batch]

    assert run(main()) == ["message"] * 11 + ["edited_message", "my_chat_member"]


async def test_the_client_sends_what_the_double_takes() -> None:
    api = BotApi(now=unix_now)
    ada, bot = api.person(), bot_client(api)
    ada.sends("hi")
    bold = {"type": "bold", "offset": 0, "length": 2}
    reply = {"message_id": 1, "allow_sending_without_reply": True}
    said = {"chat_id": 1001, "text": "hi", "entities": [bold], "reply_parameters": reply}
    await bot.send_message(said)
    await bot.send_message_draft(
        {"chat_id": 1001, "draft_id": 5, "can_stop": True, "keep_on_stop": True}
    )
    await bot.send_document({"chat_id": 1001}, "export.json", b"{}")
    assert ada.chat.from_bot[0].reply_to == 1
    assert ada.chat.drafts[0].can_stop
    assert ada.chat.from_bot[1].json["document"]["file_size"] == 2


async def test_the_client_downloads_a_photo() -> None:
    api = BotApi(now=unix_now)
    photo = api.person().sends_photo(picture("red", 640, 480)).json["photo"][-1]
    content = await download(bot_client(api), photo["file_id"], 10**6)
    assert content == picture("red", 640, 480)


BOT_FAULTS: dict[str, tuple[Fault, type[Exception]]] = {
    "flood": (faults.flood(3), ChatBusy),
    "server error": (faults.telegram_error(500, "Internal Server Error"), ChatBusy),
    "forbidden": (faults.telegram_error(403, "Forbidden: x"), ChatRefused),
    "conflict": (faults.telegram_error(409, "Conflict: x"), AnotherPoller),
    "bad request": (faults.telegram_error(400, "Bad Request: x"), ChatRefused),
    "no json": (faults.not_json(), ChatBusy),
    "malformed json": (faults.malformed_json(), ChatBusy),
    "dropped": (faults.drops(), ChatBusy),
    "refused": (faults.drops("refused"), ChatBusy),
    "cut": (faults.cuts_body(after_bytes=3), ChatBusy),
    "hangs": (faults.hangs(), ChatBusy),
}


@pytest.mark.parametrize("name", BOT_FAULTS)
async def test_a_fault_of_telegram_reaches_the_bot_in_our_words(name: str) -> None:
    fault, failure = BOT_FAULTS[name]

    api = BotApi(now=unix_now)
    bot = bot_client(api)
    api.faults.add(on="getMe", reply=fault)
    with pytest.raises(failure):
        await bot.get_me()


DOWNLOAD_FAULTS: dict[str, tuple[Fault, type[Exception]]] = {
    "cut": (faults.cuts_body(after_bytes=100), aiohttp.ClientPayloadError),
    "closed": (faults.drops(), aiohttp.ServerDisconnectedError),
    "reset": (faults.drops("reset"), aiohttp.ClientOSError),
    "gone": (faults.telegram_error(404, "Not Found"), BadStatus),
    "hangs": (faults.hangs(), TimeoutError),
    "falls silent": (faults.cuts_body(after_bytes=9, ending="hangs"), TimeoutError),
}


@pytest.mark.parametrize("name", DOWNLOAD_FAULTS)
async def test_a_download_fails_as_it_does_over_aiohttp(name: str) -> None:
    fault, failure = DOWNLOAD_FAULTS[name]

    api = BotApi(now=unix_now)
    bot = bot_client(api)
    photo = api.person().sends_photo(picture()).json["photo"][-1]
    path = (await bot.get_file(photo["file_id"])).file_path
    assert path is not None
    api.faults.add(on="file", reply=fault)
    with pytest.raises(failure):
        assert b"".join([chunk async for chunk in bot.content(path)])


async def test_the_sdk_uploads_lists_and_deletes() -> None:
    openai, _ = an_openai()
    client = openai_client(openai)
    file = await client.files.create(
        file=("snap-фото.jpg", picture(), "image/jpeg"),
        purpose="vision",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    assert openai.files[file.id].name == "snap-фото.jpg"
    openai.upload("b.jpg", picture())
    assert len([found.id async for found in await client.files.list(limit=1)]) == 2
    assert (await client.files.delete(file.id)).deleted
    with pytest.raises(sdk.NotFoundError):
        await client.files.retrieve(file.id)


async def ask(client: sdk.AsyncOpenAI, **more: Any) -> list[Any]:
    return [event async for event in await asked(client, **more)]


async def test_the_sdk_streams_an_answer() -> None:
    openai, model = an_openai()
    model.says("One two.", first_s=1, between_s=1)
    events = await ask(openai_client(openai))
    assert events[-1].response.output_text == "One two."
    assert events[-1].response.usage.input_tokens == 6
    assert loop().time() == 2


OPENAI_FAULTS: dict[str, tuple[Fault, type[Exception]]] = {
    "rate limit": (faults.rate_limited(2), sdk.RateLimitError),
    "no credit": (faults.out_of_credit(), sdk.RateLimitError),
    "server error": (faults.server_error(503), sdk.InternalServerError),
    "no json": (faults.not_json(), sdk.InternalServerError),
    "dropped": (faults.drops(), sdk.APIConnectionError),
    "hangs": (faults.hangs(), sdk.APITimeoutError),
    "cut stream": (faults.cuts_stream(after=5), sdk.APIConnectionError),
    "silent stream": (faults.cuts_stream(after=5, ending="hangs"), sdk.APIConnectionError),
}


@pytest.mark.parametrize("name", OPENAI_FAULTS)
async def test_a_fault_of_openai_reaches_the_bot_as_the_sdks_own_failure(name: str) -> None:
    fault, failure = OPENAI_FAULTS[name]
    openai, _ = an_openai()
    client = openai_client(openai)
    openai.faults.add(on="POST /responses", reply=fault)
    with pytest.raises(failure):
        await ask(client)


LOSSES: list[tuple[Loss, type[Exception]]] = [
    ("closed", httpx2.RemoteProtocolError),
    ("reset", httpx2.ReadError),
    ("refused", httpx2.ConnectError),
]


@pytest.mark.parametrize(("how", "cause"), LOSSES)
async def test_the_cause_of_a_lost_connection_is_httpx2s_own(
    how: Loss, cause: type[Exception]
) -> None:
    openai, _ = an_openai()
    openai.faults.add(reply=faults.drops(how))
    with pytest.raises(sdk.APIConnectionError) as lost:
        await openai_client(openai).files.list()
    assert isinstance(lost.value.__cause__, cause)


async def test_closing_a_stream_ends_the_answer_at_openai() -> None:
    openai, model = an_openai()
    model.says("One two three.", between_s=100)
    stream = await asked(openai_client(openai))
    async for event in stream:
        if event.type == "response.output_text.delta":
            break
    await stream.close()
    assert len(openai.broken_off) == 1


SHAPES: dict[DeadFileShape, Callable[[Any], bool]] = {
    DeadFileShape.FAILED_IMAGE_FILE_NOT_FOUND: lambda last: last.type == "response.failed",
    DeadFileShape.FAILED_TO_DOWNLOAD_IMAGE: lambda last: last.type == "response.failed",
    DeadFileShape.FAILED_INVALID_IMAGE_URL: lambda last: last.type == "response.failed",
    DeadFileShape.ERROR_EVENT_FLAT: lambda last: last.type == "error",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_some_dead_files_surface_as_the_last_event(shape: DeadFileShape) -> None:
    async def main() -> bool:
        openai, _ = an_openai()
        openai.dead_file = shape
        events = await ask(openai_client(openai), input=question("file-gone")["input"])
        return SHAPES[shape](events[-1])

    assert run(main())


async def test_a_nested_error_event_is_raised_by_the_sdk() -> None:
    openai, model = an_openai()
    model.says("x", ending=ErrorEvent(code="server_error", message="No.", is_nested=True))
    with pytest.raises(sdk.APIError) as failed:
        await ask(openai_client(openai))
    assert failed.value.code == "server_error"
    await asyncio.sleep(0)
