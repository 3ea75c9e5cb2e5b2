"""People who talk to the bot, and groups: each act becomes the updates that Telegram would send."""

from typing import Final

from snapthread_sandbox.telegram.chats import HEARS_S, Chat, Draft, Message, World
from snapthread_sandbox.telegram.entities import cut, found_in
from snapthread_sandbox.telegram.messages import without_reply
from snapthread_sandbox.telegram.params import BotError
from snapthread_sandbox.telegram.people_media import SendsMedia
from snapthread_sandbox.wire import Json

NEVER_WROTE: Final = BotError(403, "Forbidden: bot can't initiate conversation with a user")
BLOCKED: Final = BotError(403, "Forbidden: bot was blocked by the user")
DEACTIVATED: Final = BotError(403, "Forbidden: user is deactivated")
KICKED: Final = BotError(403, "Forbidden: bot was kicked from the supergroup chat")
GONE: Final = BotError(400, "Bad Request: chat not found")
FILES: Final = (
    "photo",
    "document",
    "sticker",
    "voice",
    "video",
    "video_note",
    "animation",
    "live_photo",
)
FORWARDED: Final = (*FILES, "text", "entities", "caption", "caption_entities", "has_media_spoiler")


class Person(SendsMedia):
    """Somebody at a phone. Without `to`, everything goes to the private chat with the bot."""

    def __init__(
        self, world: World, user_id: int, *, first_name: str, language_code: str | None
    ) -> None:
        self.world = world
        self.id = user_id
        self.user: Json = {"id": user_id, "is_bot": False, "first_name": first_name}
        if language_code is not None:
            self.user["language_code"] = language_code
        chat = {"id": user_id, "type": "private", "first_name": first_name}
        self.chat = world.new_chat(chat, refusal=NEVER_WROTE)

    # What the person says

    def sends(
        self,
        text: str,
        *,
        to: "Group | None" = None,
        thread: int | None = None,
        reply_to: Message | None = None,
        cut_at_words: bool = False,
    ) -> Message:
        """A text; a long one in several messages of the same second. Gives the first of them."""
        messages = [
            self.post(
                {"text": part, "entities": found_in(part)}, to=to, thread=thread, reply_to=reply_to
            )
            for part in cut(text, at_words=cut_at_words)
        ]
        return messages[0]

    def replies_to(self, message: Message, text: str, *, to: "Group | None" = None) -> Message:
        return self.sends(text, to=to, thread=message.thread, reply_to=message)

    def forwards(
        self, message: Message, *, origin: "Person | None" = None, to: "Group | None" = None
    ) -> Message:
        """The same content with the same files under new file ids."""
        sender = origin.user if origin else message.json["from"]
        kept = {name: message.json[name] for name in FORWARDED if name in message.json}
        again = {name: self._again(value) for name, value in kept.items()}
        from_user = {"type": "user", "sender_user": sender, "date": message.date}
        return self.post(again | {"forward_origin": from_user}, to=to)

    def edits(self, message: Message, text: str) -> Message:
        """Changes an own text or caption."""
        field = "text" if "text" in message.json else "caption"
        message.versions.append(message.text)
        message.json = message.json | {field: text, "edit_date": int(self.world.now())}
        self.world.updates.push("edited_message", message.json)
        return message

    def reacts(self, message: Message, emoji: str) -> None:
        reaction = [{"type": "emoji", "emoji": emoji}]
        json = self._of(message) | {"old_reaction": [], "new_reaction": reaction}
        self.world.updates.push("message_reaction", json)

    def presses(self, button: Json, *, on: Message | None = None) -> str:
        """Presses an inline button; gives the id of the query."""
        message = on or self._message_with(button)
        query_id = f"{self.id}{self.world.number():012d}"
        query = {"id": query_id, "from": self.user, "message": message.json, "chat_instance": "1"}
        self.world.queries[query_id] = self.world.chats[message.json["chat"]["id"]]
        self.world.updates.push("callback_query", query | {"data": button["callback_data"]})
        return query_id

    def presses_stop(self, draft: Draft | None = None) -> None:
        """Presses Stop under a streamed message: the one on the screen."""
        stopped = draft or self.chat.draft
        assert stopped is not None, "no streamed message is on the screen"
        assert stopped.can_stop, "it has no Stop button"
        stopped.is_over = not stopped.keep_on_stop
        json: Json = {"chat": self.chat.json, "draft_id": stopped.draft_id}
        if stopped.thread is not None:
            json["message_thread_id"] = stopped.thread
        self.world.updates.push("stopped_message_generation", json)

    def blocks_bot(self) -> None:
        self.chat.refusal = BLOCKED
        self._membership("member", "kicked")

    def unblocks_bot(self) -> None:
        self.chat.refusal = None
        self._membership("kicked", "member")

    def leaves_telegram(self) -> None:
        """Deletes the account; no update tells the bot."""
        self.chat.refusal = DEACTIVATED

    # What the person sees

    @property
    def sees(self) -> list[str]:
        """The bot's texts in the private chat."""
        return self.chat.texts

    async def hears(self, count: int = 1, *, timeout_s: float = HEARS_S) -> list[Message]:
        """The bot's next messages in the private chat that were not waited for yet."""
        return await self.chat.hears(count, timeout_s=timeout_s)

    # How an act becomes an update

    def post(
        self,
        content: Json,
        *,
        to: "Group | None" = None,
        thread: int | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """A message with any content."""
        known = {name: value for name, value in content.items() if value not in (None, [])}
        if thread is not None:
            known |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to is not None:
            known["reply_to_message"] = without_reply(reply_to.json)
        return self._sent(known, to)

    def _sent(self, content: Json, to: "Group | None") -> Message:
        chat = to.chat if to else self.chat
        if chat.refusal is NEVER_WROTE:
            chat.refusal = None
        message = self.world.post(chat, self.user, content)
        if to is None or to.bot_sees(message):
            self.world.updates.push("message", message.json)
        return message

    def _again(self, value: object) -> object:
        if isinstance(value, list):
            return [self._again(one) for one in value]
        if isinstance(value, dict) and "file_id" in value:
            return value | {"file_id": self.world.files.again(value["file_id"])}
        return value

    def _of(self, message: Message) -> Json:
        date = int(self.world.now())
        chat = message.json["chat"]
        return {"chat": chat, "message_id": message.id, "user": self.user, "date": date}

    def _message_with(self, button: Json) -> Message:
        return next(m for m in reversed(self.chat.from_bot) if button in m.buttons)

    def _membership(self, before: str, after: str) -> None:
        json: Json = {"chat": self.chat.json, "from": self.user, "date": int(self.world.now())}
        for name, status in (("old_chat_member", before), ("new_chat_member", after)):
            json[name] = {"user": self.world.bot, "status": status}
        json["new_chat_member"] |= {"until_date": 0} if after == "kicked" else {}
        json["old_chat_member"] |= {"until_date": 0} if before == "kicked" else {}
        self.world.updates.push("my_chat_member", json)


class Group:
    """A supergroup with the bot in it; privacy mode is on, as it is by default."""

    def __init__(self, world: World, chat_id: int, *, title: str) -> None:
        self.world = world
        chat = {"id": chat_id, "type": "supergroup", "title": title}
        self.chat: Chat = world.new_chat(chat)

    def bot_sees(self, message: Message) -> bool:
        """Commands, mentions and replies to the bot; everything where privacy mode is off."""
        if self.world.bot["can_read_all_group_messages"]:
            return True
        name = f"@{self.world.bot['username']}"
        replied = message.json.get("reply_to_message", {}).get("from", {})
        is_command = message.text.startswith("/")
        return is_command or name in message.text or replied.get("id") == self.world.bot["id"]

    def removes_bot(self) -> None:
        self.chat.refusal = KICKED

    def vanishes(self) -> None:
        self.chat.refusal = GONE
