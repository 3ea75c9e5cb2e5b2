"""Messages to be sent, and their places. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A formatted stretch of text; offset and length in UTF-16 units (Bot API MessageEntity)."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button below a message; `press` comes back as the word of a press. With a `url` it opens
    that, and nothing comes back."""

    text: str
    press: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A text file to send."""

    name: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """One message to send: it fits Telegram's limits. `seen_by`: in a group, the only person who
    sees it, where Telegram can do that; else everybody does. `is_news`: it takes no place of what
    was said at an earlier try, where nobody would see the same words come again."""

    text: str
    entities: tuple[Entity, ...] = ()
    buttons: tuple[Button, ...] = ()
    in_row: int = 0  # so many buttons side by side; 0: all of them
    document: TextFile | None = None  # sent with the text as its caption
    seen_by: int | None = None
    is_news: bool = False
    is_removal: bool = False  # the message whose place it takes goes, or says this

    @property
    def has_content(self) -> bool:
        """Without any, the message whose place it takes only loses its buttons."""
        return bool(self.text or self.document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Destination of an answer. `replaces`: our own message whose place it takes; `inline_id`: the
    same in a chat that the bot is no member of, where there is no other place."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None
    replaces: int | None = None
    inline_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A message that is to be delivered, kept until Telegram took it."""

    id: int
    to: Destination
    outgoing: OutgoingMessage
    turn: int | None = None  # of the exchange that it is a reply of
