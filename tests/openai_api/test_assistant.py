"""A question and its answer."""

import asyncio
from contextlib import aclosing, suppress

import httpx2
import pytest

from snapthread.adapters.openai_api.stream import LAST_BYTES_S
from snapthread.errors import AssistantBusy, AssistantMisused, AssistantRefused, SnapthreadError
from snapthread.limits import ANSWER_S, FIRST_EVENT_S, NEXT_EVENT_S
from snapthread.model import Usage
from snapthread.ports import (
    AnswerCompleted,
    AnswerEvent,
    AssistantRequest,
    InputImage,
    InputItem,
    InputText,
    NotTaken,
    RequestTaken,
    TextDelta,
    UsageReported,
)
from tests import virtual
from tests.openai_api.wire import (
    ASK,
    COMPLETED,
    CREATED,
    Wire,
    delta,
    error,
    event,
    failed,
    response,
)


def effort_refused() -> httpx2.Response:
    message = "Unsupported value: 'none' is not supported with the 'gpt-6.2-sol' model."
    return error(400, message, param="reasoning.effort", code="unsupported_value")


def test_an_answer_is_its_text_and_then_its_end() -> None:
    wire = Wire([CREATED, delta("Hel"), delta("lo"), COMPLETED])
    said = asyncio.run(wire.ask())
    usage = Usage(
        input_tokens=100, cached_tokens=20, written_tokens=10, output_tokens=30, reasoning_tokens=5
    )
    end = AnswerCompleted(usage=usage, model="gpt-6-luna-1")
    assert said == [TextDelta(text="Hel"), TextDelta(text="lo"), end]


def test_a_request_stores_nothing_and_names_nobody() -> None:
    wire = Wire([COMPLETED])
    asyncio.run(wire.ask())
    assert wire.requests[0].url.path == "/v1/responses"
    assert wire.sent() == {
        "model": "gpt-6-luna",
        "instructions": "Be friendly.",
        "input": [
            {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "a private question"}],
            }
        ],
        "max_output_tokens": 4096,
        "reasoning": {"effort": "none"},
        "safety_identifier": "hash-of-a-user",
        "prompt_cache_key": "hash-of-a-conversation",
        "store": False,
        "stream": True,
        "stream_options": {"include_obfuscation": False},
    }


def test_an_image_is_named_by_its_file_and_the_assistant_speaks_in_a_string() -> None:
    wire = Wire([COMPLETED])
    shown = InputItem(
        role="user", content=(InputText(text="Photo 1"), InputImage(openai_id="file-1"))
    )
    said = InputItem(role="assistant", content=(InputText(text="A cat."), InputText(text="Two.")))
    asyncio.run(
        wire.ask(AssistantRequest(items=(shown, said), safety_identifier="s", prompt_cache_key="p"))
    )
    first, second = wire.sent()["input"]
    assert first["content"][1] == {"type": "input_image", "file_id": "file-1", "detail": "auto"}
    assert second == {"type": "message", "role": "assistant", "content": "A cat.\nTwo."}


def test_an_empty_effort_is_not_sent() -> None:
    wire = Wire([COMPLETED])
    wire.assistant = wire.make_assistant(effort="")
    asyncio.run(wire.ask())
    assert "reasoning" not in wire.sent()


def test_an_effort_that_the_model_refuses_is_left_out_now_and_later() -> None:
    wire = Wire(effort_refused(), [COMPLETED])

    async def twice() -> None:
        await wire.ask()
        await wire.ask()

    asyncio.run(twice())
    assert ["reasoning" in wire.sent(i) for i in range(len(wire.requests))] == [True, False, False]


def test_an_effort_is_left_out_once_only() -> None:
    wire = Wire(effort_refused())
    with pytest.raises(AssistantMisused):
        asyncio.run(wire.ask())
    assert len(wire.requests) == 2


def test_what_was_not_sent_is_not_left_out() -> None:
    wire = Wire(effort_refused())
    wire.assistant = wire.make_assistant(effort="")
    with pytest.raises(AssistantMisused):
        asyncio.run(wire.ask())
    assert len(wire.requests) == 1


def test_another_400_is_not_repeated() -> None:
    wire = Wire(error(400, "Unknown parameter: 'model'.", param="model", code="unknown_parameter"))
    with pytest.raises(AssistantMisused, match=r"\(400, unknown_parameter, param model\)"):
        asyncio.run(wire.ask())
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("reason", "cut"),
    [
        ("max_output_tokens", "max_output_tokens"),
        ("content_filter", "content_filter"),
        ("steered", "max_output_tokens"),
        (None, "max_output_tokens"),
    ],
)
def test_an_incomplete_answer_is_cut(reason: str | None, cut: str) -> None:
    details = {"reason": reason} if reason else None
    ended = response("incomplete", incomplete_details=details)
    wire = Wire([delta("Once upon"), event("response.incomplete", response=ended)])
    *_, end = asyncio.run(wire.ask())
    assert isinstance(end, AnswerCompleted)
    assert (end.cut, end.usage.output_tokens) == (cut, 30)


