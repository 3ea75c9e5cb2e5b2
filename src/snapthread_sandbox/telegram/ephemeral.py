"""Ephemeral messages: seen by one person of a group, changed and taken back by their own ids."""

from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.edits import Edits
from snapthread_sandbox.telegram.params import bad_request, need
from snapthread_sandbox.telegram.world import World
from snapthread_sandbox.wire import Json


class Ephemerals:
    """The methods, over one world."""

    def __init__(self, world: World, edits: Edits) -> None:
        self._world = world
        self._edits = edits

    def edit_text(self, params: Json) -> bool:
        self._edits.apply_text(self._find(params), params)
        return True

    def delete(self, params: Json) -> bool:
        self._find(params).is_deleted = True
        self._world.note_change()
        return True

    def _find(self, params: Json) -> Message:
        chat = self._world.chat(need(params, "chat_id"))
        wanted = (need(params, "receiver_user_id"), need(params, "ephemeral_message_id"))
        for one in chat.ephemerals:
            known = (one.json["receiver_user"]["id"], one.json["ephemeral_message_id"])
            if known == wanted and not one.is_deleted:
                return one
        raise bad_request("message not found")
