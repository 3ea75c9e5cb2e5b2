"""Servers that speak OpenAI's language differ: asked once too much, then remembered."""

import asyncio

import httpx2
import pytest
from structlog.testing import capture_logs

from snapthread.errors import (
    AssistantBusy,
    AssistantDenied,
    AssistantMisused,
    AssistantRefused,
    CountryDenied,
    OutOfCredit,
    SnapthreadError,
)
from snapthread.ports import (
    AnswerEvent,
    AssistantRequest,
    InputItem,
    InputText,
    NotTaken,
    RequestTaken,
)
from tests import virtual
from tests.openai_api.wire import (
    ASK,
    COMPLETED,
    CREATED,
    Answer,
    Step,
    Wire,
    delta,
    error,
    event,
    failed,
    page,
    response,
)

HELLO = (InputItem("user", (InputText("Hello"),)), InputItem("assistant", (InputText("Hi"),)))
TALK = AssistantRequest(items=HELLO, safety_identifier="s", prompt_cache_key="p")


def extra_forbidden(name: str) -> httpx2.Response:
    """As FastAPI says it, and what stands on it."""
    told = {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs not permitted"}
    return httpx2.Response(422, json={"detail": [told]})


async def _asked(wire: Wire, times: int) -> None:
    for _ in range(times):
        await wire.ask(TALK)


@pytest.mark.parametrize(
    "name", ["safety_identifier", "prompt_cache_key", "store", "stream_options", "reasoning"]
)
@pytest.mark.parametrize(
    "told", ["Unknown parameter: '{}'.", "Unrecognized request argument supplied: {}", None]
)
def test_what_a_server_does_not_know_is_left_out_now_and_later(name: str, told: str | None) -> None:
    refusal = error(400, told.format(name)) if told else error(400, "No.", param=name)
    wire = Wire(refusal, [COMPLETED])
    with capture_logs() as logs:
        asyncio.run(_asked(wire, 2))
    assert [name in wire.sent(i) for i in range(3)] == [True, False, False]
    assert [line["name"] for line in logs if line["event"] == "openai.left_out"] == [name]


def test_two_things_that_a_server_does_not_know_are_both_left_out() -> None:
    wire = Wire(extra_forbidden("store"), extra_forbidden("prompt_cache_key"), [COMPLETED])
    asyncio.run(_asked(wire, 1))
    assert {"store", "prompt_cache_key"}.isdisjoint(wire.sent())


def test_a_server_that_refuses_for_ever_is_asked_a_bounded_number_of_times() -> None:
    wire = Wire(error(400, "Unsupported: 'store', 'reasoning', 'stream_options', 'model'"))
    with pytest.raises(AssistantMisused):
        asyncio.run(wire.ask())
    assert len(wire.requests) == 4


def test_what_the_assistant_said_goes_in_parts_where_a_server_takes_no_string() -> None:
    wire = Wire(error(400, "'content' must be an array"), [COMPLETED])
    asyncio.run(_asked(wire, 2))
    said = [wire.sent(i)["input"][1]["content"] for i in range(3)]
    parts = [{"type": "output_text", "text": "Hi", "annotations": []}]
    assert said == ["Hi", parts, parts]


def test_a_refused_picture_is_no_parameter() -> None:
    wire = Wire(error(400, "Invalid image in content: the string is no store of pixels."))
    with pytest.raises(SnapthreadError):
        asyncio.run(wire.ask())
    assert len(wire.requests) == 1


# ---------------------------------------------------------------- failures in other words


def failure(answer: Answer) -> SnapthreadError:
    with pytest.raises(SnapthreadError) as caught:
        asyncio.run(Wire(answer).ask(TALK))
    return caught.value


FILTERED = response("incomplete", incomplete_details={"reason": "content_filter"})
SPENT = b'{"type": "insufficient_quota", "code": 429, "message": ""}'
NESTED = b'data: {"error": {"type": "insufficient_quota", "code": null, "message": ""}}\n\n'


@pytest.mark.parametrize(
    ("answer", "ours"),
    [
        (error(404, "File Not Found", type="not_found_error"), AssistantDenied),
        (error(404, "File Not Found"), AssistantDenied),
        (httpx2.Response(404, json={"error": "File Not Found"}), AssistantDenied),
        (httpx2.Response(404, text="File Not Found"), AssistantDenied),
        ([CREATED, NESTED], OutOfCredit),
        ([CREATED, b"event: error\n" + NESTED], OutOfCredit),
        ([CREATED, b'data: {"error": "overloaded"}\n\n'], AssistantBusy),
        (
            [CREATED, b'data: {"type": "error", "error": {"error": ' + SPENT + b"}}\n\n"],
            OutOfCredit,
        ),
        (httpx2.Response(400, content=b'{"error": {"error": ' + SPENT + b"}}"), OutOfCredit),
        (httpx2.Response(400, content=b'{"detail": {"error": ' + SPENT + b"}}"), OutOfCredit),
        (httpx2.Response(429, content=b'{"detail": ' + SPENT + b"}"), OutOfCredit),
        (httpx2.Response(400, content=b'{"error": {"error": {}}}'), AssistantMisused),
        (error(400, "", type="insufficient_quota"), OutOfCredit),
        ([failed("rate_limit_exceeded", "Request too large for gpt-6-luna")], AssistantBusy),
        (error(429, "Request too large for gpt-6-luna on tokens per min (TPM)"), AssistantBusy),
        (error(403, code="unsupported_country_region_territory"), CountryDenied),
        (error(403, "Country, region, or territory not supported"), CountryDenied),
        (error(402, "Insufficient credits."), OutOfCredit),
        (error(400, code="moderation_blocked"), AssistantRefused),
        (error(400, "Your request was rejected by our safety system."), AssistantRefused),
        (error(403, "This model requires moderation: your input was flagged."), AssistantRefused),
        (error(400, code="conversation_locked", param="conversation"), AssistantBusy),
        ([event("response.incomplete", response=FILTERED)], AssistantRefused),
    ],
)
def test_a_failure_is_read_in_any_servers_words(
    answer: Answer, ours: type[SnapthreadError]
) -> None:
    assert type(failure(answer)) is ours


def test_an_organization_that_is_not_verified_is_named() -> None:
    told = "Your organization must be verified to stream this model."
    caught = failure(error(400, told, param="stream", code="unsupported_value"))
    assert isinstance(caught, AssistantDenied)
    assert "verif" in str(caught)


def test_a_country_that_is_not_served_names_the_setting_that_helps() -> None:
    assert "OPENAI_PROXY" in str(failure(error(403, code="unsupported_country_region_territory")))


def test_a_refusal_without_an_end_is_read_as_far_as_needed() -> None:
    steps = [b"x" * 10_000] * 10_000
    endless = Wire(steps)._stream(steps)
    endless.status_code = 400
    assert type(failure(endless)) is AssistantMisused


# ---------------------------------------------------------------- was it taken?


async def heard(wire: Wire) -> list[AnswerEvent]:
    events: list[AnswerEvent] = []
    try:
        async for said in wire.assistant.ask(ASK):
            events.append(said)  # noqa: PERF401 - what was heard before the failure counts
    except SnapthreadError:
        pass
    return events


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_refusal_that_broke_off_was_taken_for_a_mistake_of_ours(status: int) -> None:
    """A lost file's 400 whose words were cut off: the person was told to try later."""
    steps: list[Step] = [b'{"error": {"mess', httpx2.RemoteProtocolError("cut")]
    broken = Wire(steps)._stream(steps)
    broken.status_code = status
    assert type(failure(broken)) is AssistantBusy


@pytest.mark.parametrize(
    "answer",
    [
        error(400),
        error(429),
        error(500),
        page(502),
        error(503),
        httpx2.ConnectError("refused"),
        httpx2.PoolTimeout("full"),
        httpx2.ProxyError("no tunnel"),
    ],
)
def test_what_surely_was_not_taken_is_told(answer: Answer) -> None:
    assert virtual.run(heard(Wire(answer))) == [RequestTaken(), NotTaken()]


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.ReadTimeout("slow"),
        httpx2.ReadError("reset"),
        httpx2.RemoteProtocolError("cut"),
        httpx2.WriteError("reset"),
        error(408),
        page(504),
        page(524),
        [100.0, COMPLETED],
    ],
)
def test_what_broke_off_may_have_been_taken(answer: Answer) -> None:
    assert virtual.run(heard(Wire(answer))) == [RequestTaken()]


def test_an_event_of_an_unknown_kind_is_no_failure() -> None:
    odd = event("response.brand_new", error=None)
    assert len(asyncio.run(Wire([odd, delta("a"), COMPLETED]).ask())) == 2
