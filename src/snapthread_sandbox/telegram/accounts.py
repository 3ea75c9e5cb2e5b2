"""Accounts: people as chats know them, and those by which Telegram stands for a chat."""

from typing import Final, Protocol

from snapthread_sandbox.wire import Json

# Who stands for a chat that speaks as itself, for programs that know only people.
ANONYMOUS: Final[Json] = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CHANNEL: Final[Json] = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
TELEGRAM: Final[Json] = {"id": 777000, "is_bot": False, "first_name": "Telegram"}


class Account(Protocol):
    """Somebody; `user` is what the Bot API tells of them."""

    @property
    def id(self) -> int: ...
    @property
    def user(self) -> Json: ...
