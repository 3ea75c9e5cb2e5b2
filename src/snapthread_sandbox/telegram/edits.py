"""Methods that change what the bot has said, or take it back."""

from typing import Final

from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.entities import MESSAGE_UNITS
from snapthread_sandbox.telegram.media import CAPTION_UNITS
from snapthread_sandbox.telegram.params import bad_request, need
from snapthread_sandbox.telegram.posting import Posting, markup
from snapthread_sandbox.wire import Json

DELETE_WITHIN_S: Final = 48 * 3600
CHANGING: Final = ("text", "entities", "caption", "caption_entities", "reply_markup")
NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)


class Edits:
    """The methods, over one world."""

    def __init__(self, posting: Posting) -> None:
        self._posting = posting
        self._world = posting.world

    def edit_text(self, params: Json) -> Json:
        message = self._posting.own(params, "edit")
        if "text" not in message.json:
            raise bad_request("there is no text in the message to edit")
        return self.apply_text(message, params)

    def apply_text(self, message: Message, params: Json) -> Json:
        """A new text for a message that was found already."""
        text, entities = self._posting.text("editMessageText", params, "text", MESSAGE_UNITS)
        if not text:
            raise bad_request("message text is empty")
        new = {"text": text} | ({"entities": entities} if entities else {})
        return self._edit(message, new | markup(params))

    def edit_caption(self, params: Json) -> Json:
        message = self._posting.own(params, "edit")
        if "text" in message.json:
            raise bad_request("there is no caption in the message to edit")
        new = self._posting.caption("editMessageCaption", params, CAPTION_UNITS)
        return self._edit(message, new | markup(params))

    def edit_markup(self, params: Json) -> Json:
        message = self._posting.own(params, "edit")
        kept = {k: message.json[k] for k in CHANGING[:-1] if k in message.json}
        return self._edit(message, kept | markup(params))

    def delete_message(self, params: Json) -> bool:
        message = self._world.chat(need(params, "chat_id")).find(need(params, "message_id"))
        if message is None:
            raise bad_request("message to delete not found")
        if self._world.now() - message.date > DELETE_WITHIN_S:
            raise bad_request("message can't be deleted")
        message.is_deleted = True
        self._world.note_change()
        return True

    def _edit(self, message: Message, new: Json) -> Json:
        if new == {k: message.json[k] for k in CHANGING if k in message.json}:
            raise bad_request(NOT_MODIFIED)
        kept = {k: v for k, v in message.json.items() if k not in CHANGING}
        message.versions.append(message.text)
        message.json = kept | new | {"edit_date": int(self._world.now())}
        self._world.note_change()
        return message.json
