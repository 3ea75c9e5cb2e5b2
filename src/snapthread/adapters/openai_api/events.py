"""One event of a stream → what the assistant said with it.

Events are read as plain JSON: a field may hold anything, and what is odd says nothing.
"""

from typing import Final

from snapthread.adapters.openai_api.failures import assistant_failure
from snapthread.adapters.openai_api.faults import told
from snapthread.errors import AssistantRefused
from snapthread.model import Usage
from snapthread.ports import AnswerCompleted, TextDelta, UsageReported

FILTERED: Final = "content_filter"
CUT: Final = "max_output_tokens"


def said_in(event: object, model: str) -> TextDelta | AnswerCompleted | None:
    """None for an event without news. `model` was asked, where the answer does not tell."""
    match event:
        case {"type": "response.output_text.delta", "delta": str(text)} if text:
            return TextDelta(text=text)
        case {"type": "response.completed"}:
            return _answered(event, model, None)
        case {"type": "response.incomplete"}:
            return _answered(event, model, _cut(event))
        case {"type": "response.refusal.delta" | "response.refusal.done"}:
            raise AssistantRefused("the model refused")
        case {"type": "response.failed"}:
            raise assistant_failure(told(_field(event, "response", "error")))
        case {"type": "error"}:
            raise assistant_failure(told(event))
    return None


def counted_in(event: object) -> UsageReported | None:
    """What a failing answer has cost; an end that counts nothing was not charged."""
    match event:
        case {"type": "response.failed" | "error"}:
            return UsageReported(usage=_usage(_field(event, "response", "usage")))
    return None


def _answered(event: object, model: str, cut: str | None) -> AnswerCompleted:
    usage = _field(event, "response", "usage")
    named = _field(event, "response", "model")
    answered_by = named if isinstance(named, str) and named else model
    return AnswerCompleted(usage=_usage(usage), model=answered_by, cut=cut)


def _cut(event: object) -> str:
    """Any other reason (`max_messages`, `steered`, a new one) is a cut as well."""
    reason = _field(event, "response", "incomplete_details", "reason")
    return FILTERED if reason == FILTERED else CUT


def _usage(usage: object) -> Usage:
    """Servers that only speak OpenAI's language leave fields out: then nothing is counted."""
    return Usage(
        input_tokens=_count(usage, "input_tokens"),
        cached_tokens=_count(usage, "input_tokens_details", "cached_tokens"),
        written_tokens=_count(usage, "input_tokens_details", "cache_write_tokens"),
        output_tokens=_count(usage, "output_tokens"),
        reasoning_tokens=_count(usage, "output_tokens_details", "reasoning_tokens"),
    )


def _count(usage: object, *path: str) -> int:
    value = _field(usage, *path)
    return value if isinstance(value, int) and value > 0 else 0


def _field(value: object, *path: str) -> object:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
