"""Faults strike where and as often as they were ordered."""

import asyncio

import pytest

from snapthread_sandbox.faults import (
    ALWAYS,
    cuts_body,
    cuts_stream,
    drops,
    flood,
    hangs,
    loses_reply,
    malformed_json,
    not_json,
    out_of_credit,
    rate_limited,
    server_error,
    slow,
    stream_of,
    telegram_error,
)
from snapthread_sandbox.openai.over_http import collect
from snapthread_sandbox.telegram.bot_api import TOKEN, BotApi
from snapthread_sandbox.wire import ConnectionLost, read
from tests.sandbox.worlds import an_openai, picture, question, send, told, upload
from tests.virtual import loop, run, unix_now


def test_a_fault_strikes_as_often_as_it_was_ordered() -> None:
    async def main() -> list[int]:
        openai, _ = an_openai()
        openai.faults.add(on="GET /files", times=2, reply=server_error(503))
        return [(await send(openai, "GET", "/files")).status for _ in range(3)]

    assert run(main()) == [503, 503, 200]


def test_faults_strike_in_the_order_of_their_rules() -> None:
    async def main() -> list[int]:
        openai, _ = an_openai()
        openai.faults.add(on="GET *", reply=rate_limited(2))
        openai.faults.add(on="* /files*", times=ALWAYS, reply=server_error())
        return [(await send(openai, "GET", "/files")).status for _ in range(3)]

    assert run(main()) == [429, 500, 500]


async def test_a_fault_can_wait_for_its_moment() -> None:
    openai, _ = an_openai()
    rule = openai.faults.add(
        on="POST /responses", when=lambda body: body["model"] == "x", reply=server_error()
    )
    assert (await send(openai, "POST", "/responses", question())).status == 200
    assert (await send(openai, "POST", "/responses", question(model="x"))).status == 500
    assert rule.used == 1


def test_a_rule_can_be_ended_and_all_can_be_cleared() -> None:
    async def main() -> list[int]:
        openai, _ = an_openai()
        openai.faults.add(times=ALWAYS, reply=server_error(500)).end()
        openai.faults.add(times=ALWAYS, reply=server_error(502))
        before = (await send(openai, "GET", "/files")).status
        openai.faults.clear()
        return [before, (await send(openai, "GET", "/files")).status]

    assert run(main()) == [502, 200]


async def test_a_rate_limit_says_when_to_come_back() -> None:
    openai, _ = an_openai()
    openai.faults.add(reply=rate_limited(1.5))
    openai.faults.add(reply=rate_limited())
    first, second = [await send(openai, "GET", "/files") for _ in range(2)]
    assert first.headers["retry-after"] == "1.5"
    assert "retry-after" not in second.headers


async def test_spent_credit_is_a_429_of_another_type() -> None:
    openai, _ = an_openai()
    openai.faults.add(reply=out_of_credit())
    refused = await told(openai, "GET", "/files")
    assert (refused["http"], refused["error"]["type"]) == (429, "insufficient_quota")


async def test_a_dropped_connection_leaves_nothing_behind() -> None:
    openai, _ = an_openai()
    openai.faults.add(on="POST /files", reply=drops("reset"))
    with pytest.raises(ConnectionLost, match="reset"):
        await upload(openai)
    assert openai.files == {}


async def test_a_lost_reply_leaves_the_file_behind() -> None:
    openai, _ = an_openai()
    openai.faults.add(on="POST /files", reply=loses_reply())
    with pytest.raises(ConnectionLost):
        await upload(openai)
    assert len(openai.files) == 1


@pytest.mark.parametrize(("moment", "files"), [("before", 0), ("after", 1)])
async def test_a_hang_ends_only_with_the_callers_patience(moment: str, files: int) -> None:
    openai, _ = an_openai()
    openai.faults.add(reply=hangs("after" if moment == "after" else "before"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(60):
            await upload(openai)
    assert len(openai.files) == files


async def test_latency_passes_and_the_call_goes_on() -> None:
    openai, _ = an_openai()
    openai.faults.add(reply=slow(7, then=server_error()))
    assert (await send(openai, "GET", "/files")).status == 500
    assert loop().time() == 7


async def test_a_stream_is_cut_after_so_many_events() -> None:
    openai, _ = an_openai()
    openai.faults.add(reply=cuts_stream(after=5))
    response = await send(openai, "POST", "/responses", question())
    assert not isinstance(response.body, bytes)
    for _ in range(5):
        await anext(response.body)
    with pytest.raises(ConnectionLost):
        await anext(response.body)
    assert len(openai.broken_off) == 1


async def test_a_stream_may_just_end_without_a_last_event() -> None:
    openai, _ = an_openai()
    openai.faults.add(reply=cuts_stream(after=3, ending="ended"))
    response = await send(openai, "POST", "/responses", question())
    assert len(await collect(response)) == 3


async def test_a_stream_may_fall_silent() -> None:
    openai, _ = an_openai()
    openai.faults.add(reply=cuts_stream(after=0, ending="hangs"))
    response = await send(openai, "POST", "/responses", question())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(60):
            await collect(response)


async def test_a_stream_can_be_written_by_hand() -> None:
    openai, _ = an_openai()
    openai.faults.add(reply=stream_of({"type": "response.unheard_of"}))
    response = await send(openai, "POST", "/responses", question())
    assert await collect(response) == [{"type": "response.unheard_of"}]


def test_what_comes_back_may_be_no_json() -> None:
    async def main() -> list[bytes]:
        openai, _ = an_openai()
        openai.faults.add(reply=not_json())
        openai.faults.add(reply=malformed_json())
        return [await read(await send(openai, "GET", "/files")) for _ in range(2)]

    page, broken = run(main())
    assert page.startswith(b"<html>")
    assert broken == b'{"ok": true, "resu'


async def test_the_bot_api_says_when_to_come_back() -> None:
    api = BotApi(now=unix_now)
    api.person().sends("hi")
    api.faults.add(on="sendMessage", reply=flood(3))
    status, body = await api.call(TOKEN, "sendMessage", {"chat_id": 1001, "text": "x"})
    assert (status, body["parameters"]) == (429, {"retry_after": 3})
    assert api.person().sees == []


async def test_a_message_may_arrive_although_its_reply_is_lost() -> None:
    api = BotApi(now=unix_now)
    api.person().sends("hi")
    api.faults.add(on="sendMessage", reply=loses_reply())
    with pytest.raises(ConnectionLost):
        await api.call(TOKEN, "sendMessage", {"chat_id": 1001, "text": "x"})
    assert api.person().sees == ["x"]


async def test_a_download_may_break_off_in_the_middle() -> None:
    api = BotApi(now=unix_now)
    photo = api.person().sends_photo(picture()).json["photo"][-1]
    _, found = await api.call(TOKEN, "getFile", {"file_id": photo["file_id"]})
    path = found["result"]["file_path"]
    api.faults.add(on="file", reply=cuts_body(after_bytes=100))
    with pytest.raises(ConnectionLost):
        await api.file(TOKEN, path)
    api.faults.add(on="file", reply=cuts_body(after_bytes=100, ending="ended"))
    assert await api.file(TOKEN, path) == picture()[:100]


async def test_any_error_of_telegram_can_be_ordered() -> None:
    api = BotApi(now=unix_now)
    api.faults.add(on="getMe", reply=telegram_error(502, "Bad Gateway"))
    assert await api.call(TOKEN, "getMe") == (
        502,
        {"ok": False, "error_code": 502, "description": "Bad Gateway"},
    )
