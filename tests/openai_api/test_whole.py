"""An answer in one piece, of a server that was asked to stream and does not."""

import asyncio
import json

import pytest

from snapthread.adapters.openai_api.sse import EVENT_MAX
from snapthread.adapters.openai_api.whole import BodyReader
from snapthread.errors import AssistantBusy, AssistantRefused, OutOfCredit
from snapthread.ports import AnswerCompleted, AnswerEvent
from tests.openai_api.test_answer import message, text_of
from tests.openai_api.wire import Wire, page, response

REFUSAL = {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}
CAT = response(output=[{"type": "reasoning", "summary": []}, message("A cat.")])


def asked(*pieces: bytes) -> list[AnswerEvent]:
    return asyncio.run(Wire(pieces).ask())


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("before", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_an_answer_that_was_not_streamed_was_no_answer(
    before: bytes, size: int, indent: int | None
) -> None:
    body = json.dumps(CAT, indent=indent).encode()
    said = asked(before, *(body[i : i + size] for i in range(0, len(body), size)))
    end = said[-1]
    assert isinstance(end, AnswerCompleted)
    assert (text_of(said), end.usage.input_tokens, end.cut) == ("A cat.", 100, None)


def test_half_an_answer_that_was_not_streamed_is_cut() -> None:
    half = response("incomplete", output=[message("A c")])
    end = asked(json.dumps(half).encode())[-1]
    assert isinstance(end, AnswerCompleted)
    assert end.cut == "max_output_tokens"


@pytest.mark.parametrize(
    ("body", "ours"),
    [
        (response("failed", error={"code": "invalid_prompt", "message": ""}), AssistantRefused),
        ({"error": {"message": "", "type": "insufficient_quota", "code": None}}, OutOfCredit),
        ({"error": {"message": "", "code": 500}}, AssistantBusy),
        (response(output=[REFUSAL]), AssistantRefused),
    ],
)
def test_a_failure_that_came_as_a_success_was_paid_five_times(
    body: dict[str, object], ours: type[Exception]
) -> None:
    with pytest.raises(ours):
        asked(json.dumps(body).encode())


@pytest.mark.parametrize("body", [b"", b"{", b'{"output": [', b"<html>Welcome</html>", b"[]"])
def test_what_is_no_answer_is_a_broken_one(body: bytes) -> None:
    with pytest.raises(AssistantBusy):
        asked(body)


def test_an_answer_without_an_end_is_bounded() -> None:
    reader = BodyReader()
    reader.feed(b"{")
    with pytest.raises(ValueError, match="without an end"):
        reader.feed(b" " * EVENT_MAX)


def test_a_page_instead_of_an_answer_is_no_answer() -> None:
    with pytest.raises(AssistantBusy):
        asyncio.run(Wire(page(200)).ask())