@pytest.mark.parametrize(
    "usage", [None, {}, {"input_tokens": "many", "input_tokens_details": None}, [1]]
)
def test_usage_that_is_not_told_is_nothing(usage: object) -> None:
    wire = Wire([event("response.completed", response=response(usage=usage, model=None))])
    assert asyncio.run(wire.ask()) == [AnswerCompleted(usage=Usage(), model="gpt-6-luna")]


def test_an_empty_answer_is_an_answer() -> None:
    wire = Wire([CREATED, COMPLETED])
    assert [type(said) for said in asyncio.run(wire.ask())] == [AnswerCompleted]


@pytest.mark.parametrize(
    "odd",
    [
        event("response.brand_new.delta", delta="what?"),
        event("response.output_text.delta", delta=7),
        event("response.output_text.delta"),
        event("response.reasoning_summary_text.delta", delta="hm"),
        b"data: [1, 2]\n\n",
        b'data: "text"\n\n',
        b": a comment\n\n",
    ],
)
def test_an_event_that_is_unknown_or_odd_says_nothing(odd: bytes) -> None:
    wire = Wire([delta("a"), odd, delta("b"), COMPLETED])
    said = asyncio.run(wire.ask())
    assert said[:-1] == [TextDelta(text="a"), TextDelta(text="b")]


async def heard(wire: Wire) -> list[AnswerEvent]:
    """Until it fails."""
    events: list[AnswerEvent] = []
    with suppress(SnapthreadError):
        async for said in wire.assistant.ask(ASK):
            events.append(said)  # noqa: PERF401 - what was heard before the failure counts
    return events


def test_an_answer_that_fails_tells_what_it_has_cost() -> None:
    wire = Wire([delta("a"), failed("server_error", "sorry")])
    *_, last = asyncio.run(heard(wire))
    assert isinstance(last, UsageReported)
    assert (last.usage.input_tokens, last.usage.output_tokens) == (100, 30)


def test_an_answer_that_ends_in_an_error_has_cost_nothing() -> None:
    wire = Wire([delta("a"), event("error", code="server_error", message="sorry")])
    assert asyncio.run(heard(wire))[-1] == UsageReported(usage=Usage())


def test_a_question_that_is_refused_was_never_taken() -> None:
    assert asyncio.run(heard(Wire(error(500)))) == [RequestTaken(), NotTaken()]


@pytest.mark.parametrize("kind", ["response.refusal.delta", "response.refusal.done"])
def test_a_refusal_is_no_answer(kind: str) -> None:
    wire = Wire([event(kind, delta="I cannot", refusal="I cannot"), COMPLETED])
    with pytest.raises(AssistantRefused):
        asyncio.run(wire.ask())


def test_the_first_event_comes_in_time_or_not_at_all() -> None:
    wire = Wire([FIRST_EVENT_S + 1.0, COMPLETED])
    assert virtual.run(_busy_after(wire)) == FIRST_EVENT_S


def test_the_next_event_comes_in_time_or_not_at_all() -> None:
    wire = Wire([30.0, delta("a"), NEXT_EVENT_S + 1.0, COMPLETED])
    assert virtual.run(_busy_after(wire)) == 30.0 + NEXT_EVENT_S


def test_an_answer_that_never_ends_is_ended() -> None:
    wire = Wire([step for _ in range(20) for step in (30.0, delta("and so on "))])
    assert virtual.run(_busy_after(wire)) == ANSWER_S


async def _busy_after(wire: Wire) -> float:
    with pytest.raises(AssistantBusy, match="TimeoutError"):
        await wire.ask()
    assert wire.bodies[0].is_closed
    return virtual.loop().time()


def test_a_slow_reader_does_not_run_out_of_time_between_events() -> None:
    async def read_slowly(wire: Wire) -> int:
        count = 0
        async with aclosing(wire.assistant.ask(ASK)) as answer:
            async for _ in answer:
                count += 1
                await asyncio.sleep(NEXT_EVENT_S + 20)
        return count

    assert virtual.run(read_slowly(Wire([5.0, delta("a"), delta("b"), COMPLETED]))) == 4


def test_a_server_that_holds_the_connection_costs_no_time() -> None:
    wire = Wire([COMPLETED, 50.0])

    async def ask() -> float:
        await wire.ask()
        return virtual.loop().time()

    assert virtual.run(ask()) == LAST_BYTES_S
    assert wire.bodies[0].is_closed


async def test_an_answer_that_is_stopped_is_closed() -> None:
    wire = Wire([delta("a"), 10.0, delta("b"), COMPLETED])
    async with aclosing(wire.assistant.ask(ASK)) as answer:
        assert await anext(answer) == RequestTaken()
        assert await anext(answer) == TextDelta(text="a")
    assert wire.bodies[0].is_closed


@pytest.mark.parametrize("moment_s", [5.0, 15.0])
async def test_cancelling_goes_through_and_closes(moment_s: float) -> None:
    wire = Wire([10.0, delta("a"), 10.0, COMPLETED])
    task = asyncio.create_task(wire.ask())
    await asyncio.sleep(moment_s)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert wire.bodies[0].is_closed


def test_a_connection_that_breaks_while_closing_does_not_spoil_the_answer() -> None:
    wire = Wire([delta("a"), COMPLETED, httpx2.ReadError("reset")])
    assert len(asyncio.run(wire.ask())) == 2
