"""The closed set that each label of a metric is from, and how what the edges tell becomes one.

Any value outside its set counts as "other"; a user never becomes a label.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final, get_args

from snapthread.errors import SnapthreadError
from snapthread.faults import DocumentFault, ImageFault, SoundFault
from snapthread.model import ImageKind
from snapthread.model.quotas import Limit
from snapthread.model.usage import TurnOutcome

OTHER: Final = "other"


def _family(root: type[BaseException]) -> Iterator[str]:
    yield root.__name__
    for child in root.__subclasses__():
        yield from _family(child)


def _itself(names: str) -> dict[str, str]:
    return {name: name for name in names.split()}


FAILURES: Final = tuple(sorted(_family(SnapthreadError)))
FAULTS: Final = tuple(
    dict.fromkeys((*get_args(ImageFault), *get_args(DocumentFault), *get_args(SoundFault)))
)
LIMITS: Final = get_args(Limit)

# A status by its number; the name of what a client raised where that says the same.
_TIMEOUTS: Final = (
    "TimeoutError ConnectionTimeoutError ServerTimeoutError"  # of asyncio and aiohttp
    " ConnectTimeout ReadTimeout WriteTimeout PoolTimeout"  # of httpx2
)
_CONNECTIONS: Final = (
    "ClientConnectorError ClientConnectorDNSError ClientOSError ClientPayloadError"
    " ClientProxyConnectionError ServerDisconnectedError"
    " ConnectError ReadError WriteError CloseError ProxyError RemoteProtocolError"
    " LocalProtocolError"
)
CODES: Final = {
    **_itself("ok 400 401 403 404 408 409 413 422 429 5xx timeout connection"),
    **dict.fromkeys("500 502 503 504".split(), "5xx"),
    **dict.fromkeys(_TIMEOUTS.split(), "timeout"),
    **dict.fromkeys(_CONNECTIONS.split(), "connection"),
}
METHODS: Final = (
    "getMe getUpdates getFile sendMessage sendMessageDraft sendDocument editMessageText"
    " editMessageReplyMarkup deleteMessage sendChatAction answerCallbackQuery answerGuestQuery"
    " editForumTopic getMyCommands setMyCommands getWebhookInfo setWebhook deleteWebhook"
    " getChatMember leaveChat"
)
ROUTES: Final = (
    "responses files.create files.delete files.retrieve files.list models transcriptions"
)
TROUBLES: Final = "alert deletion duty housekeeping intake lease metrics readiness store telegram"
TROUBLE_KINDS: Final = (*TROUBLES.split(), *FAILURES)
# Why a file is retired, as the store writes it.
RETIRED: Final = (
    "reset", "retention", "window", "storage", "forgotten", "vanished", "lost", "refused", "gone",
    "erased", "adopted", "taken back", "turn failed", "cut off", "stranded", "unwanted",
    "upload unknown",
)  # fmt: skip

# How a turn ends, and why: the pairs that occur.
ENDS: Final[Mapping[TurnOutcome, tuple[str, ...]]] = {
    "answered": ("", "stopped", "command"),
    "refused": (
        "stranger",
        "banned",
        "no_member",
        "member_unknown",
        "unsupported",
        *LIMITS,
        *FAULTS,
    ),
    "failed": ("unexpected", *FAILURES),
    "dead_letter": ("",),
    "interrupted": ("broke_off",),
}
TURNS_END: Final = tuple((outcome, why) for outcome, whys in ENDS.items() for why in whys)

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "already_gone": {"true": "true", "false": "false"},
    "code": CODES,
    "fault": {fault: fault for fault in FAULTS},
    "format": _itself(
        "JPEG PNG WEBP GIF BMP TIFF HEIF AVIF pdf docx pptx xlsx odt rtf doc ppt xls text"
    ),
    "kind": {kind: kind for kind in (*get_args(ImageKind), *TROUBLE_KINDS)},
    "method": _itself(METHODS),
    "outcome": {outcome: outcome for outcome in ENDS},
    "reason": {why: why for why in (*(why for _, why in TURNS_END), *RETIRED)},
    "route": _itself(ROUTES),
}


def label(name: str, value: object) -> str:
    """The label for what an event tells; of a failure's story the first word counts."""
    if not isinstance(value, str):
        value = str(value).lower() if isinstance(value, bool) else str(value or "")
    known = LABELS[name]
    return known.get(value) or known.get(value.partition(",")[0], OTHER if value else "")


def every(labels: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """All combinations of these labels' values, in order."""
    return product(*(dict.fromkeys(LABELS[name].values()) for name in labels))
