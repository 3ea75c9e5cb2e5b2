"""copyMessage and forwardMessage: the same content in another chat."""

from typing import Final

from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.media import CAPTION_UNITS
from snapthread_sandbox.telegram.params import bad_request, need
from snapthread_sandbox.telegram.posting import Posting
from snapthread_sandbox.wire import Json

FILES: Final = (
    "photo",
    "document",
    "sticker",
    "voice",
    "audio",
    "video",
    "video_note",
    "animation",
    "live_photo",
)
CONTENT: Final = (
    *FILES,
    "text",
    "entities",
    "caption",
    "caption_entities",
    "has_media_spoiler",
    "location",
    "contact",
    "poll",
)


class Copies:
    """The methods, over one world."""

    def __init__(self, posting: Posting) -> None:
        self._posting = posting

    def copy_message(self, params: Json) -> Json:
        """Gives only the id, as Telegram does."""
        chat, message = self._posting.chat(params), self._find(params, "copy")
        content = content_of(message)
        if "caption" in params and "text" not in content:
            content = {k: v for k, v in content.items() if not k.startswith("caption")}
            content |= self._posting.caption("copyMessage", params, CAPTION_UNITS)
        content |= self._posting.extras(chat, params)
        return {"message_id": self._posting.say(chat, params, content)["message_id"]}

    def forward_message(self, params: Json) -> Json:
        chat, message = self._posting.chat(params), self._find(params, "forward")
        content = content_of(message) | {"forward_origin": origin_of(message)}
        return self._posting.say(chat, params, content | self._posting.extras(chat, params))

    def _find(self, params: Json, verb: str) -> Message:
        message = self._posting.world.chat(need(params, "from_chat_id")).find(
            need(params, "message_id")
        )
        if message is None:
            raise bad_request(f"message to {verb} not found")
        if not content_of(message):
            raise bad_request(f"the message can't be {'copied' if verb == 'copy' else 'forwarded'}")
        return message


def content_of(message: Message) -> Json:
    return {name: message.json[name] for name in CONTENT if name in message.json}


def origin_of(message: Message) -> Json:
    """A message that was forwarded already keeps its first origin."""
    if known := message.json.get("forward_origin"):
        return dict(known)
    if chat := message.json.get("sender_chat"):
        if chat["type"] == "channel":
            number = {"message_id": message.id}
            return {"type": "channel", "chat": chat, "date": message.date} | number
        return {"type": "chat", "sender_chat": chat, "date": message.date}
    return {"type": "user", "sender_user": message.json["from"], "date": message.date}
