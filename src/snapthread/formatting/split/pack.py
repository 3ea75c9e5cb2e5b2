"""Pieces into messages that fit: cut between pieces where possible, inside one where not."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from snapthread.formatting.render.pieces import Piece
from snapthread.formatting.render.rich import Rich, Span
from snapthread.formatting.split.cutting import Cutter
from snapthread.formatting.text import is_blank
from snapthread.limits import MESSAGE_ENTITIES, MESSAGE_UNITS, utf16_len
from snapthread.model import Entity, OutgoingMessage

# A long piece begins in the message that is being filled, if so much room is left there.
_UNITS_WORTH_FILLING: Final = MESSAGE_UNITS // 2
_SECTION_MAX: Final = MESSAGE_UNITS // 2  # a longer section is better cut than carried over
_ENTITIES_WORTH_FILLING: Final = MESSAGE_ENTITIES // 2


def pack(pieces: Iterable[Piece]) -> tuple[OutgoingMessage, ...]:
    packer = _Packer()
    for piece in pieces:
        packer.add(piece)
    return packer.messages()


class _Packer:
    def __init__(self) -> None:
        self._messages: list[OutgoingMessage] = []
        self._pieces: list[Piece] = []
        self._units = 0
        self._entities = 0

    def messages(self) -> tuple[OutgoingMessage, ...]:
        self._flush()
        return tuple(self._messages)

    def add(self, piece: Piece) -> None:
        if self._put(piece):
            return
        if not (_is_long(piece) and self._is_worth_filling()):
            self._begin_message(piece)
            if self._put(piece):
                return
        self._put_in_parts(piece)

    def _put(self, piece: Piece) -> bool:
        units = self._units + self._gap(piece) + utf16_len(piece.rich.text)
        entities = self._entities + len(piece.rich.spans)
        if units > MESSAGE_UNITS or entities > MESSAGE_ENTITIES:
            return False
        self._pieces.append(piece)
        self._units, self._entities = units, entities
        return True

    def _gap(self, piece: Piece) -> int:
        return len(piece.gap) if self._pieces else 0

    def _is_worth_filling(self) -> bool:
        return (
            MESSAGE_UNITS - self._units >= _UNITS_WORTH_FILLING
            and MESSAGE_ENTITIES - self._entities >= _ENTITIES_WORTH_FILLING
        )

    def _put_in_parts(self, piece: Piece) -> None:
        cutter = Cutter(piece)
        while not cutter.is_done:
            part = cutter.part(
                MESSAGE_UNITS - self._units - self._gap(piece),
                MESSAGE_ENTITIES - self._entities,
            )
            self._put(replace(piece, rich=part))
            if not cutter.is_done:
                self._flush()

    def _begin_message(self, following: Piece) -> None:
        """A title goes over to the next message together with what has been said under it."""
        kept = self._section_start(following)
        carried = self._pieces[kept:] if kept else []
        if carried:
            del self._pieces[kept:]
        self._flush()
        for piece in carried:
            self._put(piece)

    def _section_start(self, following: Piece) -> int:
        """The beginning of the last section, if it is short and fits together with what follows."""
        last = len(self._pieces)
        while last and self._pieces[last - 1].is_heading:
            last -= 1
        units, entities = _size([following, *self._pieces[last:]])
        for start in range(last - 1, 0, -1):
            more_units, more_entities = _size([self._pieces[start]])
            units, entities = units + more_units, entities + more_entities
            if units > _SECTION_MAX or entities > _ENTITIES_WORTH_FILLING:
                return last
            if self._pieces[start].is_heading and not self._pieces[start - 1].is_heading:
                return start
        return last

    def _flush(self) -> None:
        outgoing = to_say(joined(self._pieces))
        if not is_blank(outgoing.text):
            self._messages.append(outgoing)
        self._pieces, self._units, self._entities = [], 0, 0


def _size(pieces: list[Piece]) -> tuple[int, int]:
    units = sum(len(piece.gap) + utf16_len(piece.rich.text) for piece in pieces)
    return units, sum(len(piece.rich.spans) for piece in pieces)


def _is_long(piece: Piece) -> bool:
    units, entities = _size([piece])
    return units > MESSAGE_UNITS or entities > MESSAGE_ENTITIES


def joined(pieces: list[Piece]) -> Rich:
    texts: list[str] = []
    spans: list[Span] = []
    length = 0
    for number, piece in enumerate(pieces):
        gap = piece.gap if number else ""
        length += len(gap)
        spans += (span.moved(length) for span in piece.rich.spans)
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
