"""Names of files: our own, and the one that it goes by at OpenAI, where it is found by its mark."""

import secrets
from dataclasses import dataclass

from snapthread.model import FileName, Installation
from snapthread.ports import RemoteFile


def new_file_name() -> FileName:
    """Our own name of a file: what an upload of unknown outcome is found by."""
    return FileName(secrets.token_hex(8))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNames:
    """Names of one installation's files at OpenAI; `mark` is how each of them begins."""

    mark: str

    @classmethod
    def of(cls, installation: Installation) -> "FileNames":
        return cls(mark=f"snapthread-{installation.id}-")

    def remote(self, name: FileName, extension: str) -> str:
        return f"{self.mark}{name}.{extension}"

    def name_of(self, remote: RemoteFile) -> FileName | None:
        """Our own name of a file at OpenAI; None where it is not of this installation."""
        if not remote.filename.startswith(self.mark):
            return None
        return FileName(remote.filename.removeprefix(self.mark).partition(".")[0])
