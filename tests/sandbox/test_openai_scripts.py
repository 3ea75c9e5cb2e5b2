"""Answers of odd shapes: several items, words in odd places, odd blocks, only thoughts."""

import asyncio
from typing import Any

import pytest

from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.dead_files import ErrorEvent
from snapthread_sandbox.openai.over_http import collect
from snapthread_sandbox.openai.pieces import (
    COMMENT,
    EMPTY,
    EMPTY_DATA,
    ID_ONLY,
    PING,
    RETRY,
    Begin,
    Delta,
    Incomplete,
    Pause,
    Refusal,
    Telling,
    Thinking,
)
from snapthread_sandbox.openai.scripted_model import ScriptedModel
from snapthread_sandbox.wire import Json, read
from tests.sandbox.worlds import an_openai, question, send, told
from tests.virtual import loop, run


def streamed(script: Any, **more: Any) -> list[Json]:
    """The events of an answer that `script(model)` ordered."""

    async def main() -> list[Json]:
        openai, model = an_openai()
        script(model)
        return await collect(await send(openai, "POST", "/responses", question(**more)))

    return run(main())


def kinds(events: list[Json]) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events]


def test_an_answer_of_two_items_says_which_of_them_is_the_answer() -> None:
    def script(model: ScriptedModel) -> None:
        model.plays(
            Begin(phase="commentary"), "Let me look.", Begin(phase="final_answer"), "A cat."
        )

    events = streamed(script)

    said = [
        (item["phase"], item["content"][0]["text"]) for item in events[-1]["response"]["output"]
    ]
    assert said == [("commentary", "Let me look."), ("final_answer", "A cat.")]
    assert (
        kinds(events).index("output_item.done") < kinds(events)[5:].index("output_item.added") + 5
    )
    assert [event["sequence_number"] for event in events] == list(range(len(events)))


def test_items_may_be_interleaved() -> None:
    def script(model: ScriptedModel) -> None:
        model.plays(
            Delta("aaaa", item=0),
            Delta("1111", item=1),
            Delta(" bbb", item=0),
            Delta(" 222", item=1),
        )

    events = streamed(script)

    deltas = [(e["output_index"], e["delta"]) for e in events if e["type"].endswith("text.delta")]
    assert deltas == [(0, "aaaa"), (1, "1111"), (0, " bbb"), (1, " 222")]
    texts = [item["content"][0]["text"] for item in events[-1]["response"]["output"]]
    assert texts == ["aaaa bbb", "1111 222"]


WORDS: dict[Telling, tuple[bool, bool, bool]] = {  # in deltas, in done, in the last event
    Telling.DELTAS: (True, True, True),
    Telling.IN_DONE: (False, True, False),
    Telling.IN_TERMINAL: (False, False, True),
    Telling.EMPTY_OUTPUT: (True, True, False),
}


@pytest.mark.parametrize("telling", Telling)
@pytest.mark.parametrize("is_refusal", [False, True])
def test_the_words_may_be_in_one_place_only(telling: Telling, is_refusal: bool) -> None:
    def script(model: ScriptedModel) -> None:
        last = Refusal(text="Hello") if is_refusal else "Hello"
        model.plays(last, telling=telling)

    events = streamed(script)

    found = (
        any(kind.endswith(".delta") for kind in kinds(events)),
        any(kind in ("output_text.done", "refusal.done") for kind in kinds(events)),
        bool(events[-1]["response"]["output"]),
    )
    assert found == WORDS[telling]
    assert events[-1]["type"] == "response.completed"
    assert [event["sequence_number"] for event in events] == list(range(len(events)))


async def test_blocks_that_a_reader_must_skip_stand_between_the_events() -> None:
    openai, model = an_openai()
    model.plays(RETRY, EMPTY, "Hello ", PING, COMMENT, ID_ONLY, EMPTY_DATA, "you.")
    body = await read(await send(openai, "POST", "/responses", question()))
    for block in (RETRY, EMPTY, PING, COMMENT, ID_ONLY, EMPTY_DATA):
        assert block.text.encode() in body
    assert b'"delta": "you."' in body


def test_thoughts_may_be_all_that_the_tokens_were_spent_on() -> None:
    def script(model: ScriptedModel) -> None:
        model.plays(Thinking(4096), Incomplete(reason="max_output_tokens"))

    last = streamed(script)[-1]

    assert last["type"] == "response.incomplete"
    assert [item["type"] for item in last["response"]["output"]] == ["reasoning"]
    assert last["response"]["usage"]["output_tokens_details"] == {"reasoning_tokens": 4096}
    assert last["response"]["usage"]["output_tokens"] == 4096


