"""Every failure in our own words, split by what the reader can do about it.

    SnapthreadError
    ├── Mendable       the user can mend it: send something else
    │   ├── ImageRefused(fault), DocumentRefused(fault), SoundRefused(fault), NoRoom
    │   └── ContextTooLong, QuestionTooLong, AlbumTooLarge(limit), ImagesTooLarge
    ├── Busy           try again
    │   ├── AssistantBusy, FilesBusy, TranscriberBusy
    │   ├── ChatBusy(retry_after_s)
    │   └── StoreBusy
    ├── Refused        trying again will not help
    │   ├── AssistantRefused, EmptyAnswer
    │   ├── FilesGone(openai_ids)
    │   ├── ChatRefused(part) ─ ChatUnreachable
    │   └── DraftsUnknown
    ├── Denied         the operator must act
    │   ├── OutOfCredit, AssistantDenied, AssistantMisused, CountryDenied, ModelGone, OutputSpent
    │   ├── ChatDenied, AnotherPoller, WebhookSet
    │   ├── StoreFull, StoreTooNew, StoreDenied, StoreMissing, StoreDamaged
    │   └── BackupRefused
    ├── LeaseLost      somebody else has the conversation now
    └── ConversationBroken(conversation)   what is stored of it cannot be read

No exception of an SDK leaves its adapter; each adapter's table is tested for completeness.
"""

from typing import Final, Literal

from snapthread.faults import DocumentFault, ImageFault, SoundFault

# Where a service asks for longer, it is asked again by then: a mistaken number, or a clock that is
# wrong, must not silence the bot for days.
WAIT_MAX_S: Final = 600.0


class SnapthreadError(Exception):
    """The root of our own failures."""


class Mendable(SnapthreadError):
    """The user can mend it."""


class ImageRefused(Mendable):
    """An image that cannot be used, and why."""

    def __init__(self, fault: ImageFault, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}" if detail else fault)
        self.fault: ImageFault = fault


class DocumentRefused(Mendable):
    """A document that cannot be used, and why. `pages`: how many it has, where they are known;
    `fits`: how many of them could be used at once, where fewer could."""

    def __init__(
        self, fault: DocumentFault, detail: str = "", *, pages: int = 0, fits: int = 0
    ) -> None:
        super().__init__(f"{fault}: {detail}" if detail else fault)
        self.fault: DocumentFault = fault
        self.pages = pages
        self.fits = fits


class SoundRefused(Mendable):
    """A sound that cannot be transcribed, and why."""

    def __init__(self, fault: SoundFault, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}" if detail else fault)
        self.fault: SoundFault = fault


class NoRoom(Mendable):
    """The user's storage at OpenAI cannot hold it, also without all older images."""


class ContextTooLong(Mendable):
    """The question with its history does not fit the model."""


class QuestionTooLong(Mendable):
    """The question alone is longer than what a request may hold (CONTEXT_MAX_TOKENS)."""


class AlbumTooLarge(Mendable):
    """The question brings more images than a request may hold (IMAGE_WINDOW)."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit}")
        self.limit = limit


class ImagesTooLarge(Mendable):
    """The question's images together are larger than what a request may carry
    (REQUEST_IMAGES_MB)."""


class Busy(SnapthreadError):
    """It may work later. `retry_after_s` is what the other side asked for, if it did; at most
    WAIT_MAX_S."""

    def __init__(self, detail: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = None if retry_after_s is None else min(retry_after_s, WAIT_MAX_S)


class AssistantBusy(Busy):
    """OpenAI is overloaded, unreachable, limits our rate, or broke off. `is_pause`: it was not
    asked at all, because it asked us to wait."""

    def __init__(
        self, detail: str = "", *, retry_after_s: float | None = None, is_pause: bool = False
    ) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)
        self.is_pause = is_pause


class FilesBusy(Busy):
    """OpenAI's Files API did not do it. `unknown`: it may have been done all the same."""

    def __init__(
        self, detail: str = "", *, retry_after_s: float | None = None, unknown: bool = False
    ) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)
        self.unknown = unknown


class TranscriberBusy(Busy):
    """OpenAI did not transcribe a sound. `unknown`: it may have, and billed it."""

    def __init__(
        self, detail: str = "", *, retry_after_s: float | None = None, unknown: bool = False
    ) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)
        self.unknown = unknown


class ChatBusy(Busy):
    """Telegram is away or told us to wait."""


class StoreBusy(Busy):
    """The store is locked or away for a moment."""


class Refused(SnapthreadError):
    """Trying again will not help."""


class AssistantRefused(Refused):
    """OpenAI's policy forbids it."""


class EmptyAnswer(Refused):
    """The model said nothing."""


class FilesGone(Refused):
    """The request failed and files may be the reason; the ids that the failure names.
    `is_missing`: it says that a file is not there, and not that it is no picture."""

    def __init__(
        self, detail: str = "", *, openai_ids: tuple[str, ...] = (), is_missing: bool = False
    ) -> None:
        super().__init__(detail)
        self.openai_ids = openai_ids
        self.is_missing = is_missing


RefusedPart = Literal[
    "reader", "length", "topic", "thread", "reply", "entities", "buttons", "unknown"
]  # topic: it is not there; thread: nothing can be said in it


class ChatRefused(Refused):
    """Telegram does not take this message as it is; what it names of it, if it does, and where the
    chat is now, if it has another id."""

    def __init__(
        self, detail: str = "", *, part: RefusedPart = "unknown", moved_to: int | None = None
    ) -> None:
        super().__init__(detail)
        self.part: RefusedPart = part
        self.moved_to = moved_to


class ChatUnreachable(ChatRefused):
    """Nobody is there: the bot was blocked or removed, the account or the chat is gone."""


class DraftsUnknown(Refused):
    """This Bot API server is older than drafts."""


class Denied(SnapthreadError):
    """The operator must act; the message says what to do."""


class OutOfCredit(Denied):
    """OpenAI: no credit left, or a spending limit reached."""


class AssistantDenied(Denied):
    """OpenAI does not let us: key or permission."""


class ModelGone(Denied):
    """OpenAI does not know the model: it was switched off, or is not for this key."""


class AssistantMisused(Denied):
    """OpenAI does not understand our request: a mistake of ours or of a setting."""


class CountryDenied(Denied):
    """OpenAI does not serve the country that our requests come from."""


class OutputSpent(Denied):
    """The model thought until OPENAI_MAX_OUTPUT_TOKENS was used up, and said nothing."""


class ChatDenied(Denied):
    """Telegram does not know the token."""


class AnotherPoller(Denied):
    """Another process polls with the same token."""


class WebhookSet(Denied):
    """A webhook is set, so polling is refused."""


class StoreFull(Denied):
    """The disk is full."""


class StoreTooNew(Denied):
    """The store was written by a newer version."""


class StoreDenied(Denied):
    """The store's server refuses us, or is not set up to keep what it takes."""


class StoreMissing(Denied):
    """There is no store, and who asked is not to make one."""


class StoreDamaged(Denied):
    """The store's file cannot be read."""


class BackupRefused(Denied):
    """A backup that is not whole, would take the place of another file, or of a store in use."""


class LeaseLost(SnapthreadError):
    """Somebody else has the conversation now; what this turn does no longer counts."""


class ConversationBroken(SnapthreadError):
    """A mistake of ours, or a row that cannot be read; others' conversations are not to blame."""

    def __init__(self, conversation: str) -> None:
        super().__init__(f"what is stored of {conversation} cannot be read")
        self.conversation = conversation
