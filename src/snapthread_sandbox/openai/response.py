"""The response object: what a request asked for comes back in it, the rest by default."""

from typing import Final

from snapthread_sandbox.wire import Json

ECHOED: Final = ("instructions", "max_output_tokens", "prompt_cache_key", "safety_identifier")
DEFAULTS: Final[Json] = {
    "background": False,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "service_tier": "default",
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
}


def response_object(body: Json) -> Json:
    """Without what belongs to one answer: its id, its times, its output."""
    given = {name: body.get(name) for name in ECHOED} | DEFAULTS
    return {
        "object": "response",
        "error": None,
        "incomplete_details": None,
        **{name: body.get(name, default) for name, default in given.items()},
    }
