"""Files as Telegram names them: images, sounds, documents and their pages. Pure."""

from dataclasses import dataclass
from typing import Literal, NewType

from snapthread.contents import PageRange
from snapthread.vision_tokens import Cut

FileName = NewType("FileName", str)  # our own name of a file, made before it is uploaded
ImageKind = Literal[
    "photo", "document", "live_photo", "sticker", "animation", "video", "video_note"
]
SoundKind = Literal["voice", "audio", "video_note", "video", "file"]
FileKind = Literal["image", "document"]
DocumentDetail = Literal["", "low", "high"]  # of the pictures of its pages; "": it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramImage:
    """An image as Telegram names it. Sizes and type are the sender's claim, not a fact."""

    kind: ImageKind
    telegram_id: str
    unique_id: str
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    is_still: bool = False  # the preview of what moves; the rest of it we do not see


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSound:
    """A sound as Telegram names it. Of all this only the seconds of a voice and
    a video message are a fact; the rest is the sender's claim. Of one sent as a file Telegram tells
    no seconds: they are 0 until it was measured."""

    kind: SoundKind
    telegram_id: str
    duration_s: int
    size_bytes: int | None = None
    mime_type: str = ""
    file_name: str = ""

    @property
    def is_measured(self) -> bool:
        return self.kind != "file" or self.duration_s > 0


@dataclass(frozen=True, slots=True)
class PageChoice:
    """A document of more pages than can be used at once."""

    pages: int
    fits: int
    unique_id: str = ""  # Telegram's, of the document
    update_id: int = 0  # that brought it


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramDocument:
    """A document as Telegram names it; all of it is the sender's claim. `chosen`: the pages that
    the person asked for."""

    telegram_id: str
    unique_id: str
    size_bytes: int | None = None
    file_name: str = ""
    chosen: PageRange | None = None

    @property
    def kind(self) -> Literal["file"]:
        """As `TelegramImage.kind`, which calls an image that was sent as a file a document."""
        return "file"


TelegramFile = TelegramImage | TelegramDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """A document as it was read. `pages`: of the whole; 0 where it has none. `tokens`: our estimate
    of what goes up, shown in this detail. `as_pictures`: its pages went up as pictures, each a file
    of its own, for a server that takes no documents."""

    name: str
    pages: int = 0
    chosen: PageRange | None = None  # where not all of them went up
    tokens: int = 0
    detail: DocumentDetail = ""
    as_pictures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a long picture that went up in several: its number in reading order, counted from
    1. `picture`: a name that all of them share; they leave a conversation together."""

    number: int
    of: int
    cut: Cut
    picture: FileName = FileName("")
