"""The way of everything that the bot says: checks first, then a message in a chat."""

from typing import Any, Final

from snapthread_sandbox.telegram.chats import GENERAL, Chat, Message
from snapthread_sandbox.telegram.entities import ENTITIES_MAX, trim, units
from snapthread_sandbox.telegram.params import bad_request, need
from snapthread_sandbox.telegram.parse_modes import parse
from snapthread_sandbox.telegram.world import World
from snapthread_sandbox.wire import Json

CALLBACK_BYTES: Final = 64
EPHEMERAL: Final = "ephemeral_message_parameters"


class Posting:
    """The checks and the sending that all methods share."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.surplus_entities: list[tuple[str, int]] = []  # method and how many were ignored

    def chat(self, params: Json) -> Chat:
        """The chat of a send or an edit, which counts for its pace."""
        chat = self.world.chat(need(params, "chat_id"))
        chat.keep_pace()
        return chat

    def own(self, params: Json, verb: str) -> Message:
        message = self.chat(params).find(need(params, "message_id"))
        if message is None:
            raise bad_request(f"message to {verb} not found")
        if not message.is_from_bot:
            raise bad_request(f"message can't be {verb}ed")
        return message

    def text(
        self, method: str, params: Json, name: str, limit: int
    ) -> tuple[str, list[dict[str, Any]]]:
        """The text under this name, however its entities were given."""
        given = params.get("entities" if name == "text" else "caption_entities", [])
        text = params.get(name, "")
        if mode := params.get("parse_mode"):
            text, given = parse(text, mode)
        text, entities = trim(text, given)
        if units(text) > limit:
            raise bad_request(f"message {'is' if name == 'text' else 'caption is'} too long")
        if len(entities) > ENTITIES_MAX:
            self.surplus_entities.append((method, len(entities) - ENTITIES_MAX))
        return text, entities[:ENTITIES_MAX]

    def caption(self, method: str, params: Json, limit: int) -> Json:
        caption, entities = self.text(method, params, "caption", limit)
        known: Json = {"caption": caption} if caption else {}
        return known | ({"caption_entities": entities} if entities else {})

    def extras(self, chat: Chat, params: Json) -> Json:
        """Fields of a message beside its content."""
        extras = markup(params)
        if (thread := check_thread(chat, params)) is not None:
            extras |= {"message_thread_id": thread, "is_topic_message": True}
        if options := params.get("link_preview_options"):
            extras["link_preview_options"] = options
        if reply := params.get("reply_parameters"):
            extras |= _reply(chat, reply)
        return extras

    def say(self, chat: Chat, params: Json, content: Json) -> Json:
        """Puts it into the chat, or before the eyes of one person only."""
        if EPHEMERAL in params and self.world.knows_ephemerals:
            return self._say_to_one(chat, params[EPHEMERAL], content)
        message = self.world.post(chat, self.world.sender, content)
        for draft in chat.drafts:
            draft.is_over |= draft.thread == message.thread
        return message.json

    def _say_to_one(self, chat: Chat, to: Json, content: Json) -> Json:
        user_id = need(to, "receiver_user_id")
        if chat.is_private:
            raise bad_request("ephemeral messages can be sent only to groups and supergroups")
        if chat.status_of(user_id) in ("left", "kicked"):
            raise bad_request("USER_NOT_PARTICIPANT")
        json = {
            "message_id": 0,
            "ephemeral_message_id": self.world.number(),
            "receiver_user": self.world.users[user_id],
            "from": self.world.sender,
            "chat": chat.json,
            "date": int(self.world.now()),
            **content,
        }
        chat.ephemerals.append(Message(json=json, is_from_bot=True))
        self.world.note_change()
        return json


def check_thread(chat: Chat, params: Json) -> int | None:
    """The topic of a message. Raises BotError where there is none, or where it is closed."""
    thread: int | None = params.get("message_thread_id")
    if chat.has_topics:
        topic = chat.topics.get(GENERAL if thread is None else thread)
        if thread is not None and (topic is None or thread == GENERAL):
            raise bad_request("message thread not found")
        if topic is not None and topic.is_closed and not chat.bot_is_admin:
            raise bad_request("TOPIC_CLOSED")
    elif thread is not None and chat.is_private:
        raise bad_request("message thread not found")
    return thread


def markup(params: Json) -> Json:
    keyboard = params.get("reply_markup")
    if not keyboard:
        return {}
    for button in (button for row in keyboard.get("inline_keyboard", []) for button in row):
        _check_button(button)
    return {"reply_markup": keyboard} if keyboard.get("inline_keyboard") else {}


def _check_button(button: object) -> None:
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request("can't parse inline keyboard button: text is empty")
    if not button.keys() - {"text", "style", "icon_custom_emoji_id"}:
        raise bad_request("can't parse inline keyboard button: it does nothing")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _reply(chat: Chat, reply: Json) -> Json:
    if "ephemeral_message_id" in reply:
        return {}
    replied = chat.find(need(reply, "message_id"))
    if replied is not None:
        return {"reply_to_message": without_reply(replied.json)}
    if reply.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def without_reply(json: Json) -> Json:
    """A message as another one quotes it: not with what it replied to itself."""
    return {name: value for name, value in json.items() if name != "reply_to_message"}
