"""Groups: who belongs to them, what of them the bot gets to see, what becomes of them."""

import re
from typing import Final, Literal

from snapthread_sandbox.telegram.accounts import Account
from snapthread_sandbox.telegram.chats import GENERAL, Chat, Message, Topic
from snapthread_sandbox.telegram.membership import member
from snapthread_sandbox.telegram.params import BotError
from snapthread_sandbox.telegram.topics import delete_topic, open_topic
from snapthread_sandbox.telegram.world import World
from snapthread_sandbox.wire import Json

KICKED: Final = BotError(403, "Forbidden: bot was kicked from the supergroup chat")
NOT_A_MEMBER: Final = BotError(403, "Forbidden: bot is not a member of the supergroup chat")
MUTED: Final = BotError(400, "Bad Request: not enough rights to send text messages to the chat")
GONE: Final = BotError(400, "Bad Request: chat not found")
COMMAND: Final = re.compile(r"/\w+(?:@(\w+))?")
SOMEBODY: Final[Json] = {"id": 1_000_000, "is_bot": False, "first_name": "Olga"}  # an admin

Kind = Literal["group", "supergroup"]


class Group:
    """A group. Privacy mode is on, as it is by default, unless the bot is an admin."""

    def __init__(
        self,
        world: World,
        chat_id: int,
        *,
        title: str,
        kind: Kind = "supergroup",
        is_forum: bool = False,
        username: str | None = None,
        has_bot: bool = True,
    ) -> None:
        self.world = world
        json: Json = {"id": chat_id, "type": kind, "title": title}
        json |= {"is_forum": True} if is_forum else {}
        json |= {"username": username} if username else {}
        self.chat: Chat = world.new_chat(json, refusal=None if has_bot else NOT_A_MEMBER)
        world.groups[chat_id] = self.bot_sees
        self._stand(world.sender, "member" if has_bot else "left")
        if is_forum:
            world.number()  # 1 is the general topic's, here and in no other place
            self.chat.topics[GENERAL] = Topic(thread=GENERAL, name="General")

    # Who belongs to it

    @property
    def has_bot(self) -> bool:
        return self.chat.status_of(self.world.bot["id"]) not in ("left", "kicked")

    def admits(
        self, person: Account, status: str = "member", *, is_anonymous: bool = False
    ) -> None:
        """Gives a person a standing; no update tells of it."""
        self.chat.members[person.id] = member(person.user, status, is_anonymous=is_anonymous)

    def adds_bot(self, by: Account | None = None, *, as_admin: bool = False) -> None:
        self.chat.refusal = None
        self._change_bot("administrator" if as_admin else "member", by)
        self._tell(by, {"new_chat_members": [self.world.sender]})

    def promotes_bot(self, by: Account | None = None) -> None:
        self._change_bot("administrator", by)

    def demotes_bot(self, by: Account | None = None) -> None:
        self._change_bot("member", by)

    def mutes_bot(self) -> None:
        """The bot may read and not speak."""
        self.chat.refusal = MUTED

    def removes_bot(self, by: Account | None = None) -> None:
        self.chat.refusal = KICKED
        self._change_bot("kicked", by)

    def vanishes(self) -> None:
        self.chat.refusal = GONE

    # What the bot gets to see

    def bot_sees(self, message: Message) -> bool:
        """Commands, mentions and replies to the bot; everything where privacy mode is off."""
        if not self.has_bot:
            return False
        if self.world.bot["can_read_all_group_messages"] or self.chat.bot_is_admin:
            return True
        replied = message.json.get("reply_to_message", {}).get("from", {})
        if command := COMMAND.match(message.text):
            return command.group(1) in (None, self.world.bot["username"])
        return self.mentions_bot(message) or replied.get("id") == self.world.bot["id"]

    def mentions_bot(self, message: Message) -> bool:
        name = f"@{self.world.bot['username']}".lower()
        marked = [*message.entities, *message.json.get("caption_entities", ())]
        by_id = any(one.get("user", {}).get("id") == self.world.bot["id"] for one in marked)
        return by_id or name in message.text.lower()

    # Topics

    def opens_topic(self, name: str, by: Account | None = None) -> int:
        """Gives the number of the new topic."""
        topic = open_topic(self.world, self.chat, by.user if by else SOMEBODY, name)
        self.world.updates.push("message", self.chat.messages[-1].json)
        return topic.thread

    def closes_topic(self, thread: int, by: Account | None = None) -> None:
        self.chat.topics[thread].is_closed = True
        self._tell(by, {"forum_topic_closed": {}}, thread)

    def reopens_topic(self, thread: int, by: Account | None = None) -> None:
        self.chat.topics[thread].is_closed = False
        self._tell(by, {"forum_topic_reopened": {}}, thread)

    def deletes_topic(self, thread: int) -> None:
        """No update tells of it."""
        delete_topic(self.world, self.chat, thread)

    # What becomes of it

    def becomes_supergroup(self, chat_id: int) -> "Group":
        """The same people under a new id; each of the two chats tells of the other."""
        title = self.chat.json["title"]
        new = Group(self.world, chat_id, title=title)
        new.chat.members.update(self.chat.members)
        self._tell(None, {"migrate_to_chat_id": chat_id})
        new._tell(None, {"migrate_from_chat_id": self.chat.id})
        self.world.migrate(self.chat, chat_id)
        return new

    def _change_bot(self, status: str, by: Account | None) -> None:
        bot = self.world.sender
        before = self.chat.members[bot["id"]]
        self._stand(bot, status)
        changer = by.user if by else SOMEBODY
        self.world.membership(self.chat, changer, before, self.chat.members[bot["id"]])

    def _stand(self, user: Json, status: str) -> None:
        self.chat.members[user["id"]] = member(user, status)

    def _tell(self, by: Account | None, service: Json, thread: int | None = None) -> None:
        """A service message; every bot in the chat gets it."""
        where: Json = {}
        if thread not in (None, GENERAL):
            where = {"message_thread_id": thread, "is_topic_message": True}
        message = self.world.post(self.chat, by.user if by else SOMEBODY, service | where)
        self.world.updates.push("message", message.json)
