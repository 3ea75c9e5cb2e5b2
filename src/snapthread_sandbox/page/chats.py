"""The chats as the page shows them: what a person sees, as JSON. Pure."""

from typing import Final

from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.telegram.chats import GENERAL, Chat, Message
from snapthread_sandbox.telegram.groups import Group
from snapthread_sandbox.telegram.people import NEVER_WROTE, Person
from snapthread_sandbox.wire import Json

MESSAGES_SHOWN: Final = 200
SHOWN_SIDE: Final = 640  # of a photo in a chat


def people(bot_api: BotApi) -> list[Json]:
    return [
        {
            "id": person.id,
            "name": person.user["first_name"],
            "language": person.user.get("language_code", "en"),
            "commands": commands(bot_api, person),
        }
        for person in bot_api.people.values()
        if person.is_shown_in_private
    ]


def groups(bot_api: BotApi) -> list[Json]:
    return [
        {
            "id": group.chat.id,
            "name": group.chat.json["title"],
            "members": [
                {
                    "id": person.id,
                    "name": person.user["first_name"],
                    "commands": commands(bot_api, person),
                }
                for person in bot_api.people.values()
                if person.id in group.chat.members
            ],
            "topics": [
                {"id": topic.thread, "name": topic.name} for topic in group.chat.topics.values()
            ],
        }
        for group in bot_api.groups.values()
    ]


def commands(bot_api: BotApi, person: Person) -> list[Json]:
    """The menu in the person's language, else the one for all."""
    language = person.user.get("language_code", "")
    own = bot_api.profile.get_commands({"language_code": language})
    return own or bot_api.profile.get_commands({})


def chat(person: Person) -> Json:
    """The private chat as its person sees it."""
    shown = [message for message in person.chat.messages if not message.is_deleted]
    return {
        "is_new": person.chat.refusal is NEVER_WROTE,
        "messages": [message_view(message) for message in shown[-MESSAGES_SHOWN:]],
    }


def group_chat(group: Group) -> Json:
    """A group as all of it is seen; `only_for`: by one person."""
    said = [
        message
        for message in group.chat.messages
        if not message.is_deleted and "forum_topic_created" not in message.json
    ]
    told = [message for message in group.chat.ephemerals if not message.is_deleted]
    shown = sorted([*said, *told], key=lambda message: message.date)
    return {"is_new": False, "messages": [_in_group(one) for one in shown[-MESSAGES_SHOWN:]]}


def _in_group(message: Message) -> Json:
    sender, own = message.json["from"], message.json.get("ephemeral_message_id")
    return message_view(message) | {
        "id": message.id if own is None else -own,  # what one person sees has ids of its own
        "thread": message.thread or GENERAL,
        "sender": {"id": sender["id"], "name": sender["first_name"]},
        "only_for": message.json.get("receiver_user", {}).get("id"),
    }


def group_live(group: Group, waiting: frozenset[int]) -> Json:
    return {"draft": None, "action": group.chat.action, "waiting": sorted(waiting)}


def live(person: Person, waiting: frozenset[int]) -> Json:
    """The parts of the page that change while an answer comes."""
    return {
        "draft": _draft(person.chat),
        "action": person.chat.action,
        "waiting": sorted(waiting),  # messages that the bot has not taken yet
    }


def waiting(bot_api: BotApi) -> frozenset[int]:
    """The messages that the bot has not confirmed."""
    updates = (update.get("message", {}) for update in bot_api.pending)
    return frozenset(message["message_id"] for message in updates if message)


def message_view(message: Message) -> Json:
    json = message.json
    view: Json = {
        "id": message.id,
        "from_bot": message.is_from_bot,
        "date": message.date,
        "text": message.text,
        "entities": json.get("entities") or json.get("caption_entities") or [],
        "album": json.get("media_group_id"),
        "edited": "edit_date" in json,
        "buttons": json.get("reply_markup", {}).get("inline_keyboard", []),
        "reactions": message.reactions,
    }
    view |= _media(json)
    if replied := json.get("reply_to_message"):
        view["reply"] = _quote(replied)
    return view


def _media(json: Json) -> Json:
    if sizes := json.get("photo"):
        return {"photo": _photo(sizes)}
    if file := json.get("animation"):
        return {"file": {"name": "GIF", "size": file.get("file_size"), "url": _url(file)}}
    if sound := json.get("voice") or json.get("audio"):
        return {
            "file": {
                "name": sound.get("file_name", ""),
                "size": sound.get("file_size"),
                "seconds": sound["duration"],
                "url": _url(sound),
            }
        }
    if file := json.get("document"):
        return {
            "file": {
                "name": file.get("file_name", ""),
                "size": file.get("file_size"),
                "url": _url(file),
            }
        }
    return {}


def _photo(sizes: list[Json]) -> Json:
    full = sizes[-1]
    fitting = next(
        (size for size in sizes if max(size["width"], size["height"]) >= SHOWN_SIDE), full
    )
    return {
        "url": _url(full),
        "shown": _url(fitting),
        "width": full["width"],
        "height": full["height"],
    }


def _quote(json: Json) -> Json:
    sizes = json.get("photo")
    return {
        "id": json["message_id"],
        "from_bot": bool(json["from"].get("is_bot")),
        "name": json["from"]["first_name"],
        "text": json.get("text") or json.get("caption") or "",
        "thumb": _url(sizes[0]) if sizes else None,
        "file": json.get("document", {}).get("file_name"),
    }


def _url(file: Json) -> str:
    return f"media/telegram/{file['file_id']}"


def _draft(chat: Chat) -> Json | None:
    draft = chat.draft
    if draft is None:
        return None
    return {
        "id": draft.draft_id,
        "text": draft.text,
        "entities": draft.entities,
        "can_stop": draft.can_stop,
    }
