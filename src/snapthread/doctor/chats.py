"""Telegram's chats: what is heard in groups, topics, guests, and the channel that is required."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from snapthread.doctor.check import Check, broken, good, warning
from snapthread.doctor.service import Service
from snapthread.settings import Settings

GROUPS: Final = "telegram.groups"
TOPICS: Final = "telegram.topics"
GUESTS: Final = "telegram.guests"
CHANNEL: Final = "telegram.channel"
ADMINS: Final = frozenset({"administrator", "creator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWishes:
    """Demands of the settings on Telegram's chats. `hears_all`: the setting that needs everything
    said in groups, where one does."""

    is_for_groups: bool = True
    hears_all: str = ""
    has_guests: bool = False
    channel: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "ChatWishes":
        answers = settings.group_answers
        context = "GROUP_CONTEXT" if settings.group_context and answers != "off" else ""
        return cls(
            is_for_groups=answers != "off",
            hears_all="GROUP_ANSWERS=always" if answers == "always" else context,
            has_guests=settings.guest_mode == "yes",
            channel=settings.required_channel[0] if settings.required_channel else "",
        )


async def check_chats(service: Service, me: Mapping[str, Any], wishes: ChatWishes) -> list[Check]:
    """`me`: the bot, as Telegram describes it."""
    return [
        _groups(me, wishes),
        _topics(me),
        *([_guests(me)] if wishes.has_guests else []),
        *([await _channel(service, me, wishes.channel)] if wishes.channel else []),
    ]


def _groups(me: Mapping[str, Any], wishes: ChatWishes) -> Check:
    if not wishes.is_for_groups:
        return good(GROUPS, "GROUP_ANSWERS=off: it leaves groups.")
    if not me.get("can_join_groups"):
        told = "The bot cannot be added to groups (@BotFather, /setjoingroups)."
        if wishes.hears_all:
            return warning(GROUPS, f"{told} {wishes.hears_all} is for groups.")
        return good(GROUPS, told)
    if me.get("can_read_all_group_messages"):
        return good(GROUPS, "Privacy mode is off: in groups it hears everything.")
    if wishes.hears_all:
        return warning(
            GROUPS,
            f"{wishes.hears_all} needs all that is said in a group, and privacy mode is on: switch"
            " it off (@BotFather, /setprivacy) and add the bot to its groups anew, or make it an"
            " admin of them.",
        )
    return good(GROUPS, "Privacy mode is on: in groups it hears mentions, replies and commands.")


def _topics(me: Mapping[str, Any]) -> Check:
    if not me.get("has_topics_enabled"):
        return good(TOPICS, "Topics in private chats are off.")
    if not me.get("allows_users_to_create_topics"):
        return warning(
            TOPICS,
            "Topics in private chats are on, and people may not create any; the bot creates none"
            " either. Allow it in @BotFather's app, or switch topics off.",
        )
    return good(TOPICS, "Topics in private chats are on: each is a conversation of its own.")


def _guests(me: Mapping[str, Any]) -> Check:
    if me.get("supports_guest_queries"):
        return good(GUESTS, "It may be mentioned where it is no member.")
    told = "GUEST_MODE=yes, and Telegram does not allow it: switch it on in @BotFather's app."
    return warning(GUESTS, told)


async def _channel(service: Service, me: Mapping[str, Any], channel: str) -> Check:
    """Only an admin of a channel is told who its members are."""
    sent = {"chat_id": channel, "user_id": me.get("id")}
    reply = await service.ask("POST", "/getChatMember", json=sent)
    found = reply.body.get("result")
    if reply.is_ok and isinstance(found, Mapping) and found.get("status") in ADMINS:
        return good(CHANNEL, "The bot is an admin of REQUIRED_CHANNEL: it sees who is a member.")
    if reply.status in {400, 403} or reply.is_ok:
        return broken(
            CHANNEL,
            "It cannot be seen who is a member of REQUIRED_CHANNEL, so nobody is let in: make the"
            " bot an admin of the channel, or mend the setting.",
        )
    why = f"Telegram answers {reply.status}" if reply.status else reply.why
    return warning(CHANNEL, f"REQUIRED_CHANNEL could not be asked: {why}.")
