"""Updates that are not messages: a pressed button, a reaction, who blocked the bot or came back."""

import re
from datetime import datetime

from snapthread.adapters.bot_api import types
from snapthread.adapters.bot_api.asking import full_name
from snapthread.adapters.bot_api.conversation import conversation_of, thread_of
from snapthread.model import Message, private_conversation
from snapthread.ports import GroupChange, Reaction

BLOCKED = "kicked"
GOOD, BAD = "👍", "👎"
OUT = frozenset({"kicked", "left"})
IN_GROUPS = ("set:", "hist:")  # of the other buttons each is one person's
STOP = re.compile(r"stop:(\d{1,15})(?::(-?\d{1,15}))?", re.ASCII)

AGAIN = re.compile(r"(?:retry|continue|from):\d{1,15}(?::(-?\d{1,15}))?", re.ASCII)


def press_of(query: types.CallbackQuery, update_id: int, now: datetime) -> Message | None:
    """A button that the bot made; of those only the ones below answers, and settings, are in groups
    as well."""
    message = query.message
    if message is None or not query.data:
        return None
    if stop := STOP.fullmatch(query.data):
        return _stop_pressed(query, message, stop, update_id, now)
    again = AGAIN.fullmatch(query.data)
    is_private = message.chat.type == types.PRIVATE
    if not is_private and not again and not query.data.startswith(IN_GROUPS):
        return None
    owner = int(again[1]) if again and again[1] else None
    return Message(
        update_id=update_id,
        conversation=conversation_of(message, query.from_user, owner),
        chat_id=message.chat.id,
        thread_id=thread_of(message),
        message_id=message.message_id,
        user_id=query.from_user.id,
        sender_name=full_name(query.from_user),
        language_code=query.from_user.language_code,
        sent_at=now,  # Telegram does not tell when a button was pressed
        kind="press",
        word=query.data,
        press_id=query.id,
    )


def _stop_pressed(
    query: types.CallbackQuery,
    message: types.Message,
    stop: re.Match[str],
    update_id: int,
    now: datetime,
) -> Message:
    """The Stop button below a message that grows; it names whose conversation of a group this is,
    where each there has one: others press it too."""
    user, owner = query.from_user, int(stop[2]) if stop[2] else None
    return Message(
        update_id=update_id,
        conversation=conversation_of(message, user, owner),
        chat_id=message.chat.id,
        thread_id=thread_of(message),
        message_id=message.message_id,
        user_id=user.id,
        language_code=user.language_code,
        sent_at=now,  # as above
        kind="command",
        word="stop",
        press_id=query.id,
        draft_id=int(stop[1]),
    )


def stop_of(
    stopped: types.MessageGenerationStopped, update_id: int, now: datetime
) -> Message | None:
    """The Stop button below a draft; drafts are for private chats only."""
    if stopped.chat.type != types.PRIVATE:
        return None
    return Message(
        update_id=update_id,
        conversation=private_conversation(stopped.chat.id, stopped.message_thread_id),
        chat_id=stopped.chat.id,
        thread_id=stopped.message_thread_id,
        message_id=0,  # a button is no message
        user_id=stopped.chat.id,
        sent_at=now,  # as above
        kind="command",
        word="stop",
        draft_id=stopped.draft_id,
    )


def blocked_by(change: types.ChatMemberUpdated) -> tuple[int, bool] | None:
    """The person who blocked the bot or came back, and which of the two."""
    if change.chat.type != types.PRIVATE:
        return None
    return change.from_user.id, change.new_chat_member.status == BLOCKED


def group_change(update: types.Update) -> GroupChange | None:
    """The bot came into a group or left it, or the group got another id."""
    changed, message = update.my_chat_member, update.message
    if changed is not None and changed.chat.type not in {types.PRIVATE, types.CHANNEL}:
        return _membership(changed)
    if message is None:
        return None
    old, new = message.migrate_from_chat_id, message.migrate_to_chat_id
    if old is None and new is None:
        return None
    here = message.chat.id
    return GroupChange(kind="moved", chat_id=old or here, new_chat_id=new or here)


def _membership(changed: types.ChatMemberUpdated) -> GroupChange:
    is_out = changed.new_chat_member.status in OUT
    return GroupChange(
        kind="left" if is_out else "joined",
        chat_id=changed.chat.id,
        language_code=changed.from_user.language_code,
    )


def reaction_of(changed: types.MessageReactionUpdated) -> Reaction | None:
    """A person's opinion now; other reactions than these two say nothing of it."""
    if changed.user is None:
        return None
    emoji = {reaction.emoji for reaction in changed.new_reaction}
    return Reaction(
        chat_id=changed.chat.id,
        message_id=changed.message_id,
        user_id=changed.user.id,
        value=(GOOD in emoji) - (BAD in emoji),
    )
