"""Standings in a chat, as ChatMember objects, and the methods that ask for them."""

from typing import Final

from snapthread_sandbox.telegram.chats import Chat
from snapthread_sandbox.telegram.params import BotError, bad_request, need
from snapthread_sandbox.telegram.world import World
from snapthread_sandbox.wire import Json

RIGHTS: Final = (
    "can_be_edited can_manage_chat can_delete_messages can_manage_video_chats "
    "can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories "
    "can_edit_stories can_delete_stories can_pin_messages can_manage_topics"
).split()
PERMISSIONS: Final = (
    "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos "
    "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
    "can_add_web_page_previews can_react_to_messages can_edit_tag can_change_info "
    "can_invite_users can_pin_messages can_manage_topics"
).split()
ADMINS: Final = ("creator", "administrator")
LEFT_GROUP: Final = BotError(403, "Forbidden: bot is not a member of the supergroup chat")


def member(user: Json, status: str, *, is_anonymous: bool = False) -> Json:
    """A ChatMember with every field that its status must have."""
    known: Json = {"user": user, "status": status}
    match status:
        case "creator":
            return known | {"is_anonymous": is_anonymous}
        case "administrator":
            return known | dict.fromkeys(RIGHTS, True) | {"is_anonymous": is_anonymous}
        case "restricted":
            return known | dict.fromkeys(PERMISSIONS, False) | {"is_member": True, "until_date": 0}
        case "kicked":
            return known | {"until_date": 0}
    return known


class Members:
    """getChatMember and its siblings."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get(self, params: Json) -> Json:
        chat, user_id = self._chat(params), need(params, "user_id")
        if chat.json["type"] == "channel" and not chat.bot_is_admin:
            raise bad_request("member list is inaccessible")
        if user_id in chat.members:
            return chat.members[user_id]
        user = self._world.users.get(user_id)
        if user is None:
            raise bad_request("user not found")
        return member(user, "member" if chat.id == user_id else "left")

    def administrators(self, params: Json) -> list[Json]:
        chat = self._chat(params)
        if chat.is_private:
            raise bad_request("there are no administrators in the private chat")
        return [
            one
            for one in chat.members.values()
            if one["status"] in ADMINS and _is_shown(one, self._world, params)
        ]

    def count(self, params: Json) -> int:
        gone = ("left", "kicked")
        chat = self._chat(params)
        return sum(one["status"] not in gone for one in chat.members.values())

    def leave(self, params: Json) -> bool:
        """The bot goes; it hears of that itself."""
        chat = self._chat(params)
        if chat.is_private:
            raise bad_request("chat member status can't be changed in private chats")
        bot = self._world.sender
        before = chat.members[bot["id"]]
        chat.members[bot["id"]] = after = member(bot, "left")
        chat.refusal = LEFT_GROUP
        self._world.membership(chat, bot, before, after)
        self._world.note_change()
        return True

    def _chat(self, params: Json) -> Chat:
        return self._world.chat(need(params, "chat_id"))


def _is_shown(one: Json, world: World, params: Json) -> bool:
    """Other bots only where they are asked for."""
    is_other_bot = one["user"]["is_bot"] and one["user"]["id"] != world.bot["id"]
    return not is_other_bot or params.get("return_bots", False)
