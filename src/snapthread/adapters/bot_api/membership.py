"""Updates that are not messages: a pressed button, and who blocked the bot or came back."""

from datetime import datetime

from snapthread.adapters.bot_api import types
from snapthread.model import Message, private_conversation

BLOCKED = "kicked"


def press_of(query: types.CallbackQuery, update_id: int, now: datetime) -> Message | None:
    """A button that the bot made; only private chats have some."""
    message = query.message
    if message is None or message.chat.type != types.PRIVATE or not query.data:
        return None
    return Message(
        update_id=update_id,
        conversation=private_conversation(query.from_user.id),
        chat_id=message.chat.id,
        message_id=message.message_id,
        user_id=query.from_user.id,
        language_code=query.from_user.language_code,
        sent_at=now,  # Telegram does not tell when a button was pressed
        kind="press",
        word=query.data,
        press_id=query.id,
    )


def stop_of(
    stopped: types.MessageGenerationStopped, update_id: int, now: datetime
) -> Message | None:
    """The Stop button below a draft; drafts are for private chats only."""
    if stopped.chat.type != types.PRIVATE:
        return None
    return Message(
        update_id=update_id,
        conversation=private_conversation(stopped.chat.id),
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
