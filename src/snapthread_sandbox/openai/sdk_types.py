"""The SDK's own types of a request: where it is installed, a request is held to them too.

Our tests have it. Who installs the bot does not need it: the demo's double then checks what it
knows by itself, as in `request`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from snapthread_sandbox.openai.errors import ApiError, unknown_parameter
from snapthread_sandbox.wire import Json

try:
    from openai.types.responses.input_token_count_params import InputTokenCountParams
    from openai.types.responses.response_create_params import (
        ResponseCreateParamsNonStreaming,
        ResponseCreateParamsStreaming,
    )

    SHAPES: Mapping[str, Any] = {
        "question": ResponseCreateParamsNonStreaming,
        "streamed question": ResponseCreateParamsStreaming,
        "count": InputTokenCountParams,
    }
except ImportError:  # no SDK here
    SHAPES = {}

# Its parameters, by name: those are known without it. A test compares them.
QUESTION_PARAMETERS: Final = frozenset(
    """
    access_programs background background_options context_management conversation image include
    input instructions max_output_tokens max_tool_calls metadata model moderation
    parallel_tool_calls previous_response_id prompt prompt_cache_key prompt_cache_options
    prompt_cache_retention reasoning safety_identifier service_tier store stream stream_options
    temperature text tool_choice tools top_logprobs top_p truncation user
    """.split()
)
COUNT_PARAMETERS: Final = frozenset(
    """
    conversation input instructions model parallel_tool_calls personality previous_response_id
    reasoning text tool_choice tools truncation
    """.split()
)


def check_types(body: Json, kind: str) -> None:
    """Refuse what the SDK's types of this kind of request do not take."""
    if kind not in SHAPES:
        return
    try:
        taken = _adapter(kind).validate_json(json.dumps(body), strict=True)
        for name in _find_dropped(body, taken, ""):
            raise unknown_parameter(name)
    except ValidationError as refused:
        raise _first_of(refused) from None


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(SHAPES[kind])


def _find_dropped(given: object, taken: object, at: str) -> Iterator[str]:
    """Unknown parameters: missing from what the SDK's types took."""
    if isinstance(given, dict) and isinstance(taken, dict):
        for name, value in given.items():
            path = f"{at}.{name}" if at else name
            if name not in taken:
                yield path
            else:
                yield from _find_dropped(value, taken[name], path)
    elif isinstance(given, list) and isinstance(taken, Iterable):
        for number, (one, other) in enumerate(zip(given, taken, strict=True)):
            yield from _find_dropped(one, other, f"{at}[{number}]")


def _first_of(refused: ValidationError) -> ApiError:
    error = max(refused.errors(), key=lambda error: len(error["loc"]))
    steps = [step for step in error["loc"] if isinstance(step, int) or step.islower()]
    plain = [step for step in steps if isinstance(step, int) or ("[" not in step and step != "str")]
    param = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in plain)[1:]
    message = f"Invalid value for '{param}': {error['msg']}."
    return ApiError(400, message, param=param, code="invalid_value")
