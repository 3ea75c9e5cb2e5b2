"""Events of a stream → what the assistant said with them.

Events are read as plain JSON: a field may hold anything, and what is odd says nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeGuard

from snapthread.adapters.openai_api.answer import AnswerText, Index, text_of, texts_of
from snapthread.adapters.openai_api.failures import assistant_failure
from snapthread.adapters.openai_api.faults import fault_of_error
from snapthread.errors import AssistantRefused
from snapthread.model import Usage
from snapthread.ports import AnswerCompleted, AnswerEvent, Thinking, UsageReported

FILTERED: Final = "content_filter"
CUT: Final = "max_output_tokens"
NAME_MAX: Final = 256
COUNT_MAX: Final = 10**12  # tokens; more is no count, and too much for a store
Event = Mapping[str, Any]


class EventInterpreter:
    """Interprets the events of one answer. `model`: the one asked, where the answer names none."""

    def __init__(self, model: str, *, has_files: bool) -> None:
        self._model = model
        self._has_files = has_files
        self._answer = AnswerText()
        self._is_refused = False
        self._is_thinking = False

    @property
    def has_begun(self) -> bool:
        return not self._answer.is_empty

    def interpret(self, event: object) -> Iterator[AnswerEvent]:
        """In order; raises the failure that the event tells. `AnswerCompleted` is the end."""
        if isinstance(event, dict):
            yield from self._interpret(event)

    def _interpret(self, event: Event) -> Iterator[AnswerEvent]:
        match event:
            case {"type": "response.output_text.delta", "delta": str(text)}:
                yield from _some(self._answer.add(_index(event), text))
            case {"type": "response.output_text.done", "text": str(text)}:
                yield from _some(self._answer.complete(_index(event), text))
            case {"type": "response.output_item.added" | "response.output_item.done"}:
                yield from self._item(event)
            case {"type": "response.content_part.done", "part": part}:
                yield from self._part(_index(event), part)
            case {"type": "response.refusal.delta" | "response.refusal.done"}:
                self._is_refused = True
            case {"type": "response.completed" | "response.incomplete"}:
                yield from self._end(event)
            case {"type": "response.failed"}:
                yield UsageReported(usage=_usage(_field(event, "response", "usage")))
                raise self._failure(_field(event, "response", "error"))
            case {"output": list()} if "type" not in event:  # all of it at once, without a stream
                yield from self._interpret({"type": _end_of(event), "response": event})
            case {"type": "error"} | {"error": dict() | str()}:
                yield UsageReported(usage=Usage())  # an end that counts nothing was not charged
                raise self._failure(event.get("error") or event)
            case {"type": str(kind)} if kind.startswith("response.reasoning"):
                yield from self.think()

    def _failure(self, error: object) -> Exception:
        return assistant_failure(fault_of_error(error), has_files=self._has_files)

    def think(self) -> Iterator[Thinking]:
        """Say once, before the first word, that the model thinks."""
        if not self._is_thinking and not self.has_begun:
            self._is_thinking = True
            yield Thinking()

    def _item(self, event: Event) -> Iterator[AnswerEvent]:
        number, item = _index(event)[0], event.get("item")
        phase = _field(item, "phase")
        if _is_name(phase):
            self._answer.phases[number] = phase
        if _field(item, "type") == "reasoning":
            yield from self.think()
        self._is_refused = self._is_refused or _refuses({"output": [item]})
        for (_, part), text in texts_of({"output": [item]}).items():
            yield from self._take_whole((number, part), text)

    def _part(self, index: Index, part: object) -> Iterator[AnswerEvent]:
        self._is_refused = self._is_refused or _field(part, "type") == "refusal"
        yield from self._take_whole(index, text_of(part))

    def _end(self, event: Event) -> Iterator[AnswerEvent]:
        response = _field(event, "response")
        usage = _usage(_field(response, "usage"))
        for index, text in texts_of(response).items():  # some servers send no deltas of it
            if self._answer.lacks(index, text) or self._answer.falls_short(index, text):
                self._note_phase(response, index[0])
                yield from self._take_whole(index, text)
        yield from _some(self._answer.end())
        if self._is_refused or (self._answer.is_empty and _is_withheld(event)):
            yield from [UsageReported(usage=usage)] * (usage != Usage())
            raise AssistantRefused("the model refused")
        yield self._completed_answer(event, usage)

    def _note_phase(self, response: object, number: int) -> None:
        items = _field(response, "output")
        phase = _field(items[number], "phase") if isinstance(items, list) else None
        if _is_name(phase):
            self._answer.phases[number] = phase

    def _take_whole(self, index: Index, text: str) -> Iterator[AnswerEvent]:
        if text:
            yield from _some(self._answer.complete(index, text))

    def _completed_answer(self, event: Event, usage: Usage) -> AnswerCompleted:
        named = _field(event, "response", "model")
        return AnswerCompleted(
            usage=usage,
            model=named if _is_name(named) else self._model,
            cut=_cut_reason(event) if event["type"] == "response.incomplete" else None,
            commentary=self._answer.commentary,
            phase=self._answer.phase,
        )


def _some(said: AnswerEvent | None) -> Iterator[AnswerEvent]:
    if said is not None:
        yield said


def _index(event: Event) -> Index:
    item, part = event.get("output_index"), event.get("content_index")
    return (item if isinstance(item, int) else 0, part if isinstance(part, int) else 0)


def _refuses(response: object) -> bool:
    items = _field(response, "output")
    return any(
        _field(part, "type") == "refusal"
        for item in _list(items)
        for part in _list(_field(item, "content"))
    )


def _is_withheld(event: Event) -> bool:
    return _refuses(_field(event, "response")) or _cut_reason(event) == FILTERED


def _end_of(response: Event) -> str:
    status = response.get("status")
    return f"response.{status if status in {'failed', 'incomplete'} else 'completed'}"


def _is_name(value: object) -> TypeGuard[str]:
    """A store can hold it: no half of a character, nor a page of a proxy."""
    return isinstance(value, str) and 0 < len(value) <= NAME_MAX and value.isprintable()


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _cut_reason(event: object) -> str:
    """Any other reason (`max_messages`, `steered`, a new one) is a cut as well."""
    reason = _field(event, "response", "incomplete_details", "reason")
    return FILTERED if reason == FILTERED else CUT


def _usage(usage: object) -> Usage:
    """Servers that only speak OpenAI's language leave fields out. Nothing at all is unknown: half
    a count is not taken for a whole one."""
    known = [_field(usage, name) for name in ("input_tokens", "output_tokens")]
    if not all(isinstance(count, int) and count <= COUNT_MAX for count in known):
        return Usage()
    read, said = _count(known[0], COUNT_MAX), _count(known[1], COUNT_MAX)
    cached = _count(_field(usage, "input_tokens_details", "cached_tokens"), read)
    return Usage(
        input_tokens=read,
        cached_tokens=cached,
        written_tokens=_count(
            _field(usage, "input_tokens_details", "cache_write_tokens"), read - cached
        ),
        output_tokens=said,
        reasoning_tokens=_count(_field(usage, "output_tokens_details", "reasoning_tokens"), said),
    )


def _count(value: object, most: int) -> int:
    """A part is never more than the whole."""
    return min(value, most) if isinstance(value, int) and value > 0 else 0


def _field(value: object, *path: str) -> Any:
    """None where the path does not lead anywhere."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
