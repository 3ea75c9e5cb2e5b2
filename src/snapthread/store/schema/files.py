"""The table of files, from the intent of an upload to the deletion."""

from typing import Final, NamedTuple

from snapthread.store.table import Index, Table

SHOWN: Final = ("uploaded", "live")  # states of a file that may be asked about


class FileRow(NamedTuple):
    name: str
    conversation: str
    epoch: int
    owner: int
    state: str  # intended, uploaded, live, retired
    image_key: str  # its name in the conversation's item
    telegram_id: str
    unique_id: str
    size_bytes: int
    width: int
    height: int
    created_at: int
    update_id: int | None = None
    place: int | None = None
    album_id: str | None = None
    label: int | None = None
    openai_id: str | None = None  # or of our own store: a blob, marked by its prefix
    leaves_at: int | None = None  # retention takes it out of the conversation
    expires_at: int | None = None  # OpenAI deletes it by itself
    due_at: int | None = None  # retired: to be deleted, or looked for, from then
    attempts: int = 0
    reason: str | None = None
    kind: str = "image"  # or "document"
    document: str | None = None  # what it is, and how much of it went up
    part: str | None = None  # of a long picture that went up in several: which one


FILES_OF: Final = Index[FileRow]("of", by="created_at", within=("conversation", "state"))
FILES_OWNED: Final = Index[FileRow]("owned", by="created_at", within=("owner",))
DUE: Final = Index[FileRow]("due", by="due_at", where={"state": ("retired",)}, has=("openai_id",))
UNSETTLED: Final = Index[FileRow]("unsettled", by="created_at", where={"openai_id": (None,)})
RETIRED: Final = Index[FileRow]("retired", by="created_at", where={"state": ("retired",)})
LEAVING: Final = Index[FileRow]("leaving", by="leaves_at", where={"state": SHOWN})
UPLOADED: Final = Index[FileRow]("uploaded", by="created_at", where={"state": ("uploaded",)})
SHOWN_NAMES: Final = Index[FileRow]("shown", by="name", where={"state": SHOWN})

FILES: Final = Table(
    "files",
    FileRow,
    key=("name",),
    scope="conversation",
    indexes=(FILES_OF, FILES_OWNED, DUE, UNSETTLED, RETIRED, LEAVING, UPLOADED, SHOWN_NAMES),
)
