"""Neither the key nor what people write leaves the adapter in a failure or a log line."""

import asyncio
import logging
from collections.abc import Iterator

import httpx2
import pytest
from structlog.testing import capture_logs

from snapthread.adapters.openai_api.faults import fault_of_error
from snapthread.errors import SnapthreadError
from tests.openai_api.wire import COMPLETED, KEY, Answer, Wire, delta, error, event, failed

WORDS = "a private question"
LEAK = f"Incorrect API key {KEY} for {WORDS!r} and file-Abc123"

LEAKS: list[Answer] = [
    error(400, LEAK, code=LEAK, param=LEAK, type=LEAK),
    error(400, LEAK, code=KEY, param=KEY, type=KEY),
    error(401, LEAK, code="invalid_api_key"),
    error(404, LEAK),
    error(429, LEAK),
    error(500, LEAK),
    httpx2.Response(502, text=LEAK),
    httpx2.ConnectError(LEAK),
    httpx2.ReadError(LEAK),
    RuntimeError(LEAK),
    [delta(WORDS), failed("invalid_prompt", LEAK)],
    [delta(WORDS), event("error", code=LEAK, message=LEAK, param=LEAK)],
    [delta(WORDS), f"data: {LEAK}\n\n".encode()],
    [delta(WORDS), RuntimeError(LEAK)],
]


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("answer", LEAKS)
def test_no_failure_tells_the_key_or_the_question(
    answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs, pytest.raises(SnapthreadError) as caught:
        asyncio.run(Wire(answer).ask())
    said = [f"{link!r} {link} {vars(link)}" for link in chain(caught.value)]
    everything = "\n".join([*said, str(logs), caplog.text])
    assert KEY not in everything
    assert WORDS not in everything


@pytest.mark.parametrize("answer", LEAKS[:10])
def test_no_failure_about_a_file_tells_the_key(answer: Answer) -> None:
    with capture_logs() as logs, pytest.raises(SnapthreadError) as caught:
        asyncio.run(Wire(answer).files.upload("mark.jpg", b"x", "image/jpeg", life_s=3600))
    said = [f"{link!r} {link} {vars(link)}" for link in chain(caught.value)]
    assert KEY not in "\n".join([*said, str(logs)])


def test_a_fault_does_not_show_its_message() -> None:
    fault = fault_of_error({"code": "server_error", "message": LEAK})
    assert LEAK in fault.message
    assert KEY not in f"{fault} {fault!r}"


def test_a_request_is_told_without_what_it_says() -> None:
    wire = Wire([delta("An answer"), COMPLETED])
    with capture_logs() as logs:
        asyncio.run(wire.ask())
    (line,) = logs
    assert isinstance(line.pop("ms"), int)
    assert line == {
        "event": "openai.request",
        "log_level": "debug",
        "route": "responses",
        "code": "ok",
    }


def test_a_request_that_fails_is_told_with_its_code() -> None:
    with capture_logs() as logs, pytest.raises(SnapthreadError):
        asyncio.run(Wire(error(429, code="rate_limit_exceeded")).files.delete("file-1"))
    assert (logs[0]["route"], logs[0]["code"]) == ("files.delete", "429, rate_limit_exceeded")


def test_a_surprise_is_told_by_its_name() -> None:
    with capture_logs() as logs, pytest.raises(SnapthreadError):
        asyncio.run(Wire(RuntimeError(LEAK)).files.delete("file-1"))
    assert {"event": "openai.unexpected", "cause": "RuntimeError", "log_level": "warning"} in logs
