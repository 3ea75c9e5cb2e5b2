"""Is this a request that OpenAI takes? Words of the live API where known, else the SDK's types."""

import json
import re
from collections.abc import Container, Mapping
from typing import Any, Final

from snapthread_sandbox.openai import sdk_types
from snapthread_sandbox.openai.errors import (
    ApiError,
    below_minimum,
    invalid_type,
    invalid_value,
    list_values,
    missing,
    too_long,
    unknown_model,
    unknown_parameter,
    unsupported_effort,
    unsupported_parameter,
)
from snapthread_sandbox.openai.models import EFFORTS, ModelTraits
from snapthread_sandbox.openai.sdk_types import COUNT_PARAMETERS, QUESTION_PARAMETERS
from snapthread_sandbox.wire import Json

DETAILS: Final = ("low", "high", "auto", "original")
FILE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
OUTPUT_TOKENS_MIN: Final = 16
STRING_MAX: Final = {"safety_identifier": 64, "prompt_cache_key": 64}


def parse_body(body: bytes) -> Json:
    """The JSON object of a request."""
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ApiError(400, "We could not parse the JSON body of your request.")
    return value


def check_question(
    body: Json, models: Mapping[str, ModelTraits], refused: Container[str] = ()
) -> ModelTraits:
    """Refuses a POST /responses as the live API does; gives the model it is for.

    `refused`: parameters that this server does not know.
    """
    for name in body:
        if name in refused:
            raise unknown_parameter(name)
    if "model" not in body:
        raise missing("model")
    _check_names(body, QUESTION_PARAMETERS)
    _check_input(body)
    _check_bounds(body)
    sdk_types.check_types(body, "streamed question" if body.get("stream") else "question")
    model = _find_model(body, models)
    _check_capabilities(body, model)
    _check_state(body)
    return model


def check_count(body: Json, models: Mapping[str, ModelTraits]) -> ModelTraits:
    """The same for POST /responses/input_tokens."""
    _check_names(body, COUNT_PARAMETERS)
    _check_input(body)
    sdk_types.check_types(body, "count")
    return _find_model(body, models)


def _check_names(body: Json, known: Container[str]) -> None:
    for name in body:
        if name not in known:
            raise unknown_parameter(name)


def _check_input(body: Json) -> None:
    match body.get("input"):
        case None:
            raise missing("input")
        case list(items):
            for number, item in enumerate(items):
                _check_item(item, f"input[{number}]")
        case str():
            pass
        case other:
            raise invalid_type("input", "one of a string or array of input items", other)


def _check_item(item: object, at: str) -> None:
    if not isinstance(item, dict):
        raise invalid_type(at, "an input item", item)
    if isinstance(content := item.get("content"), list):
        for number, part in enumerate(content):
            _check_part(part, f"{at}.content[{number}]")


def _check_part(part: object, at: str) -> None:
    if not isinstance(part, dict):
        raise invalid_type(at, "an object", part)
    if "type" not in part:
        raise missing(f"{at}.type")
    if part["type"] == "input_text" and "text" not in part:
        raise missing(f"{at}.text")
    if part["type"] == "input_image":
        _check_image(part, at)
    if part["type"] == "input_file":
        _check_document(part, at)


def _check_image(part: Json, at: str) -> None:
    if (detail := part.get("detail")) is not None and detail not in DETAILS:
        raise invalid_value(f"{at}.detail", detail, DETAILS)
    if detail is None:
        raise missing(f"{at}.detail")
    file_id, url = part.get("file_id"), part.get("image_url")
    if file_id is not None and url is not None:
        message = "Mutually exclusive parameters: 'file_id' and 'image_url'."
        raise ApiError(400, message, param=at, code="mutually_exclusive_parameters")
    if file_id is None and url is None:
        message = "Missing one of the parameters 'file_id' and 'image_url'."
        raise ApiError(400, message, param=at, code="missing_mutually_exclusive_parameters")
    if isinstance(file_id, str) and not FILE_ID.fullmatch(file_id):
        message = f"Invalid '{at}.file_id': '{file_id}'. Expected an ID of a file."
        raise ApiError(400, message, param=f"{at}.file_id", code="invalid_value")


def _check_document(part: Json, at: str) -> None:
    ways = ("file_id", "file_data", "file_url")
    given = [name for name in ways if part.get(name) is not None]
    if len(given) > 1:
        message = f"Mutually exclusive parameters: {list_values(given)}."
        raise ApiError(400, message, param=at, code="mutually_exclusive_parameters")
    if not given:
        message = f"Missing one of the parameters {list_values(ways)}."
        raise ApiError(400, message, param=at, code="missing_mutually_exclusive_parameters")
    if given == ["file_data"] and not part.get("filename"):
        raise missing(f"{at}.filename")
    if given == ["file_url"]:
        message = "Error while downloading file. Upstream status code: 404."
        raise ApiError(400, message, param="url", code="invalid_value")


def _check_bounds(body: Json) -> None:
    limit = body.get("max_output_tokens")
    if limit is not None and type(limit) is not int:
        raise invalid_type("max_output_tokens", "an integer", limit)
    if limit is not None and limit < OUTPUT_TOKENS_MIN:
        raise below_minimum("max_output_tokens", OUTPUT_TOKENS_MIN, limit)
    for name, maximum in STRING_MAX.items():
        if isinstance(text := body.get(name), str) and len(text) > maximum:
            raise too_long(name, maximum, len(text))
    effort = _effort(body)
    if effort is not None and effort not in EFFORTS:
        raise invalid_value("reasoning.effort", effort, EFFORTS)


def _effort(body: Json) -> Any:
    reasoning = body.get("reasoning") or {}
    if not isinstance(reasoning, dict):
        raise invalid_type("reasoning", "an object", reasoning)
    return reasoning.get("effort")


def _find_model(body: Json, models: Mapping[str, ModelTraits]) -> ModelTraits:
    model = models.get(body.get("model") or "")
    if model is None:
        raise unknown_model(body.get("model") or "")
    return model


def _check_capabilities(body: Json, model: ModelTraits) -> None:
    effort = _effort(body)
    if effort is not None and not model.efforts:
        raise unsupported_parameter("reasoning.effort")
    if effort is not None and effort not in model.efforts:
        raise unsupported_effort(effort, model.id, model.efforts)
    for name in ("temperature", "top_p"):
        if model.efforts and body.get(name) is not None:
            raise unsupported_parameter(name)
    if not model.writes_cache and "prompt_cache_options" in body:
        raise unsupported_parameter("prompt_cache_options")


def _check_state(body: Json) -> None:
    """Conversations at the server: the double holds none."""
    if conversation := body.get("conversation"):
        id = conversation["id"] if isinstance(conversation, dict) else conversation
        raise ApiError(404, f"Conversation with id '{id}' not found.")
