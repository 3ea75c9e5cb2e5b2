"""Methods that put something into a chat: messages, drafts, edits, actions, documents."""

from typing import Any, Final

from snapthread_sandbox.telegram.chats import Action, Chat, Draft, Message, World
from snapthread_sandbox.telegram.entities import ENTITIES_MAX, MESSAGE_UNITS, trimmed, units
from snapthread_sandbox.telegram.params import BotError, bad_request, need
from snapthread_sandbox.wire import Json, Upload

CAPTION_UNITS: Final = 1024
CALLBACK_BYTES: Final = 64
DELETE_WITHIN_S: Final = 48 * 3600
DOCUMENT_MAX_BYTES: Final = 50 * 1024 * 1024
ACTIONS: Final = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note".split()
)
NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)


class Messages:
    """The methods, over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.knows_drafts = True
        self.surplus_entities: list[tuple[str, int]] = []  # method and how many were ignored

    def send_message(self, params: Json) -> Json:
        chat = self._chat(params)
        text, entities = self._text("sendMessage", params, "text", MESSAGE_UNITS)
        if not text:
            raise bad_request("message text is empty")
        content = self._extras(chat, params) | {"text": text}
        return self._say(chat, content | ({"entities": entities} if entities else {}))

    def send_document(self, params: Json) -> Json:
        chat = self._chat(params)
        upload = self._upload(params)
        caption, entities = self._text("sendDocument", params, "caption", CAPTION_UNITS)
        file_id = self._world.files.keep(upload.content, chat.id, "documents", "")
        document = self._world.files.described(file_id) | {"file_name": upload.file_name}
        content = self._extras(chat, params) | {"document": document}
        if caption:
            content |= {"caption": caption}
        return self._say(chat, content | ({"caption_entities": entities} if entities else {}))

    def send_draft(self, params: Json) -> bool:
        if not self.knows_drafts:
            raise BotError(404, "Not Found")
        chat = self._chat(params)
        if not chat.is_private:
            raise bad_request("drafts can be sent to private chats only")
        if need(params, "draft_id") == 0:
            raise bad_request("RANDOM_ID_INVALID")
        text, entities = self._text("sendMessageDraft", params, "text", MESSAGE_UNITS)
        chat.drafts.append(self._draft(params, text, entities))
        self._world.changed()
        return True

    def edit_text(self, params: Json) -> Json | bool:
        message = self._own(params, "edit")
        text, entities = self._text("editMessageText", params, "text", MESSAGE_UNITS)
        if not text:
            raise bad_request("message text is empty")
        new = {"text": text} | ({"entities": entities} if entities else {})
        return self._edit(message, new | _markup(params))

    def edit_markup(self, params: Json) -> Json:
        message = self._own(params, "edit")
        kept = {k: message.json[k] for k in ("text", "entities") if k in message.json}
        return self._edit(message, kept | _markup(params))

    def delete_message(self, params: Json) -> bool:
        chat = self._chat(params)
        message = chat.find(need(params, "message_id"))
        if message is None:
            raise bad_request("message to delete not found")
        if self._world.now() - message.date > DELETE_WITHIN_S:
            raise bad_request("message can't be deleted")
        message.is_deleted = True
        self._world.changed()
        return True

    def send_action(self, params: Json) -> bool:
        chat, action = self._chat(params), need(params, "action")
        if action not in ACTIONS:
            raise bad_request("wrong parameter action in request")
        thread = params.get("message_thread_id")
        chat.actions.append(Action(action=action, at=self._world.now(), thread=thread))
        self._world.changed()
        return True

    def set_reaction(self, params: Json) -> bool:
        message = self._chat(params).find(need(params, "message_id"))
        if message is None:
            raise bad_request("message to react not found")
        reactions = [reaction.get("emoji", "") for reaction in params.get("reaction", [])]
        if len(reactions) > 1:
            raise bad_request("REACTIONS_TOO_MANY")
        message.reactions = reactions
        self._world.changed()
        return True

    def get_chat(self, params: Json) -> Json:
        full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": NO_GIFTS}
        return self._chat(params).json | full

    def _chat(self, params: Json) -> Chat:
        return self._world.chat(need(params, "chat_id"))

    def _own(self, params: Json, verb: str) -> Message:
        message = self._chat(params).find(need(params, "message_id"))
        if message is None:
            raise bad_request(f"message to {verb} not found")
        if not message.is_from_bot:
            raise bad_request(f"message can't be {verb}ed")
        return message

    def _text(
        self, method: str, params: Json, name: str, limit: int
    ) -> tuple[str, list[dict[str, Any]]]:
        if "parse_mode" in params:
            raise bad_request("this double does not parse texts: send entities")
        given = params.get("entities" if name == "text" else "caption_entities", [])
        text, entities = trimmed(params.get(name, ""), given)
        if units(text) > limit:
            raise bad_request(f"message {'is' if name == 'text' else 'caption is'} too long")
        if len(entities) > ENTITIES_MAX:
            self.surplus_entities.append((method, len(entities) - ENTITIES_MAX))
        return text, entities[:ENTITIES_MAX]

    def _extras(self, chat: Chat, params: Json) -> Json:
        extras = _markup(params)
        if thread := params.get("message_thread_id"):
            extras |= {"message_thread_id": thread, "is_topic_message": True}
        if options := params.get("link_preview_options"):
            extras["link_preview_options"] = options
        if reply := params.get("reply_parameters"):
            extras |= _reply(chat, reply)
        return extras

    def _say(self, chat: Chat, content: Json) -> Json:
        message = self._world.post(chat, self._world.bot, content)
        for draft in chat.drafts:
            draft.is_over |= draft.thread == message.thread
        return message.json

    def _edit(self, message: Message, new: Json) -> Json:
        changing = ("text", "entities", "reply_markup")
        if new == {k: message.json[k] for k in changing if k in message.json}:
            raise bad_request(NOT_MODIFIED)
        kept = {k: v for k, v in message.json.items() if k not in changing}
        message.versions.append(message.text)
        message.json = kept | new | {"edit_date": int(self._world.now())}
        self._world.changed()
        return message.json

    def _draft(self, params: Json, text: str, entities: list[Json]) -> Draft:
        return Draft(
            draft_id=params["draft_id"],
            text=text,
            entities=entities,
            at=self._world.now(),
            thread=params.get("message_thread_id"),
            can_stop=params.get("can_stop", False),
            keep_on_stop=params.get("keep_on_stop", False),
        )

    def _upload(self, params: Json) -> Upload:
        given = need(params, "document")
        name = given.removeprefix("attach://") if isinstance(given, str) else ""
        upload = params.get(name) if name else given
        if not isinstance(upload, Upload):
            raise bad_request("there is no document in the request")
        if not upload.content:
            raise bad_request("file must be non-empty")
        if len(upload.content) > DOCUMENT_MAX_BYTES:
            raise BotError(413, "Request Entity Too Large")
        return upload


NO_GIFTS: Final = dict.fromkeys(
    (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    ),
    False,
)


def _markup(params: Json) -> Json:
    markup = params.get("reply_markup")
    if not markup:
        return {}
    for button in (button for row in markup.get("inline_keyboard", []) for button in row):
        _check_button(button)
    return {"reply_markup": markup} if markup.get("inline_keyboard") else {}


def _check_button(button: object) -> None:
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request("can't parse inline keyboard button: text is empty")
    if not button.keys() - {"text", "style", "icon_custom_emoji_id"}:
        raise bad_request("can't parse inline keyboard button: it does nothing")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _reply(chat: Chat, reply: Json) -> Json:
    replied = chat.find(need(reply, "message_id"))
    if replied is not None:
        return {"reply_to_message": without_reply(replied.json)}
    if reply.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def without_reply(json: Json) -> Json:
    """A message as another one quotes it: not with what it replied to itself."""
    return {name: value for name, value in json.items() if name != "reply_to_message"}
