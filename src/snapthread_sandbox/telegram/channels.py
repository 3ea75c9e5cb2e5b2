"""Channels: their posts, and the groups that discuss them."""

from snapthread_sandbox.telegram.accounts import CHANNEL, TELEGRAM, Account
from snapthread_sandbox.telegram.chats import Chat, Message
from snapthread_sandbox.telegram.entities import find_entities
from snapthread_sandbox.telegram.files import photo_sizes
from snapthread_sandbox.telegram.groups import NOT_A_MEMBER, Group
from snapthread_sandbox.telegram.membership import member
from snapthread_sandbox.telegram.world import World
from snapthread_sandbox.wire import Json


class Channel:
    """A channel. `discussion`: the group into which its posts are forwarded."""

    def __init__(
        self,
        world: World,
        chat_id: int,
        *,
        title: str,
        username: str | None = None,
        has_bot: bool = True,
        discussion: Group | None = None,
    ) -> None:
        self.world = world
        json: Json = {"id": chat_id, "type": "channel", "title": title}
        json |= {"username": username} if username else {}
        self.chat: Chat = world.new_chat(json, refusal=None if has_bot else NOT_A_MEMBER)
        self.discussion = discussion
        self.has_bot = has_bot
        bot = world.sender
        self.chat.members[bot["id"]] = member(bot, "administrator" if has_bot else "left")

    def admits(self, person: Account, status: str = "member") -> None:
        """A subscriber; no update tells of it."""
        self.chat.members[person.id] = member(person.user, status)

    def posts(self, text: str) -> Message:
        return self._post({"text": text, "entities": find_entities(text)})

    def posts_photo(self, content: bytes, *, caption: str | None = None) -> Message:
        photo = {"photo": photo_sizes(self.world.files, content, self.chat.id, "true")}
        captioned = (
            {"caption": caption, "caption_entities": find_entities(caption)} if caption else {}
        )
        return self._post(photo | captioned)

    def _post(self, content: Json) -> Message:
        known = {name: value for name, value in content.items() if value != []}
        sender = {"sender_chat": self.chat.json}
        message = self.world.post(self.chat, CHANNEL, known | sender)
        del message.json["from"]  # a post has no person
        if self.has_bot:
            self.world.updates.push("channel_post", message.json)
        if self.discussion is not None:
            self._forward(message, known | sender, self.discussion)
        return message

    def _forward(self, post: Message, content: Json, group: Group) -> None:
        """Into the group that is linked, by Telegram itself."""
        origin = {"type": "channel", "chat": self.chat.json, "message_id": post.id}
        automatic = {"is_automatic_forward": True, "forward_origin": origin | {"date": post.date}}
        message = self.world.post(group.chat, TELEGRAM, content | automatic)
        if group.bot_sees(message):
            self.world.updates.push("message", message.json)
