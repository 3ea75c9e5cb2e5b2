"""Token usage as OpenAI bills it, with a prompt cache that can be predicted."""

from collections.abc import Callable
from typing import Final

from snapthread_sandbox.openai.models import ModelTraits
from snapthread_sandbox.openai.question import Question
from snapthread_sandbox.wire import Json

CACHE_MIN_TOKENS: Final = 1_024
CACHE_STEP_TOKENS: Final = 128

Pieces = list[tuple[str, int]]


class PromptCache:
    """Remembers the last prompt of each model and `prompt_cache_key`; it never forgets."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], Pieces] = {}

    def usage(self, question: Question, model: ModelTraits) -> Callable[[int, int], Json]:
        """The usage of this question, given its output and reasoning tokens."""
        cached, written = self._look_up(question, model)
        input_tokens = question.input_tokens
        return lambda output, reasoning: {
            "input_tokens": input_tokens,
            "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written},
            "output_tokens": output,
            "output_tokens_details": {"reasoning_tokens": reasoning},
            "total_tokens": input_tokens + output,
        }

    def _look_up(self, question: Question, model: ModelTraits) -> tuple[int, int]:
        options = question.body.get("prompt_cache_options") or {}
        total = question.input_tokens
        if options.get("mode") == "explicit" or total < CACHE_MIN_TOKENS:
            return 0, 0
        key = (model.id, question.body.get("prompt_cache_key") or "")
        pieces = list(question.pieces())
        cached = _common(self._last.get(key, []), pieces)
        self._last[key] = pieces
        return cached, total - cached if model.writes_cache else 0


def _common(before: Pieces, after: Pieces) -> int:
    tokens = 0
    for old, new in zip(before, after, strict=False):
        if old != new:
            break
        tokens += new[1]
    whole = tokens // CACHE_STEP_TOKENS * CACHE_STEP_TOKENS
    return whole if whole >= CACHE_MIN_TOKENS else 0
