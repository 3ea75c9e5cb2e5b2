"""A double of Telegram's Bot API for one bot, and the people who talk to it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

from snapthread_sandbox.faults import Faults
from snapthread_sandbox.telegram.channels import Channel
from snapthread_sandbox.telegram.chats import Chat
from snapthread_sandbox.telegram.groups import Group, Kind
from snapthread_sandbox.telegram.guests import Guests
from snapthread_sandbox.telegram.methods import Methods
from snapthread_sandbox.telegram.params import BotError, normalise
from snapthread_sandbox.telegram.people import NEVER_WROTE, Person
from snapthread_sandbox.telegram.profile import Profile
from snapthread_sandbox.telegram.updates import Post
from snapthread_sandbox.telegram.world import World
from snapthread_sandbox.wire import Json, Response, json_response, read

TOKEN: Final = "42:sandbox"


class Called(NamedTuple):
    """A call as the bot made it; parameters in their own types, unless one was wrong."""

    method: str
    params: Json


class BotApi:
    """Telegram, as one bot knows it."""

    def __init__(
        self, token: str = TOKEN, *, now: Callable[[], float], username: str = "snapthread_bot"
    ) -> None:
        self.token = token
        self.faults = Faults()
        self.calls: list[Called] = []
        self.people: dict[int, Person] = {}
        self.groups: dict[int, Group] = {}
        self.me = _bot(token, username)
        self.world = World(now, self.me)
        self.profile = Profile(self.me["first_name"])
        self._methods = Methods(self.world, self.profile)

    # People and what they do

    def person(
        self, user_id: int = 1001, *, first_name: str = "Ada", language_code: str | None = "en"
    ) -> Person:
        """Somebody with a Telegram account; the same one each time for the same id.

        Has to write to the bot first: until then the bot may not say anything.
        """
        if user_id not in self.people:
            self.people[user_id] = Person(
                self.world, user_id, first_name=first_name, language_code=language_code
            )
        return self.people[user_id]

    def group(
        self,
        chat_id: int = -1002001,
        *,
        title: str = "Friends",
        kind: Kind = "supergroup",
        is_forum: bool = False,
        username: str | None = None,
        has_bot: bool = True,
    ) -> Group:
        """A new group; the bot is a plain member of it, or none."""
        self.groups[chat_id] = group = Group(
            self.world,
            chat_id,
            title=title,
            kind=kind,
            is_forum=is_forum,
            username=username,
            has_bot=has_bot,
        )
        return group

    def channel(
        self,
        chat_id: int = -1003001,
        *,
        title: str = "News",
        username: str | None = None,
        has_bot: bool = True,
        discussion: Group | None = None,
    ) -> Channel:
        """A new channel; the bot is an admin of it, or none."""
        return Channel(
            self.world,
            chat_id,
            title=title,
            username=username,
            has_bot=has_bot,
            discussion=discussion,
        )

    def push_raw(self, update: Json) -> Json:
        """Sends the bot any update, known or not; gives it with its id."""
        return self.world.updates.push_raw(update)

    def forget(self) -> None:
        """As if nobody had ever written; people, groups and their standings stay."""
        self.calls.clear()
        self.faults.clear()
        self.world.updates.waiting.clear()
        for chat in self.world.chats.values():
            chat.clear()
        for person in self.people.values():
            person.chat.refusal = NEVER_WROTE
        self.world.note_change()

    def forget_file(self, file_id: str) -> None:
        """From now on Telegram does not give this file any more."""
        self.world.files.forget(file_id)

    @property
    def chats(self) -> Mapping[int, Chat]:
        return self.world.chats

    @property
    def pending(self) -> list[Json]:
        """The updates that the bot has not confirmed."""
        return [queued.json for queued in self.world.updates.waiting]

    @property
    def surplus_entities(self) -> list[tuple[str, int]]:
        """Methods whose entities beyond the hundredth were ignored, and how many."""
        return self._methods.posting.surplus_entities

    @property
    def guests(self) -> Guests:
        """Guest queries; `guests.query_s`: how long one waits."""
        return self._methods.guests

    @property
    def knows_drafts(self) -> bool:
        """Whether this Telegram is new enough for drafts."""
        return self._methods.messages.knows_drafts

    @knows_drafts.setter
    def knows_drafts(self, does: bool) -> None:
        self._methods.messages.knows_drafts = does

    @property
    def has_privacy(self) -> bool:
        """Whether the bot hears in groups only what is meant for it."""
        return not self.me["can_read_all_group_messages"]

    @has_privacy.setter
    def has_privacy(self, has: bool) -> None:
        self.me["can_read_all_group_messages"] = not has

    @property
    def has_topics(self) -> bool:
        """Whether private chats have topics: "threaded mode", switched at @BotFather."""
        return bool(self.me["has_topics_enabled"])

    @has_topics.setter
    def has_topics(self, has: bool) -> None:
        self.world.number()  # a topic with the number 1 would be the general one
        self.me["has_topics_enabled"] = self.me["allows_users_to_create_topics"] = has

    @property
    def has_guest_mode(self) -> bool:
        """Whether the bot is told when it is mentioned in a chat that it is no member of."""
        return bool(self.me["supports_guest_queries"])

    @has_guest_mode.setter
    def has_guest_mode(self, has: bool) -> None:
        self.me["supports_guest_queries"] = has
        self.world.guests = self.guests.ask if has else None

    # What the bot does

    async def call(
        self, token: str, method: str, params: Mapping[str, object] | None = None
    ) -> tuple[int, Json]:
        """HTTP status and JSON body. Raises ConnectionLost by a fault."""
        response = await self.respond(token, method, params or {})
        return response.status, json.loads(await read(response))

    async def respond(self, token: str, method: str, params: Mapping[str, object]) -> Response:
        """The same, as it goes over the wire: a fault may make it anything but JSON."""
        known = self._log(method, params)
        fault = self.faults.take(method, known)
        return await fault.around(lambda: self._answer(token, method, params))

    async def download(self, token: str, path: str) -> Response:
        """A file at the path that getFile gave. Faults: on="file"."""
        fault = self.faults.take("file", {"path": path})
        return await fault.around(lambda: self._download(token, path))

    async def file(self, token: str, path: str) -> bytes | None:
        """The bytes of a file, or None. Raises ConnectionLost by a fault."""
        response = await self.download(token, path)
        return await read(response) if response.status == 200 else None

    async def deliver(self, post: Post) -> None:
        """Delivers updates to the webhook for ever; `post(url, headers, body)` gives the status."""
        await self.world.updates.deliver(post)

    def _log(self, method: str, params: Mapping[str, object]) -> Json:
        try:
            known = normalise(params)
        except BotError:
            known = dict(params)
        self.calls.append(Called(method, known))
        return known

    async def _answer(self, token: str, method: str, params: Mapping[str, object]) -> Response:
        try:
            result = await self._result(token, method, normalise(params))
        except BotError as refused:
            return _refuse(refused)
        return json_response({"ok": True, "result": result})

    async def _result(self, token: str, method: str, params: Json) -> object:
        if token != self.token:
            raise BotError(401, "Unauthorized")
        known = self._methods.find(method)
        if known is None:
            raise BotError(404, "Not Found")
        result = known(params)
        return await result if isinstance(result, Awaitable) else result

    async def _download(self, token: str, path: str) -> Response:
        content = self.world.files.download(path) if token == self.token else None
        if content is None:
            return _refuse(BotError(404, "Not Found"))
        return Response(headers={"content-type": "application/octet-stream"}, body=content)


def _refuse(refused: BotError) -> Response:
    body: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    body |= {"parameters": refused.parameters} if refused.parameters else {}
    return json_response(body, status=refused.code)


def _bot(token: str, username: str) -> Json:
    return {
        "id": int(token.partition(":")[0]),
        "is_bot": True,
        "first_name": "Snapthread",
        "username": username,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "supports_guest_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }
