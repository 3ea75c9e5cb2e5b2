"""A document of more pages than can be read at once: a button says which ones to read."""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Final

from snapthread.model import Button, OutgoingMessage, PageChoice, PageRange
from snapthread.texts.localizer import Localizer

OFFERED_MAX: Final = 6  # buttons
IN_A_ROW: Final = 3  # of them: more are too narrow on a phone
PRESSED: Final = re.compile(r"pages:(\d{1,15}):(\d{1,7})-(\d{1,7})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ChosenPages:
    """A pressed button: these pages, of the document of that question."""

    update_id: int
    pages: PageRange


def offer(choice: PageChoice, text: str, t: Localizer) -> OutgoingMessage:
    """From the first page on; whoever wants later ones than offered sends a part of it."""
    starts = islice(range(1, choice.pages + 1, choice.fits), OFFERED_MAX)
    ranges = [PageRange(start, min(start + choice.fits - 1, choice.pages)) for start in starts]
    buttons = [
        Button(
            text=t("document_pages_button", pages=pages),
            press=f"pages:{choice.update_id}:{pages.first}-{pages.last}",
        )
        for pages in ranges
    ]
    return OutgoingMessage(text=text, buttons=tuple(buttons), in_row=IN_A_ROW)


def chosen_pages(word: str) -> ChosenPages | None:
    """None for a button that is none of these."""
    pressed = PRESSED.fullmatch(word)
    if pressed is None:
        return None
    update_id, first, last = map(int, pressed.groups())
    return ChosenPages(update_id, PageRange(first, last))
