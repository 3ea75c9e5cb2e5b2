"""People who talk to the bot: each act becomes the updates that Telegram would send."""

from typing import Any, Final

from snapthread_sandbox.telegram.accounts import ANONYMOUS, CHANNEL, Account
from snapthread_sandbox.telegram.channels import Channel
from snapthread_sandbox.telegram.chats import HEARS_S, Draft, Message
from snapthread_sandbox.telegram.copies import content_of
from snapthread_sandbox.telegram.entities import cut, find_entities, units
from snapthread_sandbox.telegram.groups import Group
from snapthread_sandbox.telegram.membership import member
from snapthread_sandbox.telegram.params import BotError
from snapthread_sandbox.telegram.people_media import SendsMedia
from snapthread_sandbox.telegram.posting import without_reply
from snapthread_sandbox.telegram.topics import delete_topic, open_topic
from snapthread_sandbox.telegram.world import World
from snapthread_sandbox.wire import Json

NEVER_WROTE: Final = BotError(403, "Forbidden: bot can't initiate conversation with a user")
BLOCKED: Final = BotError(403, "Forbidden: bot was blocked by the user")
DEACTIVATED: Final = BotError(403, "Forbidden: user is deactivated")
NEW_TOPIC: Final = "New Thread"


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
        world.users[user_id] = self.user
        self.is_shown_in_private = True  # on the page; else in groups only
        chat = {"id": user_id, "type": "private", "first_name": first_name}
        self.chat = world.new_chat(chat, refusal=NEVER_WROTE)

    # What the person says

    def sends(
        self,
        text: str,
        *,
        cut_at_words: bool = False,
        entities: list[Json] | None = None,
        **where: Any,
    ) -> Message:
        """A text; a long one in several messages of the same second. Gives the first of them.

        `where`: to, thread, reply_to, quote, as_chat. `entities`: more than Telegram finds itself.
        """
        messages = [
            self.post(
                {"text": part, "entities": [*find_entities(part), *(entities or [])]}, **where
            )
            for part in cut(text, at_words=cut_at_words)
        ]
        return messages[0]

    def replies_to(
        self, message: Message, text: str, *, to: Group | None = None, quote: str | None = None
    ) -> Message:
        return self.sends(text, to=to, thread=message.thread, reply_to=message, quote=quote)

    def forwards(
        self, message: Message, *, origin: Account | None = None, to: Group | None = None
    ) -> Message:
        """The same content with the same files under new file ids."""
        sender = origin.user if origin else message.json["from"]
        again = {name: self._again(value) for name, value in content_of(message).items()}
        from_user = {"type": "user", "sender_user": sender, "date": message.date}
        return self.post(again | {"forward_origin": from_user}, to=to)

    def edits(self, message: Message, text: str) -> Message:
        """Changes an own text or caption."""
        field = "text" if "text" in message.json else "caption"
        marked = "entities" if field == "text" else "caption_entities"
        return self._edit(message, {field: text, marked: find_entities(text)})

    def swaps_photo(
        self, message: Message, content: bytes, *, caption: str | None = None
    ) -> Message:
        """Puts another photo into an own message; without words its caption goes."""
        return self._edit(message, self.photo_of(content, caption))

    def deletes(self, message: Message) -> None:
        """Takes an own message back; no update tells the bot."""
        message.is_deleted = True
        self.world.note_change()

    def reacts(self, message: Message, *emoji: str) -> None:
        """Sets the person's reactions to a message; none: takes them back."""
        before = message.reactions_of.get(self.id, [])
        message.reactions_of[self.id] = list(emoji)
        chat = self.world.chats[message.json["chat"]["id"]]
        if chat.is_private or chat.bot_is_admin:
            told = {"old_reaction": _reactions(before), "new_reaction": _reactions(emoji)}
            self.world.updates.push("message_reaction", self._of(message) | told)

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
        if stopped is None:
            raise AssertionError("no streamed message is on the screen")
        if not stopped.can_stop:
            raise AssertionError("it has no Stop button")
        stopped.is_over = not stopped.keep_on_stop
        json: Json = {"chat": self.chat.json, "draft_id": stopped.draft_id}
        if stopped.thread is not None:
            json["message_thread_id"] = stopped.thread
        self.world.updates.push("stopped_message_generation", json)

    # Topics and groups

    def opens_topic(self, name: str) -> int:
        """A topic of the private chat, where the bot has them; gives its number."""
        topic = open_topic(self.world, self.chat, self.user, name)
        self.chat.refusal = None if self.chat.refusal is NEVER_WROTE else self.chat.refusal
        self.world.updates.push("message", self.chat.messages[-1].json)
        return topic.thread

    def deletes_topic(self, thread: int) -> None:
        """No update tells of it."""
        delete_topic(self.world, self.chat, thread)

    def joins(self, group: Group) -> None:
        group.admits(self)
        self._service(group, {"new_chat_members": [self.user]})

    def leaves(self, group: Group) -> None:
        group.admits(self, "left")
        self._service(group, {"left_chat_member": self.user})

    def _service(self, group: Group, service: Json) -> None:
        message = self.world.post(group.chat, self.user, service)
        if group.has_bot:
            self.world.updates.push("message", message.json)

    # What stands between the person and the bot

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
        to: Group | None = None,
        thread: int | None = None,
        reply_to: Message | None = None,
        quote: str | None = None,
        as_chat: Group | Channel | None = None,
    ) -> Message:
        """A message with any content. `as_chat`: not the person speaks, but that chat."""
        known = {name: value for name, value in content.items() if value not in (None, [])}
        if thread is None and to is None:
            thread = self._implicit_topic(known)
        if thread is not None:
            known |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to is not None:
            known["reply_to_message"] = without_reply(reply_to.json)
        if reply_to is not None and quote is not None:
            at = units(reply_to.text.partition(quote)[0])
            known["quote"] = {"text": quote, "position": at, "is_manual": True}
        if as_chat is not None:
            known["sender_chat"] = as_chat.chat.json
        return self._send(known, to, self._sender(to, as_chat))

    def _send(self, content: Json, to: Group | None, sender: Json) -> Message:
        chat = to.chat if to else self.chat
        if chat.refusal is NEVER_WROTE:
            chat.refusal = None
        if to is not None and sender is self.user and self.id not in chat.members:
            chat.members[self.id] = member(self.user, "member")
        message = self.world.post(chat, sender, content)
        if to is None or to.bot_sees(message):
            self.world.updates.push("message", message.json)
        elif not to.has_bot and to.mentions_bot(message) and self.world.guests is not None:
            self.world.guests(chat, message)
        return message

    def _sender(self, to: Group | None, as_chat: Group | Channel | None) -> Json:
        if as_chat is None:
            return self.user
        return ANONYMOUS if to is as_chat else CHANNEL

    def _implicit_topic(self, content: Json) -> int | None:
        """Begin a topic for a message outside of every topic, where a private chat has topics."""
        if not (self.chat.has_topics and self.world.opens_topics):
            return None
        name = str(content.get("text") or content.get("caption") or NEW_TOPIC)[:64]
        topic = open_topic(self.world, self.chat, self.user, name, is_implicit=True)
        self.world.updates.push("message", self.chat.messages[-1].json)
        return topic.thread

    def _edit(self, message: Message, new: Json) -> Message:
        message.versions.append(message.text)
        gone = {"photo"} | {"caption", "caption_entities"} if "photo" in new else set(new)
        kept = {name: value for name, value in message.json.items() if name not in gone}
        known = {name: value for name, value in new.items() if value not in (None, [])}
        message.json = kept | known | {"edit_date": int(self.world.now())}
        if self._is_seen(message):
            self.world.updates.push("edited_message", message.json)
        self.world.note_change()
        return message

    def _is_seen(self, message: Message) -> bool:
        group = self.world.groups.get(message.json["chat"]["id"])
        return group is None or group(message)

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
        """The newest one, in the private chat first."""
        chats = [self.chat, *self.world.chats.values()]
        seen = (m for chat in chats for m in reversed([*chat.from_bot, *chat.ephemerals]))
        return next(m for m in seen if button in m.buttons)

    def _membership(self, before: str, after: str) -> None:
        json: Json = {"chat": self.chat.json, "from": self.user, "date": int(self.world.now())}
        for name, status in (("old_chat_member", before), ("new_chat_member", after)):
            json[name] = {"user": self.world.bot, "status": status}
        json["new_chat_member"] |= {"until_date": 0} if after == "kicked" else {}
        json["old_chat_member"] |= {"until_date": 0} if before == "kicked" else {}
        self.world.updates.push("my_chat_member", json)


def _reactions(emoji: list[str] | tuple[str, ...]) -> list[Json]:
    return [{"type": "emoji", "emoji": one} for one in emoji]
