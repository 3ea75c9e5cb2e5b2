"""The ledger of every file at OpenAI, written before it is there and until it is gone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from snapthread.model import (
    Claim,
    ConversationKey,
    Deletion,
    FileName,
    IntendedFile,
    LedgerFile,
    LostFile,
)
from snapthread.ports.message_queue import Leases


class UploadRecords(Protocol):
    """The results of uploads."""

    async def record_upload(
        self,
        name: FileName,
        openai_id: str,
        now: datetime,
        *,
        leaves_at: datetime,
        expires_at: datetime,
    ) -> bool:
        """Law 1, after the upload: True where the file is still wanted.

        Under an older epoch, or where the intent is retired or gone, the file is recorded as
        retired, due for deletion now, and the answer is False. `leaves_at`: when retention takes
        it out of the conversation; `expires_at`: when OpenAI deletes it by itself, kept in both
        cases.
        """
        ...

    async def fail_upload(self, name: FileName, now: datetime, *, unknown: bool) -> None:
        """The upload failed. `unknown`: it may have happened, so the file is looked for later."""
        ...


class Uploads(UploadRecords, Protocol):
    """From the intent to a file that a question may use."""

    async def intend(self, claim: Claim, file: IntendedFile, now: datetime) -> LedgerFile:
        """Law 1, before the upload; raises LeaseLost.

        Where the same image of the same message was uploaded already (by an attempt that was cut
        off), that file is returned instead. An older intent for it is retired. Parts of one long
        picture get a name that they share: whatever takes one of them out of the conversation,
        but `mark_lost`, takes all of them in the same transaction.
        """
        ...

    async def make_room(
        self,
        claim: Claim,
        size_bytes: int,
        now: datetime,
        *,
        room_bytes: int,
        owner: int,
        files: Sequence[IntendedFile] = (),
    ) -> int:
        """Law 3, by storage quota: the oldest images of this owner leave until one of `size_bytes`
        fits into `room_bytes`; how many left. Those of their other conversations too, but where
        somebody holds one: what is there neither counts nor leaves meanwhile. Raises NoRoom, and
        nothing leaves, where it cannot fit beside what this question has brought already;
        LeaseLost.

        `files`: what it is for. What an attempt that was cut off has begun for these is not counted
        beside them."""
        ...


class KnownImages(Protocol):
    """Images that a conversation holds, by what names them."""

    async def image_of(self, claim: Claim, unique_id: str) -> tuple[LedgerFile, ...]:
        """The newest live file of this conversation, by Telegram's unique id; it has a label. Of a
        long picture its parts that are live, in reading order."""
        ...

    async def files_by_id(self, claim: Claim, openai_ids: Sequence[str]) -> tuple[LedgerFile, ...]:
        """The live and uploaded files of the claim's conversation with these ids, newest first."""
        ...


class Deletions(Protocol):
    """Retired files on their way out."""

    async def files_due(
        self, now: datetime, *, limit: int, lease_s: float, without_id: bool = False
    ) -> tuple[Deletion, ...]:
        """Retired files whose deletion is due, with their OpenAI id; taken for `lease_s`.

        `without_id`: instead, intents that never got one, `LONGEST_UPLOAD_S` old or older; they are
        to be looked for by their names.
        """
        ...

    async def delete_file(self, name: FileName) -> None:
        """The file is not at OpenAI any more: its row goes."""
        ...

    async def retry_later(self, name: FileName, at: datetime) -> None:
        """The deletion failed: it is due again at `at`."""
        ...


class FailingDeletions(Protocol):
    """Files that stay for now."""

    async def failing_deletions(self) -> int:
        """Retired files whose deletion failed again and again; it is tried on."""
        ...


class Repairs(Protocol):
    """A file that is lost leaves its conversation, or another takes its place."""

    async def retire(
        self, claim: Claim, names: Sequence[FileName], now: datetime, *, reason: str
    ) -> int:
        """Law 3: these files leave the claim's conversation, and are due for deletion now.

        From the same instant `compose` does not list them. How many left; raises LeaseLost.
        """
        ...

    async def mark_lost(self, claim: Claim, names: Sequence[FileName], now: datetime) -> int:
        """Law 4: these live files are gone at OpenAI, and Telegram does not give them now.

        As after `retire`, `compose` does not list them as live; but as lost, until retention would
        take them, so that `replace_file` can bring them back. How many; raises LeaseLost.
        """
        ...

    async def replace_file(self, claim: Claim, name: FileName, now: datetime) -> bool:
        """Law 4: an uploaded file takes the place of the lost one that it stands for.

        In one transaction the lost one is retired and the new one is live under its label. False,
        and the new one is retired, where the lost one has left the conversation meanwhile.
        Raises LeaseLost.
        """
        ...


class Forgetting(Protocol):
    """Images that leave by the user's wish."""

    async def forget(self, claim: Claim, unique_id: str, now: datetime) -> tuple[LostFile, ...]:
        """Law 3, by the user's wish: the live file with Telegram's unique id leaves, with all of
        its album; by label. Raises LeaseLost."""
        ...


class Retention(Protocol):
    """Files that leave without anybody asking."""

    async def retire_leaving(self, now: datetime, *, limit: int) -> int:
        """Law 3, by retention: files past due leave the conversations that nobody holds."""
        ...

    async def retire_stranded(self, now: datetime) -> int:
        """Uploads that no question waits for any more, in conversations that nobody holds."""
        ...


class Borrowing(Leases, Protocol):
    """Holds a conversation to mend it, beside the workers."""

    async def borrow(self, key: ConversationKey, now: datetime, *, lease_s: float) -> Claim | None:
        """Hold a conversation without its messages; None where somebody holds it, or it is gone."""
        ...


class Inventory(Protocol):
    """The ledger as a whole, to be compared with what OpenAI holds."""

    async def unknown_files(self, files: Sequence[tuple[FileName, str]]) -> tuple[str, ...]:
        """The OpenAI ids, of these names and ids, that the ledger has no row for, in any state."""
        ...

    async def live_after(self, name: FileName | None, *, limit: int) -> tuple[LedgerFile, ...]:
        """Uploaded and live files of all conversations, by name, from after this one on."""
        ...


class FileLedger(
    Uploads,
    KnownImages,
    Deletions,
    FailingDeletions,
    Repairs,
    Forgetting,
    Retention,
    Borrowing,
    Inventory,
    Protocol,
):
    """The life of every file at OpenAI: intended → uploaded → live → retired → gone."""
