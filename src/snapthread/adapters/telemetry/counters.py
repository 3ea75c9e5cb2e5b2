"""Counters, and the events that move them (decision 0009)."""

from collections.abc import Iterable
from typing import Final, get_args

from snapthread.adapters.telemetry.labels import RETIRED, TROUBLE_KINDS, TURNS_END
from snapthread.adapters.telemetry.rows import MICRO, CounterRow
from snapthread.faults import DocumentFault, ImageFault, SoundFault


def _ones(values: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple((value,) for value in values)


def _of_turns(name: str, help_text: str, *, unit: float = 1, field: str = "") -> CounterRow:
    return CounterRow("turn.done", name, help_text, (), field or name, unit)


COUNTERS: Final = (
    CounterRow(
        "update.accepted",
        "updates_accepted",
        "Updates from Telegram written to the store.",
        field="count",
    ),
    CounterRow(
        "image.refused",
        "images_refused",
        "Images of questions that could not be used, by what was wrong with them.",
        ("fault",),
        initial=_ones(get_args(ImageFault)),
    ),
    CounterRow(
        "document.read",
        "documents_read",
        "Documents that were read before they went up, by what they are.",
        ("format",),
    ),
    CounterRow(
        "document.refused",
        "documents_refused",
        "Documents of questions that could not be used, by what was wrong with them.",
        ("fault",),
        initial=_ones(get_args(DocumentFault)),
    ),
    CounterRow(
        "sound.refused",
        "sounds_refused",
        "Voice and other sounds of questions that could not be used, by what was wrong with them.",
        ("fault",),
        initial=_ones(get_args(SoundFault)),
    ),
    CounterRow("file.intended", "files_intended", "Uploads to OpenAI that were begun."),
    CounterRow(
        "file.retired",
        "files_retired",
        "Files at OpenAI that are no longer needed and whose deletion was begun, by why.",
        ("reason",),
        initial=_ones(RETIRED),
    ),
    CounterRow(
        "turn.done",
        "turns",
        "Turns that ended, by how and why; a turn answers one question or command.",
        ("outcome", "reason"),
        initial=TURNS_END,
    ),
    _of_turns("turn_images", "Images named in requests for answers.", field="images"),
    _of_turns("turn_documents", "Documents of questions that were let in.", field="documents"),
    _of_turns("voice_seconds", "Seconds of speech transcribed, as billed.", field="voice_s"),
    _of_turns("turn_requests", "Requests for answers sent to OpenAI.", field="requests"),
    _of_turns("image_tokens", "Input tokens of images in requests, computed by the bot."),
    _of_turns("input_tokens", "Input tokens of requests, images and cached tokens included."),
    _of_turns("cached_tokens", "Input tokens that OpenAI read from its prompt cache."),
    _of_turns("written_tokens", "Input tokens that OpenAI wrote to its prompt cache."),
    _of_turns("output_tokens", "Output tokens of answers, reasoning tokens included."),
    _of_turns("reasoning_tokens", "Output tokens spent on reasoning."),
    _of_turns(
        "cost_dollars",
        "Cost of turns in US dollars, as far as the model has a known price.",
        field="cost_micros",
        unit=MICRO,
    ),
    _of_turns("turns_without_price", "Turns whose cost is unknown.", field="without_price"),
    _of_turns(
        "turns_estimated",
        "Turns whose tokens were counted by the bot because the API did not say.",
        field="estimated",
    ),
    CounterRow(
        "file.restored", "files_restored", "Images that vanished at OpenAI and were brought back."
    ),
    CounterRow(
        "part.dropped",
        "parts_dropped",
        "Messages to people that Telegram refused for good.",
        field="count",
    ),
    CounterRow("conversation.reset", "resets", "Conversations that people reset."),
    CounterRow(
        "conversation.reset",
        "reset_files",
        "Files at OpenAI that left with the conversation they were reset with.",
        field="files",
    ),
    CounterRow(
        "telegram.request",
        "telegram_requests",
        "Calls of the Bot API that ended, by method and by status or kind of failure.",
        ("method", "code"),
    ),
    CounterRow(
        "openai.request",
        "openai_requests",
        "Calls of OpenAI that ended, by route and by status or kind of failure.",
        ("route", "code"),
    ),
    CounterRow("admin.refused", "admin_refusals", "Wrong tokens given to the admin page."),
    CounterRow(
        "trouble",
        "troubles",
        "Troubles that the bot met and went on from, by part or kind of failure.",
        ("kind",),
        initial=_ones(TROUBLE_KINDS),
    ),
)
