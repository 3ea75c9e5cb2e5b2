"""Methods that put something into a chat: texts, drafts, actions, reactions."""

from typing import Final

from snapthread_sandbox.telegram.chats import Action, Draft
from snapthread_sandbox.telegram.entities import MESSAGE_UNITS
from snapthread_sandbox.telegram.params import BotError, bad_request, need
from snapthread_sandbox.telegram.posting import Posting, check_thread
from snapthread_sandbox.wire import Json

ACTIONS: Final = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note".split()
)


class Messages:
    """The methods, over one world."""

    def __init__(self, posting: Posting) -> None:
        self._posting = posting
        self._world = posting.world
        self.knows_drafts = True

    def send_message(self, params: Json) -> Json:
        chat = self._posting.chat(params)
        text, entities = self._posting.text("sendMessage", params, "text", MESSAGE_UNITS)
        if not text:
            raise bad_request("message text is empty")
        content = self._posting.extras(chat, params) | {"text": text}
        content |= {"entities": entities} if entities else {}
        return self._posting.say(chat, params, content)

    def send_draft(self, params: Json) -> bool:
        if not self.knows_drafts:
            raise BotError(404, "Not Found")
        chat = self._posting.chat(params)
        if not chat.is_private:
            raise bad_request("drafts can be sent to private chats only")
        if need(params, "draft_id") == 0:
            raise bad_request("RANDOM_ID_INVALID")
        check_thread(chat, params)
        text, entities = self._posting.text("sendMessageDraft", params, "text", MESSAGE_UNITS)
        chat.drafts.append(self._draft(params, text, entities))
        self._world.note_change()
        return True

    def send_action(self, params: Json) -> bool:
        chat, action = self._world.chat(need(params, "chat_id")), need(params, "action")
        if action not in ACTIONS:
            raise bad_request("wrong parameter action in request")
        thread = check_thread(chat, params)
        chat.actions.append(Action(action=action, at=self._world.now(), thread=thread))
        self._world.note_change()
        return True

    def set_reaction(self, params: Json) -> bool:
        message = self._world.chat(need(params, "chat_id")).find(need(params, "message_id"))
        if message is None:
            raise bad_request("message to react not found")
        reactions = [reaction.get("emoji", "") for reaction in params.get("reaction", [])]
        if len(reactions) > 1:
            raise bad_request("REACTIONS_TOO_MANY")
        message.reactions = reactions
        self._world.note_change()
        return True

    def get_chat(self, params: Json) -> Json:
        full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": NO_GIFTS}
        return self._world.chat(need(params, "chat_id")).json | full

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
