"""Outgoing messages as parameters of the Bot API."""

from collections.abc import Sequence
from typing import Final

from snapthread.model import Button, Destination, Entity, OutboxMessage, OutgoingMessage

Params = dict[str, object]
NO_PREVIEW: Final = {"is_disabled": True}


def message_params(part: OutboxMessage) -> Params:
    return {
        "chat_id": part.to.chat_id,
        "message_thread_id": part.to.thread_id,
        "text": part.outgoing.text,
        "entities": _entities(part.outgoing.entities),
        "link_preview_options": NO_PREVIEW,
        "reply_parameters": _reply(part.to),
        "reply_markup": _keyboard(part.outgoing),
        "ephemeral_message_parameters": _seen_by(part.outgoing),
    }


def document_params(part: OutboxMessage) -> Params:
    """All but the file itself."""
    return {
        "chat_id": part.to.chat_id,
        "message_thread_id": part.to.thread_id,
        "caption": part.outgoing.text or None,
        "reply_parameters": _reply(part.to),
    }


def edit_params(to: Destination, message_id: int, outgoing: OutgoingMessage) -> Params:
    return {
        "chat_id": to.chat_id,
        "message_id": message_id,
        "text": outgoing.text,
        "entities": _entities(outgoing.entities),
        "link_preview_options": NO_PREVIEW,
        "reply_markup": _keyboard(outgoing),
    }


def inline_edit_params(inline_id: str, outgoing: OutgoingMessage) -> Params:
    """Parameters of an answer in a chat that the bot is no member of."""
    return {
        "inline_message_id": inline_id,
        "text": outgoing.text,
        "entities": _entities(outgoing.entities),
        "link_preview_options": NO_PREVIEW,
    }


def typing_params(to: Destination) -> Params:
    return {"chat_id": to.chat_id, "message_thread_id": to.thread_id, "action": "typing"}


def draft_params(to: Destination, draft_id: int, outgoing: OutgoingMessage) -> Params:
    """Without a text it is "Thinking…"."""
    return {
        "chat_id": to.chat_id,
        "message_thread_id": to.thread_id,
        "draft_id": draft_id,
        "text": outgoing.text or None,
        "entities": _entities(outgoing.entities),
        "can_stop": True,
    }


def _entities(entities: Sequence[Entity]) -> list[Params] | None:
    return [_entity(entity) for entity in entities] or None


def _entity(entity: Entity) -> Params:
    told: Params = {"type": entity.type, "offset": entity.offset, "length": entity.length}
    if entity.url is not None:
        told["url"] = entity.url
    if entity.language is not None:
        told["language"] = entity.language
    return told


def _keyboard(outgoing: OutgoingMessage) -> Params | None:
    if not outgoing.buttons:
        return None
    row = [_button(button) for button in outgoing.buttons]
    width = outgoing.in_row or len(row)
    return {"inline_keyboard": [row[at : at + width] for at in range(0, len(row), width)]}


def _button(button: Button) -> Params:
    if button.url:
        return {"text": button.text, "url": button.url}
    return {"text": button.text, "callback_data": button.press}


def _seen_by(outgoing: OutgoingMessage) -> Params | None:
    """Since Bot API 10.3; what does not know it shows the message to all."""
    return None if outgoing.seen_by is None else {"receiver_user_id": outgoing.seen_by}


def _reply(to: Destination) -> Params | None:
    if to.reply_to is None:
        return None
    return {"message_id": to.reply_to, "allow_sending_without_reply": True}
