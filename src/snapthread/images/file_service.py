"""The life of a file at OpenAI, from intent to deletion. Only these parts upload and delete files,
apart from the picture by which the doctor tests a server.

    intended ──upload──▶ uploaded ──the turn ends──▶ live ──leaves──▶ retired ──delete──▶ gone
        └── outcome unknown ──▶ retired, looked for by its name ───────────┘

    uploader.py         intended → uploaded    the intent before the upload, the result after it
    unknown_uploads.py  outcome unknown        found by its name and retired, or never there
    deleter.py          retired → gone         the only place where a file of ours is deleted

The intent is written before the upload and the result after it, so a kill at any instant leaves a
row that housekeeping can settle. A live file is retired only by the turn that holds the
conversation, where nobody holds it, or by a reset or an erasure; it is deleted only once it is
retired.
"""

from dataclasses import dataclass

from snapthread.images.deleter import Deleter
from snapthread.images.file_names import FileNames
from snapthread.images.unknown_uploads import UnknownUploads
from snapthread.images.uploader import Uploader


@dataclass(frozen=True, slots=True, kw_only=True)
class FileService:
    """The parts that upload for turns, and delete afterwards."""

    names: FileNames
    uploader: Uploader
    unknown_uploads: UnknownUploads
    deleter: Deleter
