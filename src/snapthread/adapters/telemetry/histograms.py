"""Histograms, and the events that move them (decision 0009)."""

from typing import Final

from snapthread.adapters.telemetry.rows import BYTES, PIXELS, HistogramRow

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
