"""Answers of the OpenAI double: truthful text, exact streams, endings of every kind."""

import asyncio
import json

import pytest

from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.dead_files import BadImageShape, DeadFileShape, ErrorEvent, Failed
from snapthread_sandbox.openai.models import ModelTraits
from snapthread_sandbox.openai.over_http import collect
from snapthread_sandbox.openai.scripted_model import Incomplete, Refusal
from snapthread_sandbox.wire import Json
from tests.sandbox.worlds import Hands, an_openai, animation, picture, question, send, told
from tests.virtual import loop, run


async def stream(openai: OpenAI, body: Json) -> list[Json]:
    return await collect(await send(openai, "POST", "/responses", body))


def text_of(events: list[Json]) -> str:
    return "".join(e["delta"] for e in events if e["type"] == "response.output_text.delta")


async def test_without_a_script_the_model_says_what_it_was_given() -> None:
    openai, model = an_openai()
    red = openai.upload("a.jpg", picture("red", 320, 240))
    blue = openai.upload("b.png", picture("blue", 64, 64, "PNG"))
    events = await stream(openai, question(red, blue))
    assert text_of(events) == (
        "You said: What is this?\n"
        "Image 1 (What is this?): 320x240, red.\n"
        "Image 2 (What is this?): 64x64, blue."
    )
    assert [image.file_id for image in model.questions[0].images] == [red, blue]


async def test_a_stream_has_its_events_in_order_and_numbered() -> None:
    openai, model = an_openai()
    model.says("One two.")
    events = await stream(openai, question())
    assert [event["type"].removeprefix("response.") for event in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event["sequence_number"] for event in events] == list(range(10))


async def test_an_answer_takes_the_time_that_its_script_says() -> None:
    openai, model = an_openai()
    model.says("One two three.", first_s=2, between_s=0.5)
    await stream(openai, question())
    assert loop().time() == pytest.approx(3)


async def test_reasoning_comes_first_and_is_counted() -> None:
    openai, model = an_openai()
    model.says("Yes.")
    last = (await stream(openai, question(reasoning={"effort": "low"})))[-1]["response"]
    assert [item["type"] for item in last["output"]] == ["reasoning", "message"]
    assert last["usage"]["output_tokens_details"] == {"reasoning_tokens": 64}
    assert last["usage"]["output_tokens"] == 65


async def test_a_long_answer_ends_at_its_limit_and_says_so() -> None:
    openai, model = an_openai()
    model.says("word " * 100)
    last = (await stream(openai, question(max_output_tokens=16)))[-1]
    assert last["type"] == "response.incomplete"
    assert last["response"]["incomplete_details"] == {"reason": "max_output_tokens"}
    assert last["response"]["usage"]["output_tokens"] == 17
    assert last["response"]["output"][0]["content"][0]["text"].count("word") == 13


async def test_a_refusal_is_a_part_of_its_own_kind() -> None:
    openai, model = an_openai()
    model.says("", ending=Refusal(text="No."))
    last = (await stream(openai, question()))[-1]
    assert last["response"]["output"][0]["content"] == [{"type": "refusal", "refusal": "No."}]


async def test_an_answer_may_fail_in_the_middle() -> None:
    openai, model = an_openai()
    model.says("One two", ending=Failed(code="server_error", message="Sorry."))
    events = await stream(openai, question())
    assert text_of(events) == "One two"
    assert events[-1]["response"]["error"] == {"code": "server_error", "message": "Sorry."}


async def test_a_filtered_answer_keeps_what_was_said() -> None:
    openai, model = an_openai()
    model.says("One", ending=Incomplete(reason="content_filter"))
    last = (await stream(openai, question()))[-1]["response"]
    assert last["output"][0]["content"][0]["text"] == "One"


async def test_error_events_are_flat_or_nested() -> None:
    openai, model = an_openai()
    model.says("", ending=ErrorEvent(code="server_error", message="Sorry."))
    model.says("", ending=ErrorEvent(code="server_error", message="Sorry.", is_nested=True))
    flat, nested = [(await stream(openai, question()))[-1] for _ in range(2)]
    assert (flat["type"], flat["code"]) == ("error", "server_error")
    assert (nested["type"], nested["error"]["code"]) == ("error", "server_error")


