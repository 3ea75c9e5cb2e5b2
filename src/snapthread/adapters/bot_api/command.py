"""The command in a message, if it is one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from snapthread.adapters.bot_api.types import Message, MessageEntity

# A caption is a question about its picture, whatever it begins with; only these are meant as
# commands below a picture too, and the picture is let go. Never in an album: its other parts
# would stay behind as a question.
CAPTION_COMMANDS: Final = frozenset({"start", "help", "reset", "new"})
# The form that Telegram marks: neither a path nor a word of another script.
WRITTEN: Final = re.compile(r"/(?P<word>[a-z0-9_]{1,32})(?:@(?P<bot>[a-z0-9_]+))?(?![\w/@])", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`/word@bot`, lower-case; `bot` is empty where the command names none."""

    word: str
    bot: str

    def is_for(self, username: str) -> bool:
        return not self.bot or not username or self.bot == username.lower()


def command_in(message: Message) -> Command | None:
    if message.text:
        return _command(message.text, message.entities)
    command = _command(message.caption or "", message.caption_entities)
    is_meant = command and command.word in CAPTION_COMMANDS and not message.media_group_id
    return command if is_meant else None


def _command(text: str, entities: Sequence[MessageEntity] | None) -> Command | None:
    """A command is ASCII at the very start, so its UTF-16 length is its length."""
    for entity in entities or ():
        if entity.type == "bot_command" and entity.offset == 0 and text.startswith("/"):
            word, _, bot = text[1 : entity.length].lower().partition("@")
            return Command(word=word, bot=bot)
    return None if any(entity.offset == 0 for entity in entities or ()) else _unmarked_command(text)


def _unmarked_command(text: str) -> Command | None:
    """A command that nothing marks; Telegram marks each, other servers may not."""
    found = WRITTEN.match(text)
    if found is None:
        return None
    return Command(word=found["word"].lower(), bot=(found["bot"] or "").lower())
