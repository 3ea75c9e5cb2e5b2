"""The state of one question, as far as it has come."""

import asyncio
from dataclasses import dataclass, field

from snapthread.faults import FileFault
from snapthread.images.healing import Mended
from snapthread.images.request import FileRequest, FileResult
from snapthread.meter import Meter
from snapthread.model import (
    Claim,
    FileName,
    HistoryItem,
    LostFile,
    Message,
    PageChoice,
    TelegramFile,
)
from snapthread.model.quotas import LimitExceeded
from snapthread.ports import (
    AnswerCompleted,
    AnswerEvent,
    NotTaken,
    RequestTaken,
    TextDelta,
    TextSoFar,
    Thinking,
    UsageReported,
)
from snapthread.turn.question import QuestionContext, can_go_on, replied_file
from snapthread.turn.quotas import Reserved
from snapthread.turn.result import PartialAnswer, TurnResult
from snapthread.turn.speech import SpeechResult


@dataclass(slots=True, kw_only=True)
class TurnState:
    """One question's way so far."""

    claim: Claim
    messages: tuple[Message, ...]
    meter: Meter
    reserved: Reserved | None = None
    requests: tuple[FileRequest, ...] = ()
    results: tuple[FileResult, ...] = ()
    heard: tuple[SpeechResult, ...] = ()
    context: QuestionContext = field(default_factory=QuestionContext)
    question: HistoryItem | None = None
    halvings: int = 0  # of the conversation, until it fitted the model
    nameless: int = 0  # failures for a file that named none, while every file was there
    renewed: tuple[FileName, ...] = ()  # image keys of what was there, and came up anew
    lost: tuple[LostFile, ...] = ()
    away: tuple[LostFile, ...] = ()
    is_sought: bool = False  # what was lost earlier was asked for, or was lost in this turn
    opened_tokens: int = 0  # of the documents and long pictures that were let in
    one_opened: asyncio.Lock = field(default_factory=asyncio.Lock)
    exceeded: LimitExceeded | None = None
    unsupported: tuple[Message, ...] = ()
    text: str = ""
    shown: str = ""  # what the person saw last, also of an attempt that failed since
    failing_since_s: float | None = None
    history_start: int | None = None
    answered: AnswerCompleted | None = None

    @property
    def is_continuation(self) -> bool:
        return self.claim.redo is not None and self.claim.redo.is_continuation

    @property
    def asked_item(self) -> HistoryItem:
        """The question as it was read: a request is built after that."""
        if self.question is None:
            raise RuntimeError("a question is read before it is asked")
        return self.question

    @property
    def asked_before(self) -> int | None:
        """The first item that the request of a question asked anew does not hold."""
        redo = self.claim.redo
        return None if redo is None or redo.is_continuation else redo.history_start

    @property
    def is_words_alone(self) -> bool:
        """Nothing must be there before it can be asked, and no more of it will come."""
        first = self.messages[0]
        is_bare = not first.files and first.sound is None and replied_file(self.messages) is None
        return is_bare and self.claim.redo is None and not can_go_on(self.messages)

    @property
    def lacks_usable_media(self) -> bool:
        """The person's own files and sounds are all unusable: a caption alone would ask about
        nothing. Or one document is to be asked about by pages that the person chooses first."""
        if self.choice is not None:
            return True
        own = [one for one in self.results if not one.request.is_of_reply]
        is_heard = any(one.text for one in self.heard)
        return bool(own or self.heard) and not is_heard and not any(one.is_usable for one in own)

    @property
    def choice(self) -> PageChoice | None:
        """The choice for the first document of which only some pages fit."""
        for one in self.results:
            if one.fits and not one.request.is_of_reply:
                request = one.request
                return PageChoice(
                    one.pages, one.fits, request.file.unique_id, request.message.update_id
                )
        return None

    @property
    def unseen_files(self) -> tuple[TelegramFile, ...]:
        """Those that were not there yet when it was stopped."""
        left = [one for one in self.results if not one.is_usable and one.fault is None]
        return tuple(one.request.file for one in left)

    def take_mended(self, mended: Mended) -> None:
        """Older files that left, and those that may still come back."""
        self.renewed = (*self.renewed, *mended.renewed)
        self.lost = (*self.lost, *mended.left)
        self.away = (*self.away, *mended.lost)
        self.is_sought = self.is_sought or bool(mended.lost)
        self.nameless += mended.is_nameless

    def take_event(self, event: AnswerEvent) -> PartialAnswer | None:
        """The text to show of it."""
        match event:
            case RequestTaken():
                self.meter.record_taken()
            case NotTaken():
                self.meter.not_taken()
            case Thinking():
                return PartialAnswer(text="", is_thinking=True)
            case TextDelta(text=text):
                return self._says(self.text + text)
            case TextSoFar(text=text):
                return self._says(text)
            case UsageReported(usage=usage):
                self.meter.record_usage(usage)
            case AnswerCompleted(usage=usage):
                self.meter.record_answer(usage)
                self.answered = event
        return None

    def _says(self, text: str) -> PartialAnswer:
        self.meter.record_first_token()
        self.text = text
        self.shown = text if text.strip() else self.shown
        return PartialAnswer(text=text)

    def result(self, *answer: HistoryItem) -> TurnResult:
        redo = self.claim.redo
        asked = () if self.is_continuation or self.question is None else (self.question,)
        items = (*asked, *answer) if answer and self.question else ()
        return TurnResult(
            items=items,
            text=self.text,
            faults=tuple(filter(_is_told, [one.fault for one in self.results if one.fault])),
            sound_faults=tuple(one.fault for one in self.heard if one.fault and one.is_told),
            spoken="\n".join(one.text for one in self.heard if one.text),
            file_count=len(self.results),
            stills=sum(one.is_still for one in self.results),
            has_small_text=any(one.is_dense for one in self.results),
            asker_in_group=self.messages[0].person_in_group,
            has_unread_pages=any(
                one.document and not one.document.has_text for one in self.results
            ),
            choice=self.choice,
            can_choose=self.messages[0].is_private,
            made_room=sum(one.made_room for one in self.results),
            cut=self.answered.cut if self.answered else None,
            lost=self.lost,
            away=self.away,
            history_start=self.history_start,
            exceeded=self.exceeded,
            unsupported=self.unsupported,
            is_continuation=self.is_continuation,
            taken_back_from=None if redo is None else redo.taken_back_from,
        )


def _is_told(fault: FileFault) -> bool:
    """A limit has a sentence of its own."""
    return fault.fault != "over_limit"