def test_words_after_too_much_thinking_are_never_said() -> None:
    def script(model: ScriptedModel) -> None:
        model.plays(Thinking(50), "Hello")

    last = streamed(script, max_output_tokens=50)[-1]

    assert last["response"]["incomplete_details"] == {"reason": "max_output_tokens"}


async def test_a_pause_is_silence_with_or_without_signs_of_life() -> None:
    openai, model = an_openai()
    model.plays(Pause(90), COMMENT, Pause(90), "Done.", first_s=0)
    await read(await send(openai, "POST", "/responses", question()))
    assert loop().time() == pytest.approx(180)


def test_a_nested_error_may_have_a_type_and_no_code() -> None:
    def script(model: ScriptedModel) -> None:
        ending = ErrorEvent(
            code=None, message="No credit.", is_nested=True, type="insufficient_quota"
        )
        model.plays("Hel", ending)

    last = streamed(script)[-1]

    assert (last["error"]["type"], last["error"]["code"]) == ("insufficient_quota", None)


def test_half_of_a_surrogate_pair_goes_out_as_it_is() -> None:
    def script(model: ScriptedModel) -> None:
        model.plays("\ud83d", "\ude00")

    deltas = [e["delta"] for e in streamed(script) if e["type"].endswith("text.delta")]

    assert deltas == ["\ud83d", "\ude00"]


# ---------------------------------------------------------------- what OpenAI keeps


async def made(openai: OpenAI, **more: Any) -> Json:
    """An answer at once, which may be kept."""
    return await told(openai, "POST", "/responses", question(stream=False, store=True, **more))


async def test_a_stored_answer_is_continued() -> None:
    openai, model = an_openai()
    model.says("It is red.")
    first = await made(openai, input="Which colour?")
    await made(openai, input="Sure?", previous_response_id=first["id"])
    said = [(message.role, message.text) for message in model.questions[-1].messages]
    assert said == [("user", "Which colour?"), ("assistant", "It is red."), ("user", "Sure?")]
    unknown = await made(openai, previous_response_id="resp_unknown")
    assert unknown["error"]["code"] == "previous_response_not_found"


async def test_a_stored_answer_lists_its_items_and_can_be_deleted() -> None:
    openai, _ = an_openai()
    first = await made(openai, input="One")
    second = await made(openai, input="Two", previous_response_id=first["id"])
    path = f"/responses/{second['id']}"
    items = await told(openai, "GET", f"{path}/input_items", order="asc")
    texts = [item["content"][0]["text"] for item in items["data"]]
    assert (texts[0], texts[2]) == ("One", "Two")
    page = await told(openai, "GET", f"{path}/input_items", limit="1")
    assert (page["has_more"], page["data"][0]["content"][0]["text"]) == (True, "Two")
    deleted = await told(openai, "DELETE", path)
    assert (deleted["object"], deleted["deleted"]) == ("response", True)
    assert (await told(openai, "GET", path))["http"] == 404
    assert (await told(openai, "DELETE", path))["http"] == 404


async def test_an_answer_in_the_background_is_looked_up_until_it_is_done() -> None:
    openai, model = an_openai()
    model.says("Slow.", first_s=5)
    first = await made(openai, background=True)
    path = f"/responses/{first['id']}"
    assert (first["status"], first["output"]) == ("queued", [])
    await asyncio.sleep(1)
    assert (await told(openai, "GET", path))["status"] == "in_progress"
    await asyncio.sleep(5)
    done = await told(openai, "GET", path)
    assert (done["status"], done["output"][0]["content"][0]["text"]) == ("completed", "Slow.")


async def test_an_answer_in_the_background_can_be_cancelled() -> None:
    openai, model = an_openai()
    model.says("Slow.", first_s=5)
    first = await made(openai, background=True)
    await asyncio.sleep(1)
    path = f"/responses/{first['id']}"
    assert (await told(openai, "POST", f"{path}/cancel"))["status"] == "cancelled"
    await asyncio.sleep(9)
    assert (await told(openai, "GET", path))["status"] == "cancelled"
    other = await made(openai)
    refused = await told(openai, "POST", f"/responses/{other['id']}/cancel")
    assert refused["error"]["message"] == "Cannot cancel a synchronous response."


@pytest.mark.parametrize("path", ["/models", "/nothing", "/files/file-gone"])
async def test_every_answer_has_a_number_of_its_own(path: str) -> None:
    openai, _ = an_openai()
    ids = {(await send(openai, "GET", path)).headers["x-request-id"] for _ in range(2)}
    streamed = await send(openai, "POST", "/responses", question())
    assert len(ids | {streamed.headers["x-request-id"]}) == 3
    assert all(id.startswith("req_") for id in ids)
