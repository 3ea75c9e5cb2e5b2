"""One table: what the Bot API answers, or that it does not → our words.

An exception of the transport may hold the URL, and the URL holds the token: of those only the name
of the class is kept. Of what Telegram says, quotations and the token are taken out.
"""

import re
from typing import Any, Final, NamedTuple

from snapthread.errors import (
    WAIT_MAX_S,
    AnotherPoller,
    ChatBusy,
    ChatDenied,
    ChatRefused,
    ChatUnreachable,
    DraftsUnknown,
    RefusedPart,
    SnapthreadError,
    WebhookSet,
)

DESCRIPTION_CHARS: Final = 120
UNKNOWN_BOT: Final = "Telegram does not know this bot; set TELEGRAM_BOT_TOKEN as @BotFather says"
OTHER: Final = "another process polls with this token; stop it, or give this bot a token of its own"
ELSEWHERE: Final = "sends us elsewhere; is TELEGRAM_API_BASE_URL the server's own address?"
HOOKED: Final = "a webhook is set for this token; restart the bot to take it away"

# Where a token of the wrong shape meets "404 Not Found", and no other cause does.
KNOWN_METHODS: Final = frozenset({"getMe", "getUpdates"})
DRAFT: Final = "sendMessageDraft"
FLOOD: Final = frozenset({420, 429})
REFUSALS: Final = frozenset({400, 403, 404, 413})

# What says that nobody is there (tdlib/telegram-bot-api, td: MessagesManager, DialogManager).
NOBODY: Final = (
    "bot was blocked",
    "user is deactivated",
    "bot was kicked",
    "chat not found",
    "bot is not a member",
    "can't initiate conversation",
    "can't send messages to bots",
    "group chat was deactivated",
    "group chat was deleted",
    "peer_id_invalid",
)
# What a refusal names of the message itself; the first that fits.
NAMED: Final[tuple[tuple[RefusedPart, tuple[str, ...]], ...]] = (
    ("reader", ("ephemeral", "user_not_participant", "receiver_user")),
    ("length", ("too long", "message_too_long", "too_long")),
    ("topic", ("thread not found", "topic_deleted", "topic_id_invalid")),
    ("thread", ("topic_closed",)),
    ("reply", ("replied not found", "reply message", "reply_message", "quote_text_invalid")),
    ("entities", ("parse entities", "entity", "entities")),
    ("buttons", ("button", "reply markup", "reply_markup", "inline keyboard")),
)


class Meaning(NamedTuple):
    """A failure, and how it is counted."""

    code: str
    failure: SnapthreadError


def failure_of_transport(error: Exception, address: str) -> ChatBusy:
    """Nothing of theirs is attached: raise it outside of the `except` block."""
    return ChatBusy(f"{type(error).__name__} at {address}")


def unreadable_answer(what: str, address: str) -> ChatBusy:
    return ChatBusy(f"{address} answers what is not the Bot API's: {what}")


def wrong_token(told: str) -> ChatDenied:
    return ChatDenied(f"{UNKNOWN_BOT} ({told})")


def failure_of_answer(
    method: str, status: int, told: dict[str, Any] | None, token: str, address: str
) -> Meaning:
    """`told`: the answer, where it has Telegram's form."""
    if told is None:
        return Meaning(str(status), _not_telegrams(method, status, address))
    found = told.get("error_code")
    code = found if type(found) is int else status
    description = str(told.get("description") or "")
    return Meaning(str(code), _telegrams(method, code, description, told, token))


def _not_telegrams(method: str, status: int, address: str) -> SnapthreadError:
    """Such a server knows no drafts, if it refuses them; else something stands between."""
    if 300 <= status < 400:
        return ChatBusy(f"{status} from {address}: it {ELSEWHERE}")
    told = f"{status} from {address}, not in Telegram's form"
    is_unknown = method == DRAFT and 400 <= status < 500
    return DraftsUnknown(told) if is_unknown else ChatBusy(told)


def _telegrams(
    method: str, code: int, description: str, told: dict[str, Any], token: str
) -> SnapthreadError:
    said = f"{code} {clean(description, token)}".strip()
    if code in FLOOD:
        return ChatBusy(said, retry_after_s=_wait_s(told))
    if code == 401 or (code == 404 and method in KNOWN_METHODS):
        return wrong_token(said)
    if code == 409:
        return WebhookSet(HOOKED) if "webhook" in description.lower() else AnotherPoller(OTHER)
    if method == DRAFT and (code == 404 or "method not found" in description.lower()):
        return DraftsUnknown(said)
    # What is not told here is busy, so that it is tried again.
    if code not in REFUSALS:
        return ChatBusy(said)
    moved_to = _moved_to(told)
    return ChatRefused(said, moved_to=moved_to) if moved_to else refusal(said, description)


def refusal(said: str, description: str) -> ChatRefused:
    """Nobody is there, or only this message is refused as it is."""
    lowered = description.lower()
    if any(words in lowered for words in NOBODY):
        return ChatUnreachable(said)
    named = (part for part, words in NAMED if any(word in lowered for word in words))
    return ChatRefused(said, part=next(named, "unknown"))


def _wait_s(told: dict[str, Any]) -> float | None:
    parameters = told.get("parameters")
    wait_s = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(wait_s, bool) or not isinstance(wait_s, int | float):
        return None
    return float(min(wait_s, WAIT_MAX_S)) if wait_s >= 0 else None  # NaN is not, either


def _moved_to(told: dict[str, Any]) -> int | None:
    """A group that became a supergroup has another id."""
    parameters = told.get("parameters")
    chat_id = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None
    return chat_id if type(chat_id) is int else None


def clean(description: str, token: str) -> str:
    """A quotation may be of the user's text."""
    unquoted = re.sub(r"\"[^\"]*\"|'[^']*'", "…", description.replace(token, "***"))
    return " ".join(unquoted.split())[:DESCRIPTION_CHARS]
