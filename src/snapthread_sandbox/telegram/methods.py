"""Every method of the Bot API that this double knows, by name."""

from collections.abc import Callable
from functools import partial
from typing import Final

from snapthread_sandbox.telegram.copies import Copies
from snapthread_sandbox.telegram.edits import Edits
from snapthread_sandbox.telegram.ephemeral import Ephemerals
from snapthread_sandbox.telegram.guests import Guests
from snapthread_sandbox.telegram.media import Media
from snapthread_sandbox.telegram.membership import Members
from snapthread_sandbox.telegram.messages import Messages
from snapthread_sandbox.telegram.params import bad_request
from snapthread_sandbox.telegram.posting import Posting
from snapthread_sandbox.telegram.profile import Profile
from snapthread_sandbox.telegram.topics import Topics
from snapthread_sandbox.telegram.world import World
from snapthread_sandbox.wire import Json

QUERY_TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"

Method = Callable[[Json], object]


class Methods:
    """The methods over one world; `named` finds one, however its name is written."""

    def __init__(self, world: World, profile: Profile) -> None:
        self._world = world
        self._profile = profile
        self.posting = Posting(world)
        self.messages = Messages(self.posting)
        self._edits = Edits(self.posting)
        self.guests = Guests(self.posting, self._edits)
        known = {
            "getMe": lambda params: world.bot,
            **self._update_methods(),
            **self._message_methods(),
            **self._media_methods(),
            **self._change_methods(),
            **self._chat_methods(),
            **self._profile_methods(),
        }
        self._known: dict[str, Method] = {name.lower(): call for name, call in known.items()}

    def find(self, name: str) -> Method | None:
        return self._known.get(name.lower())

    def _update_methods(self) -> dict[str, Method]:
        updates = self._world.updates
        return {
            "getUpdates": updates.get_updates,
            "setWebhook": updates.set_webhook,
            "deleteWebhook": updates.delete_webhook,
            "getWebhookInfo": updates.webhook_info,
        }

    def _message_methods(self) -> dict[str, Method]:
        messages = self.messages
        return {
            "sendMessage": messages.send_message,
            "sendMessageDraft": messages.send_draft,
            "sendChatAction": messages.send_action,
            "setMessageReaction": messages.set_reaction,
            "answerGuestQuery": self.guests.answer,
            "answerCallbackQuery": self._answer_query,
        }

    def _media_methods(self) -> dict[str, Method]:
        media, copies = Media(self.posting), Copies(self.posting)
        return {
            "getFile": self._world.files.get_file,
            "sendPhoto": media.send_photo,
            "sendDocument": media.send_document,
            "sendMediaGroup": media.send_group,
            "copyMessage": copies.copy_message,
            "forwardMessage": copies.forward_message,
        }

    def _change_methods(self) -> dict[str, Method]:
        edits, ephemerals = self._edits, Ephemerals(self._world, self._edits)
        return {
            "editMessageText": self._edit_text,
            "editMessageCaption": edits.edit_caption,
            "editMessageReplyMarkup": edits.edit_markup,
            "deleteMessage": edits.delete_message,
            "editEphemeralMessageText": ephemerals.edit_text,
            "deleteEphemeralMessage": ephemerals.delete,
        }

    def _chat_methods(self) -> dict[str, Method]:
        members, topics = Members(self._world), Topics(self._world)
        return {
            "getChat": self.messages.get_chat,
            "getChatMember": members.get,
            "getChatAdministrators": members.administrators,
            "getChatMemberCount": members.count,
            "leaveChat": members.leave,
            "createForumTopic": topics.create,
            "editForumTopic": topics.edit,
            "closeForumTopic": topics.close,
            "reopenForumTopic": topics.reopen,
            "deleteForumTopic": topics.delete,
        }

    def _profile_methods(self) -> dict[str, Method]:
        profile = self._profile
        texts = {
            "Name": "name",
            "Description": "description",
            "ShortDescription": "short_description",
        }
        setters = {f"setMy{k}": partial(profile.set_text, field) for k, field in texts.items()}
        getters = {f"getMy{k}": partial(profile.get_text, field) for k, field in texts.items()}
        return {
            "setMyCommands": profile.set_commands,
            "getMyCommands": profile.get_commands,
            "deleteMyCommands": profile.delete_commands,
            **setters,
            **getters,
        }

    def _edit_text(self, params: Json) -> object:
        is_inline = "inline_message_id" in params
        return (self.guests if is_inline else self._edits).edit_text(params)

    def _answer_query(self, params: Json) -> bool:
        chat = self._world.queries.pop(params.get("callback_query_id", ""), None)
        if chat is None:
            raise bad_request(QUERY_TOO_OLD)
        chat.answers.append(params)
        self._world.note_change()
        return True
