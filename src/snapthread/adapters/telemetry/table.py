"""Metrics and the events that move them (decision 0009), each explained so that it stands alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, get_args

from snapthread.adapters.telemetry.labels import RETIRED, TROUBLE_KINDS, TURNS_END
from snapthread.faults import DocumentFault, ImageFault, SoundFault

SECONDS: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0)
BYTES: Final = tuple(10.0**power for power in range(3, 9))
PIXELS: Final = (1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 5e7)
MS: Final = 0.001  # events tell milliseconds, metrics seconds
MICRO: Final = 1e-6  # events tell micro-dollars, metrics dollars


@dataclass(frozen=True, slots=True)
class CounterRow:
    """A counter: each event adds its `field` times `unit`, or 1.

    `initial`: the label values that are there from the start; none: every combination.
    """

    event: str
    name: str
    help: str
    labels: tuple[str, ...] = ()
    field: str | None = None
    unit: float = 1
    initial: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class HistogramRow:
    """A histogram: each event adds its `field` times `unit`."""

    event: str
    name: str
    help: str
    labels: tuple[str, ...] = ()
    field: str = "ms"
    unit: float = MS
    buckets: tuple[float, ...] = SECONDS


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

HISTOGRAMS: Final = (
    HistogramRow(
        "image.downloaded",
        "image_download_seconds",
        "Time to download an image from Telegram, by the kind of message.",
        ("kind",),
    ),
    HistogramRow(
        "image.downloaded",
        "image_download_bytes",
        "Size of an image as downloaded from Telegram, by the kind of message.",
        ("kind",),
        "bytes",
        1,
        BYTES,
    ),
    HistogramRow(
        "image.prepared",
        "image_prepare_seconds",
        "Time to decode and convert an image, by the format it came in.",
        ("format",),
    ),
    HistogramRow(
        "image.prepared",
        "image_bytes",
        "Size of an image as uploaded to OpenAI, by the format it came in.",
        ("format",),
        "bytes",
        1,
        BYTES,
    ),
    HistogramRow(
        "image.prepared",
        "image_pixels",
        "Pixels of an image as uploaded to OpenAI.",
        (),
        "pixels",
        1,
        PIXELS,
    ),
    HistogramRow(
        "document.read",
        "document_read_seconds",
        "Time to read a document in its child, by what it is.",
        ("format",),
    ),
    HistogramRow("file.uploaded", "file_upload_seconds", "Time to upload a file to OpenAI."),
    HistogramRow(
        "file.deleted",
        "file_delete_seconds",
        "Time to delete a file at OpenAI, by whether it was gone already.",
        ("already_gone",),
    ),
    HistogramRow(
        "turn.done",
        "turn_seconds",
        "Time from the start of a turn to its written result, by how it ended.",
        ("outcome",),
    ),
    HistogramRow(
        "turn.done",
        "turn_wait_seconds",
        "Time from when a message was sent to the start of its turn.",
        (),
        "waited_ms",
    ),
    HistogramRow(
        "turn.done",
        "first_token_seconds",
        "Time from the start of a turn to the first word of its answer.",
        (),
        "first_token_ms",
    ),
    HistogramRow(
        "turn.delivered",
        "turn_delivered_seconds",
        "Time from the start of a turn until Telegram has its whole answer.",
    ),
    HistogramRow(
        "part.delivered",
        "part_delivery_seconds",
        "Time to send one message of an answer to Telegram.",
    ),
    HistogramRow(
        "telegram.request",
        "telegram_request_seconds",
        "Time of a call of the Bot API, by method; getUpdates waits for updates.",
        ("method",),
    ),
    HistogramRow(
        "openai.request",
        "openai_request_seconds",
        "Time of a call of OpenAI until its first byte, by route.",
        ("route",),
    ),
)


@dataclass(frozen=True, slots=True)
class GaugeRow:
    """A number that is asked for when the metrics are read."""

    name: str
    help: str


GAUGES: Final = (
    GaugeRow("active_turns", "Turns that run in this process now."),
    GaugeRow("waiting_messages", "Messages in the store that wait for an answer or get one now."),
    GaugeRow("dead_letters", "Messages in the store that were given up after three attempts."),
    GaugeRow("live_files", "Files at OpenAI that conversations in the store hold."),
    GaugeRow("deletions_due", "Files at OpenAI that are still to be deleted."),
    GaugeRow(
        "last_poll_age_seconds",
        "Time since updates were last received from Telegram; NaN where another process polls.",
    ),
    GaugeRow(
        "last_answer_age_seconds",
        "Time since an answer was last delivered by this process; NaN before the first.",
    ),
    GaugeRow("ready", "1 where the bot can serve, 0 where /readyz says why not."),
)
