"""One table: what aiogram raises → our words.

An exception of the transport may hold the URL, and the URL holds the token: of those only the name
of the class is kept. Of what Telegram says, quotations and the token are taken out.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from aiogram import exceptions as theirs
from aiogram.utils.token import TokenValidationError

from snapthread.errors import (
    AnotherPoller,
    ChatBusy,
    ChatDenied,
    ChatRefused,
    DraftsUnknown,
    SnapthreadError,
    WebhookSet,
)

DESCRIPTION_CHARS: Final = 120
UNKNOWN_BOT: Final = "Telegram does not know this bot; set TELEGRAM_BOT_TOKEN as @BotFather says"
OTHER: Final = "another process polls with this token; stop it, or give this bot a token of its own"
HOOKED: Final = "a webhook is set for this token; restart the bot to take it away"

Meaning = Callable[[str], SnapthreadError]


def _conflict(said: str) -> SnapthreadError:
    return WebhookSet(HOOKED) if "webhook" in said.lower() else AnotherPoller(OTHER)


def _wrong_token(said: str) -> SnapthreadError:
    return ChatDenied(f"{UNKNOWN_BOT} ({said})")


# The nearest class counts; what is not told here is busy, so that it is tried again.
EXCEPTIONS: Final[Mapping[type[Exception], Meaning]] = {
    theirs.AiogramError: ChatBusy,
    theirs.DetailedAiogramError: ChatBusy,
    theirs.TelegramAPIError: ChatBusy,  # a status that aiogram does not know, 429 without a time
    theirs.TelegramNetworkError: ChatBusy,
    theirs.TelegramServerError: ChatBusy,
    theirs.RestartingTelegram: ChatBusy,
    theirs.TelegramRetryAfter: ChatBusy,
    theirs.ClientDecodeError: ChatBusy,
    theirs.TelegramBadRequest: ChatRefused,
    theirs.TelegramForbiddenError: ChatRefused,
    theirs.TelegramMigrateToChat: ChatRefused,
    theirs.TelegramNotFound: ChatRefused,
    theirs.TelegramEntityTooLarge: ChatRefused,
    theirs.TelegramConflictError: _conflict,
    theirs.TelegramUnauthorizedError: _wrong_token,
    TokenValidationError: _wrong_token,
    # Of parts of aiogram that we do not use.
    theirs.CallbackAnswerException: ChatBusy,
    theirs.SceneException: ChatBusy,
    theirs.UnsupportedKeywordArgument: ChatBusy,
    theirs.DataNotDictLikeError: ChatBusy,
}
# Where a token of the wrong shape meets "404 Not Found", and no other cause does.
KNOWN_METHODS: Final = frozenset({"getMe", "getUpdates"})


def failure_of(error: Exception, token: str, method: str = "") -> SnapthreadError:
    """Ours, with nothing of theirs attached: raise it outside of the `except` block."""
    said = description_of(error, token)
    if isinstance(error, theirs.TelegramRetryAfter):
        return ChatBusy(said, retry_after_s=float(error.retry_after))
    if isinstance(error, theirs.TelegramNotFound) and method in KNOWN_METHODS:
        return _wrong_token(said)
    if isinstance(error, theirs.TelegramNotFound) and method == "sendMessageDraft":
        return DraftsUnknown(said)
    meaning = next((EXCEPTIONS[cls] for cls in type(error).__mro__ if cls in EXCEPTIONS), ChatBusy)
    return meaning(said)


def description_of(error: Exception, token: str) -> str:
    """Telegram's own description, or the name of the class."""
    name = type(error).__name__
    if not isinstance(error, theirs.TelegramAPIError):
        return name
    if isinstance(error, theirs.TelegramNetworkError):
        return f"{name} {type(error.__cause__).__name__}" if error.__cause__ else name
    return f"{name}: {clean(str(error.message), token)}"


def clean(description: str, token: str) -> str:
    """A quotation may be of the user's text."""
    unquoted = re.sub(r"\"[^\"]*\"|'[^']*'", "…", description.replace(token, "***"))
    return " ".join(unquoted.split())[:DESCRIPTION_CHARS]