@pytest.mark.parametrize("is_streamed", [True, False])
@pytest.mark.parametrize("shape", DeadFileShape)
async def test_a_request_that_names_a_dead_file_fails_in_every_shape(
    shape: DeadFileShape, is_streamed: bool
) -> None:
    openai, model = an_openai()
    openai.dead_file = shape
    response = await send(openai, "POST", "/responses", question("file-gone", stream=is_streamed))
    answer = b"" if isinstance(response.body, bytes) else json.dumps(await collect(response))
    whole = str(answer or response.body)
    assert "file-gone" in whole
    assert "completed" not in whole.replace("completed_at", "")
    assert model.questions == []


async def test_a_failure_need_not_name_the_file() -> None:
    openai, _ = an_openai()
    openai.names_dead_file = False
    refused = await told(openai, "POST", "/responses", question("file-gone"))
    assert "file-gone" not in refused["error"]["message"]


@pytest.mark.parametrize("death", ["deleted", "expired", "vanished", "of another purpose"])
def test_a_file_dies_in_many_ways(death: str) -> None:
    async def main() -> int:
        hands = Hands()
        openai, _ = an_openai(hands)
        purpose = "batch" if death == "of another purpose" else "vision"
        file_id = openai.upload("a.jpg", picture(), purpose=purpose)
        if death == "deleted":
            await told(openai, "DELETE", f"/files/{file_id}")
        elif death == "vanished":
            openai.vanish(file_id)
        elif death == "expired":
            openai.expire(file_id)
        return (await send(openai, "POST", "/responses", question(file_id))).status

    assert run(main()) == 400


NO_PICTURES = {
    "text": b"hello",
    "half a picture": picture("red", 640, 480)[:2000],
    "an animation": animation(),
    "a bitmap": picture("red", 8, 8, "BMP"),
}


@pytest.mark.parametrize("shape", BadImageShape)
@pytest.mark.parametrize("name", NO_PICTURES)
def test_only_pictures_are_taken(name: str, shape: BadImageShape) -> None:
    async def main() -> str:
        openai, _ = an_openai()
        openai.bad_image = shape
        file_id = openai.upload("a.jpg", NO_PICTURES[name])
        body = question(file_id, stream=False)
        return json.dumps(await told(openai, "POST", "/responses", body))

    assert "does not represent a valid image" in run(main())


async def test_only_what_may_be_stored_is_stored() -> None:
    openai, _ = an_openai()
    await stream(openai, question(store=False))
    assert openai.stored == {}
    kept = (await stream(openai, question(store=True)))[-1]["response"]
    assert (await told(openai, "GET", f"/responses/{kept['id']}"))["id"] == kept["id"]


async def test_an_answer_whose_reader_goes_away_is_broken_off() -> None:
    openai, model = an_openai()
    model.says("One two three.", between_s=10)
    response = await send(openai, "POST", "/responses", question())
    assert not isinstance(response.body, bytes)
    await anext(response.body)
    await response.body.aclose()
    assert len(openai.broken_off) == 1
    await asyncio.sleep(0)


async def test_a_second_question_reads_the_first_ones_prefix_from_the_cache() -> None:
    openai, _ = an_openai()
    file_id = openai.upload("a.jpg", picture("red", 1280, 960))
    first = question(file_id)
    second = first | {"input": [*first["input"], {"role": "user", "content": "And?"}]}
    usages = [(await stream(openai, body))[-1]["response"]["usage"] for body in (first, second)]
    details = [usage["input_tokens_details"] for usage in usages]
    assert details[0] == {"cached_tokens": 0, "cache_write_tokens": 1446}
    assert details[1] == {"cached_tokens": 1408, "cache_write_tokens": 39}


async def test_another_beginning_is_not_in_the_cache() -> None:
    openai, _ = an_openai()
    file_id = openai.upload("a.jpg", picture("red", 1280, 960))
    await stream(openai, question(file_id))
    other = await stream(openai, question(file_id, instructions="Be short."))
    usage = other[-1]["response"]["usage"]
    assert usage["input_tokens_details"]["cached_tokens"] == 0


def test_an_explicit_cache_without_breakpoints_costs_nothing() -> None:
    async def main() -> Json:
        openai, _ = an_openai()
        openai.models["m"] = ModelTraits(id="m")
        body = question(input="word " * 2000, prompt_cache_options={"mode": "explicit"})
        usage: Json = (await stream(openai, body))[-1]["response"]["usage"]
        return usage

    assert run(main())["input_tokens_details"] == {"cached_tokens": 0, "cache_write_tokens": 0}
