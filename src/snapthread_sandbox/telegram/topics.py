"""Topics of forums and of private chats: what the bot may do with them."""

from typing import Final

from snapthread_sandbox.telegram.chats import Chat, Topic
from snapthread_sandbox.telegram.params import bad_request, need
from snapthread_sandbox.telegram.world import World
from snapthread_sandbox.wire import Json

COLOUR: Final = 7322096
NAME_MAX: Final = 128


class Topics:
    """The methods, over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def create(self, params: Json) -> Json:
        chat, name = self._chat(params), need(params, "name")
        if not 1 <= len(name) <= NAME_MAX:
            raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
        topic = open_topic(self._world, chat, self._world.sender, name)
        return {"message_thread_id": topic.thread, "name": name, "icon_color": COLOUR}

    def edit(self, params: Json) -> bool:
        chat, topic = self._topic(params)
        name = params.get("name", topic.name)
        if name == topic.name:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic.name = name
        return self._tell(chat, topic, {"forum_topic_edited": {"name": name}})

    def close(self, params: Json) -> bool:
        return self._set_closed(params, is_closed=True, service="forum_topic_closed")

    def reopen(self, params: Json) -> bool:
        return self._set_closed(params, is_closed=False, service="forum_topic_reopened")

    def delete(self, params: Json) -> bool:
        """Its messages go with it."""
        chat, topic = self._topic(params)
        delete_topic(self._world, chat, topic.thread)
        return True

    def _set_closed(self, params: Json, *, is_closed: bool, service: str) -> bool:
        chat, topic = self._topic(params)
        if topic.is_closed == is_closed:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic.is_closed = is_closed
        return self._tell(chat, topic, {service: {}})

    def _tell(self, chat: Chat, topic: Topic, service: Json) -> bool:
        where = {"message_thread_id": topic.thread, "is_topic_message": True}
        self._world.post(chat, self._world.sender, service | where)
        return True

    def _topic(self, params: Json) -> tuple[Chat, Topic]:
        chat = self._chat(params)
        topic = chat.topics.get(need(params, "message_thread_id"))
        if topic is None:
            raise bad_request("message thread not found")
        return chat, topic

    def _chat(self, params: Json) -> Chat:
        chat = self._world.chat(need(params, "chat_id"))
        if not chat.has_topics:
            raise bad_request("the chat is not a forum")
        if not chat.is_private and not chat.bot_is_admin:
            raise bad_request("not enough rights to create a topic")
        return chat


def open_topic(
    world: World, chat: Chat, by: Json, name: str, *, is_implicit: bool = False
) -> Topic:
    """A new topic with its service message, whose id is the topic's. Tells nobody of it."""
    created: Json = {"name": name, "icon_color": COLOUR}
    created |= {"is_name_implicit": True} if is_implicit else {}
    message = world.post(chat, by, {"forum_topic_created": created, "is_topic_message": True})
    message.json["message_thread_id"] = message.id
    chat.topics[message.id] = topic = Topic(thread=message.id, name=name)
    return topic


def delete_topic(world: World, chat: Chat, thread: int) -> None:
    """No update tells of it."""
    del chat.topics[thread]
    for message in chat.messages:
        message.is_deleted |= message.thread == thread
    world.note_change()
