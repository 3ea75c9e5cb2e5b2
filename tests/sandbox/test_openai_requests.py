"""Questions that the OpenAI double takes, and the words in which it refuses others."""

import json
from typing import Any

import pytest

from snapthread_sandbox.openai.models import ModelTraits
from snapthread_sandbox.wire import Request, read
from tests.sandbox.worlds import an_openai, picture, question, told


def user(*content: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": list(content)} | more]


REFUSED: dict[str, tuple[dict[str, Any], int, str | None, str | None]] = {
    "no model": ({"model": ...}, 400, "missing_required_parameter", "model"),
    "an unknown model": ({"model": "gpt-9"}, 404, "model_not_found", None),
    "no input": ({"input": ...}, 400, "missing_required_parameter", "input"),
    "a number as input": ({"input": 7}, 400, "invalid_type", "input"),
    "an unknown parameter": ({"colour": "red"}, 400, "unknown_parameter", "colour"),
    "an unknown member": (
        {"reasoning": {"effort": "none", "mood": "good"}},
        400,
        "unknown_parameter",
        "reasoning.mood",
    ),
    "an unknown key of a part": (
        {"input": user({"type": "input_text", "text": "x", "size": 1})},
        400,
        "unknown_parameter",
        "input[0].content[0].size",
    ),
    "15 tokens": ({"max_output_tokens": 15}, 400, "integer_below_min_value", "max_output_tokens"),
    "tokens as text": ({"max_output_tokens": "16"}, 400, "invalid_type", "max_output_tokens"),
    "a part without text": (
        {"input": user({"type": "input_text"})},
        400,
        "missing_required_parameter",
        "input[0].content[0].text",
    ),
    "an image without detail": (
        {"input": user({"type": "input_image", "file_id": "file-1"})},
        400,
        "missing_required_parameter",
        "input[0].content[0].detail",
    ),
    "an unknown detail": (
        {"input": user({"type": "input_image", "file_id": "file-1", "detail": "sharp"})},
        400,
        "invalid_value",
        "input[0].content[0].detail",
    ),
    "an image without a file": (
        {"input": user({"type": "input_image", "detail": "low"})},
        400,
        "missing_mutually_exclusive_parameters",
        "input[0].content[0]",
    ),
    "a file id with a slash": (
        {"input": user({"type": "input_image", "file_id": "a/b", "detail": "low"})},
        400,
        "invalid_value",
        "input[0].content[0].file_id",
    ),
    "a role that is none": ({"input": user(role="king")}, 400, "invalid_value", "input[0].role"),
    "an unknown effort": (
        {"reasoning": {"effort": "heroic"}},
        400,
        "invalid_value",
        "reasoning.effort",
    ),
    "reasoning as text": ({"reasoning": "low"}, 400, "invalid_type", "reasoning"),
    "an effort this model lacks": (
        {"model": "gpt-6.2-sol"},
        400,
        "unsupported_value",
        "reasoning.effort",
    ),
    "any effort at all": ({"model": "gpt-4o"}, 400, None, "reasoning.effort"),
    "a temperature": ({"temperature": 0.5}, 400, None, "temperature"),
    "a long identifier": (
        {"safety_identifier": "x" * 65},
        400,
        "string_above_max_length",
        "safety_identifier",
    ),
    "a previous response": (
        {"previous_response_id": "resp_1"},
        400,
        "previous_response_not_found",
        "previous_response_id",
    ),
    "a conversation": ({"conversation": "conv_1"}, 404, None, None),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_wrong_question_is_refused_by_status_code_and_parameter(name: str) -> None:
    change, status, code, param = REFUSED[name]
    openai, model = an_openai()
    refused = await told(openai, "POST", "/responses", question(**change))
    assert (refused["http"], refused["error"]["code"]) == (status, code)
    assert refused["error"]["param"] == param
    assert model.questions == []


async def test_too_few_tokens_are_refused_in_the_words_of_the_live_api() -> None:
    openai, _ = an_openai()
    refused = await told(openai, "POST", "/responses", question(max_output_tokens=8))
    assert refused["error"]["message"] == (
        "Invalid 'max_output_tokens': integer below minimum value. "
        "Expected a value >= 16, but got 8 instead."
    )


async def test_an_input_beyond_the_context_is_refused() -> None:
    openai, _ = an_openai()
    openai.models["tiny"] = ModelTraits(id="tiny", context_tokens=10)
    body = question(model="tiny", input="word " * 20)
    refused = await told(openai, "POST", "/responses", body)
    assert refused["error"]["code"] == "context_length_exceeded"


async def test_a_wrong_key_is_refused_and_not_repeated_in_full() -> None:
    openai, _ = an_openai()
    headers = {"authorization": "Bearer sk-something-secret"}
    request = Request(method="GET", path="/v1/files", headers=headers)
    response = await openai.handle(request)
    refused = json.loads(await read(response))
    assert (response.status, refused["error"]["code"]) == (401, "invalid_api_key")
    assert "something" not in refused["error"]["message"]


async def test_every_question_is_logged_with_the_files_it_names() -> None:
    openai, _ = an_openai()
    file_id = openai.upload("a.jpg", picture())
    await told(openai, "POST", "/responses", question(file_id, "file-gone", stream=False))
    (asked,) = openai.requests
    assert asked.file_ids == (file_id, "file-gone")
    assert asked.dead_ids == ("file-gone",)
    assert asked.status == 400
    assert openai.counts["POST /responses"] == 1


async def test_tokens_are_counted_before_they_are_paid() -> None:
    openai, _ = an_openai()
    file_id = openai.upload("a.jpg", picture("red", 1280, 960))
    body = {"model": "gpt-6-luna", "input": question(file_id)["input"]}
    counted = await told(openai, "POST", "/responses/input_tokens", body)
    assert counted["input_tokens"] == 1440 + 4  # the picture and "What is this?"


async def test_models_are_known_by_name() -> None:
    openai, _ = an_openai()
    assert (await told(openai, "GET", "/models/gpt-6-luna"))["object"] == "model"
    assert (await told(openai, "GET", "/models/gpt-9"))["http"] == 404
    assert (await told(openai, "GET", "/nothing"))["http"] == 404
