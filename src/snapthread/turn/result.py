"""Events of a turn: the answer so far, and its end."""

from dataclasses import dataclass

from snapthread.faults import FileFault, SoundFault
from snapthread.model import HistoryItem, LostFile, Message, PageChoice, TelegramFile
from snapthread.model.quotas import LimitExceeded


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialAnswer:
    """The answer so far; shorter than before where the question had to be asked again."""

    text: str
    is_thinking: bool = False  # the model works, and has no words yet


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnResult:
    """The turn's end. Without items nothing was asked: no picture and no sound could be used, or
    it was stopped before a sound was heard."""

    items: tuple[HistoryItem, ...] = ()
    text: str = ""
    faults: tuple[FileFault, ...] = ()
    sound_faults: tuple[SoundFault, ...] = ()
    spoken: str = ""  # what the person said
    file_count: int = 0  # that the person sent
    stills: int = 0  # previews of what moves
    has_small_text: bool = False  # in a photo that Telegram made smaller; and nobody was told yet
    asker_in_group: int | None = None  # the only one for whom a hint is there
    has_unread_pages: bool = False  # pages of pictures, which are looked at
    choice: PageChoice | None = None  # nothing was asked: of a document, only some pages fit
    can_choose: bool = False  # by a button, which is for private chats
    made_room: int = 0  # older files that left for the new ones
    lost: tuple[LostFile, ...] = ()  # older files that OpenAI cannot use any more
    away: tuple[LostFile, ...] = ()  # and those that OpenAI lost and Telegram does not give now
    cut: str | None = None
    history_start: int | None = None  # older turns were left out; from here on is what was read
    exceeded: LimitExceeded | None = (
        None  # parts of the album came late and were more than a limit lets in
    )
    unsupported: tuple[Message, ...] = ()  # came late, and are no part of the question
    is_stopped: bool = False
    unseen: tuple[TelegramFile, ...] = ()  # files that were not there yet when it was stopped
    is_continuation: bool = False  # more of the answer that was there
    taken_back_from: int | None = None  # where the items take the place of others
