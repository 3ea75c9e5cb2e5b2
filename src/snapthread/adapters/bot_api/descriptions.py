"""Messages without a text of their own: a place, a contact, a poll, a checklist, a rich message.

As text that needs no language: the model reads it, and the person finds it in the export.
"""

import re
from collections.abc import Iterator
from typing import Final

from snapthread.adapters.bot_api.types import (
    Checklist,
    Contact,
    Location,
    Message,
    Poll,
    RichMessage,
    Venue,
)
from snapthread.characters import whole_characters

# A venue has a location as well.
DESCRIBED: Final = ("venue", "location", "contact", "poll", "checklist", "rich_message")
DEPTH_MAX: Final = 40  # of blocks in blocks and text in text; Telegram allows 16 of blocks
# Of a rich message: what is shown, in its order; all else says how, or names a file.
SHOWN: Final = "summary text expression alternative_text cells items blocks caption credit".split()
INLINE: Final = frozenset({"text", "expression", "alternative_text"})


def describe(message: Message) -> str:
    """Empty where there is nothing of the kind."""
    if message.venue:
        return _venue(message.venue)
    if message.location:
        return _location(message.location)
    if message.contact:
        return _contact(message.contact)
    if message.poll:
        return _poll(message.poll)
    if message.checklist:
        return _checklist(message.checklist)
    return _rich(message.rich_message) if message.rich_message else ""


def _location(location: Location) -> str:
    return f"📍 {location.latitude:.6f}, {location.longitude:.6f}"


def _venue(venue: Venue) -> str:
    return f"📍 {venue.title}, {venue.address} ({_location(venue.location)[2:]})"


def _contact(contact: Contact) -> str:
    name = " ".join(filter(None, [contact.first_name, contact.last_name]))
    return f"👤 {name}, {contact.phone_number}"


def _poll(poll: Poll) -> str:
    return "\n".join([f"📊 {poll.question}", *(f"○ {option.text}" for option in poll.options)])


def _checklist(checklist: Checklist) -> str:
    tasks = [f"{'☑' if task.completion_date else '☐'} {task.text}" for task in checklist.tasks]
    return "\n".join([f"📋 {checklist.title}", *tasks])


def _rich(message: RichMessage) -> str:
    lines = (_line(block.value) for block in message.blocks)
    # As it came, it may hold half a character, which no store can keep.
    return whole_characters("\n".join(line for line in lines if line.strip()))


def _line(value: object, depth: int = 0) -> str:
    """The visible text of a block; blocks within it on lines of their own."""
    return re.sub(r"\n{2,}", "\n", "".join(_pieces(value, depth)).strip())


def _pieces(value: object, depth: int) -> Iterator[str]:
    if depth > DEPTH_MAX:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _pieces(one, depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(value, depth)


def _of_object(value: dict[str, object], depth: int) -> Iterator[str]:
    if "label" in value:  # of a list
        yield f"{value['label']} {_line(value.get('blocks'), depth + 1)}"
        return
    for name in SHOWN:
        if name not in value:
            continue
        if name in INLINE:
            yield from _pieces(value[name], depth + 1)
        elif name == "cells":
            yield from _rows(value[name], depth)
        else:
            yield from _lines(value[name], depth)


def _rows(rows: object, depth: int) -> Iterator[str]:
    for row in rows if isinstance(rows, list) else ():
        cells = row if isinstance(row, list) else ()
        yield "\n" + " | ".join(_line(cell, depth + 1) for cell in cells) + "\n"


def _lines(values: object, depth: int) -> Iterator[str]:
    for one in values if isinstance(values, list) else (values,):
        yield "\n" + _line(one, depth + 1) + "\n"
