"""The metrics, the event that moves each, and the closed set that each label is from.

Any value outside its set counts as "other"; a user never becomes a label.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from snapthread.errors import ImageFault, SnapthreadError
from snapthread.model import ImageKind
from snapthread.usage import Limit

SECONDS: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0)
BYTES: Final = tuple(10.0**power for power in range(3, 9))
PIXELS: Final = (1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 5e7)
MS: Final = 0.001  # events tell milliseconds, metrics seconds


@dataclass(frozen=True, slots=True)
class CounterRow:
    """A counter: each event adds its `field`, or 1."""

    event: str
    name: str
    description: str
    labels: tuple[str, ...] = ()
    field: str | None = None


@dataclass(frozen=True, slots=True)
class HistogramRow:
    """A histogram: each event adds its `field` times `unit`."""

    event: str
    name: str
    description: str
    labels: tuple[str, ...] = ()
    field: str = "ms"
    unit: float = MS
    buckets: tuple[float, ...] = SECONDS


def _family(root: type[BaseException]) -> Iterator[str]:
    yield root.__name__
    for child in root.__subclasses__():
        yield from _family(child)


FAILURES: Final = frozenset(_family(SnapthreadError)) | {"unexpected"}
# A status, "ok", or the name of what a library raised: the first word of what the edges tell.
CODES: Final = (
    "ok 400 401 403 404 408 409 413 422 429 500 502 503 504"
    " APIConnectionError APITimeoutError APIError TimeoutError"
    " ClientConnectorError ClientConnectorDNSError ClientOSError ClientPayloadError"
    " ClientProxyConnectionError ConnectionTimeoutError ServerDisconnectedError"
    " ServerTimeoutError"
)
METHODS: Final = (
    "getMe getUpdates getFile sendMessage sendMessageDraft editMessageText sendChatAction"
    " getMyCommands setMyCommands getWebhookInfo setWebhook deleteWebhook sendDocument"
    " answerCallbackQuery download"
)
OUTCOMES: Final = "answered refused failed put_aside interrupted"
REASONS: Final = (
    "stranger command group unsupported refused vanished reset content_filter stopped broke_off"
)
LIMITS: Final = frozenset(get_args(Limit))
ROUTES: Final = "responses files.create files.delete files.retrieve files.list"
TROUBLES: Final = "alert deletion delivery housekeeping intake readiness store telegram turn"

LABELS: Final[Mapping[str, frozenset[str]]] = {
    "already_gone": frozenset({"true", "false"}),
    "code": frozenset(CODES.split()),
    "fault": frozenset(get_args(ImageFault)),
    "format": frozenset("JPEG PNG WEBP GIF BMP TIFF HEIF AVIF".split()),
    "kind": frozenset(get_args(ImageKind)) | FAILURES | frozenset(TROUBLES.split()),
    "method": frozenset(METHODS.split()),
    "outcome": frozenset(OUTCOMES.split()),
    "reason": frozenset({"", *REASONS.split(), *get_args(ImageFault)}) | FAILURES | LIMITS,
    "route": frozenset(ROUTES.split()),
}

COUNTS: Final = (
    CounterRow("update.accepted", "updates_accepted", "Updates taken from Telegram", field="count"),
    CounterRow("image.refused", "images_refused", "Images not used", ("fault",)),
    CounterRow("file.intended", "files_intended", "Uploads begun"),
    CounterRow("file.retired", "files_retired", "Files to be deleted", ("reason",)),
    CounterRow("turn.done", "turns", "Turns ended", ("outcome", "reason")),
    CounterRow("turn.done", "turn_images", "Images in requests", field="images"),
    CounterRow("turn.done", "turn_requests", "Requests for answers", field="requests"),
    CounterRow("turn.done", "image_tokens", "Tokens of images, computed", field="image_tokens"),
    CounterRow("turn.done", "input_tokens", "Tokens sent", field="input_tokens"),
    CounterRow("turn.done", "cached_tokens", "Of these, cached", field="cached_tokens"),
    CounterRow(
        "turn.done", "written_tokens", "Of these, written to the cache", field="written_tokens"
    ),
    CounterRow("turn.done", "output_tokens", "Tokens answered", field="output_tokens"),
    CounterRow("turn.done", "reasoning_tokens", "Of these, reasoning", field="reasoning_tokens"),
    CounterRow("turn.done", "cost_micros", "Known cost, in micro-dollars", (), "cost_micros"),
    CounterRow("turn.done", "turns_without_price", "Turns of unknown cost", (), "without_price"),
    CounterRow("turn.done", "turns_estimated", "Turns whose tokens we counted", (), "estimated"),
    CounterRow("file.restored", "files_restored", "Vanished images brought back"),
    CounterRow("part.dropped", "parts_dropped", "Messages not delivered", ("reason",), "count"),
    CounterRow("conversation.reset", "resets", "Conversations reset"),
    CounterRow("conversation.reset", "reset_files", "Files that resets retired", field="files"),
    CounterRow("telegram.request", "telegram_requests", "Calls of Telegram", ("method", "code")),
    CounterRow("openai.request", "openai_requests", "Calls of OpenAI", ("route", "code")),
    CounterRow("admin.refused", "admin_refusals", "Wrong tries to log in to the admin page"),
    CounterRow("trouble", "troubles", "Troubles, by kind", ("kind",)),
)

SPREADS: Final = (
    HistogramRow(
        "image.downloaded", "image_download_seconds", "Downloads from Telegram", ("kind",)
    ),
    HistogramRow(
        "image.downloaded", "image_download_bytes", "Their sizes", ("kind",), "bytes", 1, BYTES
    ),
    HistogramRow("image.prepared", "image_prepare_seconds", "Preparing an image", ("format",)),
    HistogramRow(
        "image.prepared", "image_bytes", "Sizes to upload", ("format",), "bytes", 1, BYTES
    ),
    HistogramRow("image.prepared", "image_pixels", "Pixels to upload", (), "pixels", 1, PIXELS),
    HistogramRow("file.uploaded", "file_upload_seconds", "Uploads to OpenAI"),
    HistogramRow("file.deleted", "file_delete_seconds", "Deletions at OpenAI", ("already_gone",)),
    HistogramRow("turn.done", "turn_seconds", "Turns, from claim to end", ("outcome",)),
    HistogramRow("turn.done", "turn_wait_seconds", "Waiting before a turn", (), "waited_ms"),
    HistogramRow("turn.done", "first_token_seconds", "Until the first word", (), "first_token_ms"),
    HistogramRow("turn.delivered", "turn_delivered_seconds", "From claim to the whole answer sent"),
    HistogramRow("part.delivered", "part_delivery_seconds", "Sending a message"),
    HistogramRow("telegram.request", "telegram_request_seconds", "Calls of Telegram", ("method",)),
    HistogramRow("openai.request", "openai_request_seconds", "Calls of OpenAI", ("route",)),
)
