"""Pieces into messages that fit: cut between pieces where possible, inside one where not.

Each cut depends on what comes before it only, never on how much is still to come: a message that
is full while an answer grows is that message of the whole answer too.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from snapthread.characters import utf16_len
from snapthread.formatting.render.pieces import Piece
from snapthread.formatting.render.rich import Rich, Span
from snapthread.formatting.split.cutting import Cutter, beginning
from snapthread.formatting.text import is_blank
from snapthread.limits import MESSAGE_ENTITIES, MESSAGE_UNITS
from snapthread.model import Entity, OutgoingMessage

# The last quarter of a message: a piece, or a section with its title, that begins there and does
# not fit goes over to the next message as a whole. What begins before is cut.
_LATE_UNITS: Final = MESSAGE_UNITS * 3 // 4
_LATE_ENTITIES: Final = MESSAGE_ENTITIES * 3 // 4
# While a piece grows, its message is this much shorter: where it is cut is not known yet.
_MARGIN: Final = MESSAGE_UNITS // 16


def pack(pieces: Iterable[Piece]) -> tuple[OutgoingMessage, ...]:
    packer = _pack(pieces)
    return packer.messages()


def pack_so_far(pieces: Iterable[Piece]) -> tuple[OutgoingMessage, ...]:
    """Of pieces whose last one grows: no word is in these that more text would move to another
    message."""
    packer = _pack(pieces)
    return packer.messages_so_far()


def _pack(pieces: Iterable[Piece]) -> "_Packer":
    packer = _Packer()
    for piece in pieces:
        packer.add(piece)
    return packer


class _Packer:
    def __init__(self) -> None:
        self._messages: list[OutgoingMessage] = []
        self._pieces: list[Piece] = []
        self._sizes: list[tuple[int, int]] = [(0, 0)]  # units and entities before each piece

    def messages(self) -> tuple[OutgoingMessage, ...]:
        self._flush()
        return tuple(self._messages)

    def messages_so_far(self) -> tuple[OutgoingMessage, ...]:
        """All that is full, and of the last message what stays in it."""
        last = len(self._pieces)
        if last and self._is_late(last - 1):
            last -= 1
        self._drop_from(self._moving_from(last))
        if self._pieces and self._sizes[-1][0] > MESSAGE_UNITS - _MARGIN:
            self._shorten()
        return self.messages()

    def add(self, piece: Piece) -> None:
        if self._put(piece):
            return
        last = len(self._pieces)
        moving = self._moving_from(last)
        if moving < last or self._is_late(last):
            self._begin_message(moving)
        if not self._put(piece):
            self._put_in_parts(piece)

    def _put(self, piece: Piece) -> bool:
        units, entities = self._size_with(piece)
        if units > MESSAGE_UNITS or entities > MESSAGE_ENTITIES:
            return False
        self._pieces.append(piece)
        self._sizes.append((units, entities))
        return True

    def _size_with(self, piece: Piece) -> tuple[int, int]:
        units, entities = self._sizes[-1]
        units += self._gap(piece) + utf16_len(piece.rich.text)
        return units, entities + len(piece.rich.spans)

    def _gap(self, piece: Piece) -> int:
        return len(piece.gap) if self._pieces else 0

    def _is_late(self, number: int) -> bool:
        """A piece of this number would begin in the message's last quarter."""
        units, entities = self._sizes[number]
        return units > _LATE_UNITS or entities > _LATE_ENTITIES

    def _moving_from(self, last: int) -> int:
        """Of so many pieces: the first that goes over together with the next one, if that does not
        fit. A title stays with what follows, and a short section together."""
        title = last
        while title and self._pieces[title - 1].is_heading:
            title -= 1
        if title < last:
            return title if title and self._is_late(last) else last
        for start in range(last - 1, 0, -1):
            if not self._is_late(start):
                return last
            if self._pieces[start].is_heading and not self._pieces[start - 1].is_heading:
                return start
        return last

    def _begin_message(self, moving: int) -> None:
        carried = self._drop_from(moving)
        self._flush()
        for piece in carried:
            self._put(piece)

    def _drop_from(self, number: int) -> list[Piece]:
        dropped = self._pieces[number:]
        del self._pieces[number:], self._sizes[number + 1 :]
        return dropped

    def _put_in_parts(self, piece: Piece) -> None:
        cutter = Cutter(piece)
        while not cutter.is_done:
            units, entities = self._sizes[-1]
            room = MESSAGE_UNITS - units - self._gap(piece)
            self._put(replace(piece, rich=cutter.part(room, MESSAGE_ENTITIES - entities)))
            if not cutter.is_done:
                self._flush()

    def _shorten(self) -> None:
        """The last piece as far as it is shown already."""
        (piece,) = self._drop_from(len(self._pieces) - 1)
        room = MESSAGE_UNITS - _MARGIN - self._sizes[-1][0] - self._gap(piece)
        if room > 0:
            self._put(replace(piece, rich=beginning(piece.rich, room)))

    def _flush(self) -> None:
        outgoing = to_say(join(self._pieces))
        if not is_blank(outgoing.text):
            self._messages.append(outgoing)
        self._drop_from(0)


def join(pieces: list[Piece]) -> Rich:
    texts: list[str] = []
    spans: list[Span] = []
    length = 0
    for number, piece in enumerate(pieces):
        gap = piece.gap if number else ""
        length += len(gap)
        spans += (span.move(length) for span in piece.rich.spans)
        texts += [gap, piece.rich.text]
        length += len(piece.rich.text)
    return Rich(text="".join(texts), spans=tuple(spans))


def to_say(rich: Rich) -> OutgoingMessage:
    """Characters counted in UTF-16 units."""
    places = {place for span in rich.spans for place in (span.start, span.end)}
    units = _units(rich.text, sorted(places))
    entities = (
        Entity(
            type=span.kind,
            offset=units[span.start],
            length=units[span.end] - units[span.start],
            url=span.url,
            language=span.language,
        )
        for span in rich.spans
    )
    return OutgoingMessage(text=rich.text, entities=tuple(entities))


def _units(text: str, places: list[int]) -> dict[int, int]:
    units: dict[int, int] = {}
    before = total = 0
    for place in places:
        total += utf16_len(text[before:place])
        units[place] = total
        before = place
    return units
