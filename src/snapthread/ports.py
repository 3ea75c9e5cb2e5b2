"""What the line needs of the world: the store, the chat, the assistant and its files.

Each docstring is a promise; `tests/contracts/` holds one test for each, run over every adapter.
"""

from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from snapthread.model import (
    Claim,
    ConversationKey,
    Deletion,
    Destination,
    Erased,
    FileName,
    Installation,
    IntendedFile,
    LedgerFile,
    Line,
    Message,
    News,
    Part,
    Say,
    Transcript,
    Usage,
    Waiting,
)
from snapthread.usage import DailyUsage, Limits, Over, Spent, TurnRecord

Clock = Callable[[], datetime]  # aware UTC


# ---------------------------------------------------------------- the store


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message to put into the mailbox, with what to say where the mailbox is full."""

    message: Message
    if_full: Say


class Mailboxes(Protocol):
    """Messages wait here, in order within a conversation; one worker holds a conversation."""

    async def accept(
        self, arrivals: Sequence[Arrival], now: datetime, *, quiet_s: float
    ) -> frozenset[ConversationKey]:
        """Take a batch in one transaction; the conversations that got something new.

        An update id that was accepted within `SEEN_S` is not taken again. Each part of an album
        makes the album ready `quiet_s` after the newest part, at most `ALBUM_GATHER_S` after the
        first. A text that a client cut (over `CUT_TEXT_UNITS` units) waits `quiet_s` for its next
        part: a text of the same user, sent within `CUT_TEXT_GAP_S`, with no other message of the
        conversation in between. Beyond `WAITING_MAX` waiting messages of a conversation the
        message is not taken, and `if_full` becomes a part to deliver, once until it has room.
        """
        ...

    async def claim(
        self, now: datetime, *, lease_s: float, only: ConversationKey | None = None
    ) -> Claim | None:
        """The conversation that has been ready longest and that nobody holds, or None.

        Parts to deliver come first and alone; else the oldest message with all parts of its
        album, or of its cut text, that are there. Never a command that jumps the queue. Taking
        messages counts an attempt of each. The token is higher than any before.
        """
        ...

    async def renew(self, claim: Claim, now: datetime, *, lease_s: float) -> bool:
        """Hold the conversation for `lease_s` more; False where it is no longer ours."""
        ...

    async def release(
        self,
        claim: Claim,
        now: datetime,
        *,
        not_before: datetime | None = None,
        uncount: bool = False,
    ) -> None:
        """Give the conversation back, not to be claimed before `not_before`.

        `uncount`: the attempt does not count (we stopped it ourselves). Nothing happens where the
        claim is no longer ours.
        """
        ...

    async def take_stragglers(self, claim: Claim) -> tuple[Message, ...]:
        """Add to the claim the parts of its album that came since; raises LeaseLost."""
        ...

    async def jumpers(self) -> tuple[Message, ...]:
        """The commands that wait and jump the queue, oldest first."""
        ...

    async def next_wake(self, now: datetime) -> datetime | None:
        """When the next conversation can be claimed; None where nothing waits."""
        ...

    async def news(self, claims: Sequence[Claim], now: datetime) -> News:
        """What became of these claims, and which pauses hold; asked twice a second, so cheap."""
        ...

    async def waiting(self, *, limit: int) -> tuple[Waiting, ...]:
        """The messages in all mailboxes, oldest first."""
        ...

    async def aside(self, *, limit: int) -> tuple[Waiting, ...]:
        """The messages that were put aside, oldest first."""
        ...

    async def replay(self, update_id: int, now: datetime) -> bool:
        """A message that was put aside goes to the end of its mailbox, as if it had just come.

        False where none with this id was put aside.
        """
        ...

    async def count_waiting(self) -> int:
        """Messages that are not done with, also those being worked on."""
        ...


class Conversations(Protocol):
    """The lasting conversation of each user; written only under its lease."""

    async def compose(
        self,
        claim: Claim,
        now: datetime,
        *,
        max_tokens: int,
        question_tokens: int,
        max_images: int = 0,
        question_files: Sequence[FileName] = (),
    ) -> Transcript:
        """What to ask on, in one transaction; raises LeaseLost.

        `live` holds the OpenAI ids of the files that the ledger knows to be live, of the lines
        and of this claim's own uploads, and no other: none that is retired or past due. Files of
        this conversation that are past due are retired here. Where lines and question would pass
        `max_tokens`, older turns leave the request, until at most half of it is left; they stay
        out, and stay in the store. Where the images of these lines and of the question would be
        more than `max_images` (0: any number), the oldest leave, until at most half of it is
        left, or what the question brings, up to `max_images`.
        """
        ...

    async def shorten(self, claim: Claim) -> bool:
        """Half of the lines leave the request; False where none was left. Raises LeaseLost."""
        ...

    async def finish(
        self,
        claim: Claim,
        now: datetime,
        *,
        lines: Sequence[Line] = (),
        says: Sequence[Say] = (),
        to: Destination,
        put_aside: bool = False,
        record: TurnRecord | None = None,
    ) -> tuple[Part, ...]:
        """End the turn in one transaction; raises LeaseLost.

        The lines join the conversation, the files that they name become live, every other upload
        of this claim is retired, its messages leave the mailbox (kept aside with `put_aside`),
        and `says` become parts to deliver, which are returned. The conversation stays held.
        The first part replies to `to.reply_to` only where other messages of the conversation
        came meanwhile, and replaces the message that `note_stream` told; the others do neither.
        `record` is written, and takes the place of the reservation with its id in every count;
        any other reservation of the conversation is charged as it says.
        """
        ...

    async def note_stream(self, claim: Claim, message_id: int) -> None:
        """This message of ours shows the answer as it grows; raises LeaseLost.

        Until the turn is finished, each claim of it knows (`Claim.stream`).
        """
        ...

    async def stop(
        self, command: Message, now: datetime, *, if_nothing: Sequence[Say]
    ) -> int | None:
        """A Stop is done with; the number of the turn that it ends.

        That is the turn of the question that was asked first of those before the command; with a
        `draft_id`, only where this is its number. From then on each claim of it `is_stopped`.
        None where there is no such turn: then `if_nothing` become parts to deliver. None, and
        nothing happens, where the command is not waiting any more.
        """
        ...

    async def reset(self, command: Message, now: datetime, *, render: "ResetWords") -> int | None:
        """Law 2 in one transaction; how many files are to be deleted.

        The epoch rises, the lease is fenced off, the conversation is empty, its files are
        retired, messages that came before the command and parts not yet delivered are gone, the
        command is gone, and `render` (of the number of files) becomes a part to deliver.
        The conversation's reservation is charged as it says. None, and nothing happens, where the
        command is not waiting any more.
        """
        ...

    async def jumped(self, command: Message, now: datetime, *, says: Sequence[Say]) -> bool:
        """A command that jumps the queue is done with, and `says` become parts to deliver.

        False, and nothing happens, where the command is not waiting any more.
        """
        ...

    async def say(
        self,
        conversation: ConversationKey,
        to: Destination,
        say: Say,
        now: datetime,
        *,
        once: str | None = None,
        again_after_s: float | None = None,
    ) -> bool:
        """Put a part on its way. With `once`, only where this mark was not set (within
        `again_after_s`); False where it was."""
        ...

    async def delivered(self, claim: Claim, part: Part) -> None:
        """The part is done with: Telegram took it, or refuses it for good."""
        ...

    async def drop_parts(self, claim: Claim) -> int:
        """Every part of the conversation is done with (blocked, chat gone); how many."""
        ...


ResetWords = Callable[[int], Say]


class Ledger(Protocol):
    """The life of every file at OpenAI: intended → uploaded → live → retired → gone."""

    async def intend(self, claim: Claim, file: IntendedFile, now: datetime) -> LedgerFile:
        """Law 1, before the upload; raises LeaseLost.

        Where the same image of the same message was uploaded already (by an attempt that was cut
        off), that file is returned instead. An older intent for it is retired.
        """
        ...

    async def uploaded(
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
        it out of the conversation; `expires_at`: when OpenAI deletes it by itself.
        """
        ...

    async def give_up(self, name: FileName, now: datetime, *, unknown: bool) -> None:
        """The upload failed. `unknown`: it may have happened, so the file is looked for later."""
        ...

    async def label_of(self, claim: Claim, unique_id: str) -> int | None:
        """The label of a live image of this conversation, by Telegram's unique id."""
        ...

    async def files_due(self, now: datetime, *, limit: int, lease_s: float) -> tuple[Deletion, ...]:
        """Retired files whose deletion is due, with their OpenAI id; taken for `lease_s`."""
        ...

    async def intents_due(self, now: datetime, *, limit: int) -> tuple[Deletion, ...]:
        """Intents without an OpenAI id, `LONGEST_UPLOAD_S` old or older: to be looked for."""
        ...

    async def retire(
        self, claim: Claim, names: Sequence[FileName], now: datetime, *, reason: str
    ) -> int:
        """Law 3: these files leave the claim's conversation, and are due for deletion now.

        From the same instant `compose` does not list them. How many left; raises LeaseLost.
        """
        ...

    async def named(self, claim: Claim, openai_ids: Sequence[str]) -> tuple[LedgerFile, ...]:
        """The live and uploaded files of the claim's conversation with these ids, newest first."""
        ...

    async def restored(self, claim: Claim, name: FileName, now: datetime) -> bool:
        """Law 4: an uploaded file takes the place of the lost one that it stands for.

        In one transaction the lost one is retired and the new one is live under its label. False,
        and the new one is retired, where the lost one has left the conversation meanwhile.
        Raises LeaseLost.
        """
        ...

    async def gone(self, name: FileName) -> None:
        """The file is not at OpenAI any more: its row goes."""
        ...

    async def try_later(self, name: FileName, at: datetime) -> None:
        """The deletion failed: it is due again at `at`."""
        ...

    async def retire_leaving(self, now: datetime, *, limit: int) -> int:
        """Law 3, by retention: files past due leave the conversations that nobody holds."""
        ...

    async def count_remaining(self, now: datetime) -> int:
        """Files past due and files that are still to be deleted."""
        ...

    async def make_room(
        self, claim: Claim, size_bytes: int, now: datetime, *, room_bytes: int
    ) -> int:
        """Law 3, by storage quota: the oldest images leave until one of `size_bytes` fits into
        `room_bytes`; how many left. Raises NoRoom, and nothing leaves, where it cannot fit beside
        what this question has brought already; LeaseLost."""
        ...

    async def forget(self, claim: Claim, unique_id: str, now: datetime) -> tuple[int, ...]:
        """Law 3, by the user's wish: the live image with Telegram's unique id leaves, with all of
        its album; their labels. Raises LeaseLost."""
        ...

    async def borrow(self, key: ConversationKey, now: datetime, *, lease_s: float) -> Claim | None:
        """Hold a conversation without its messages; None where somebody holds it, or it is gone."""
        ...

    async def unknown(self, files: Sequence[tuple[FileName, str]]) -> tuple[str, ...]:
        """The OpenAI ids, of these names and ids, that the ledger has no row for, in any state."""
        ...

    async def retire_stranded(self, now: datetime) -> int:
        """Uploads that no question waits for any more, in conversations that nobody holds."""
        ...

    async def count_unsettled(self, now: datetime) -> int:
        """Intents that `intents_due` would look for, now or soon."""
        ...

    async def live_after(self, name: FileName | None, *, limit: int) -> tuple[LedgerFile, ...]:
        """Uploaded and live files of all conversations, by name, from after this one on."""
        ...

    async def user_files(self, owner: int) -> frozenset[str]:
        """`user_files:{owner}`: the OpenAI ids of every file of this user that is not gone."""
        ...


class People(Protocol):
    """Everything that is held on one person."""

    async def erase(
        self,
        user_id: int,
        now: datetime,
        *,
        last_words: tuple[Destination, Say] | None = None,
        asked_by: Message | None = None,
    ) -> Erased:
        """In one transaction: the conversation and everything that waits in it is gone, whoever
        holds it is fenced off, every file of the user is due for deletion, and `last_words` become
        a part to deliver. The conversation's reservation is charged as it says; the user's records
        are gone, and their daily sums become those of user 0. What quotas counted stays, under the
        payer's hash, until its month has ended: else erasing would renew them. With `asked_by`, a
        command that jumps the queue, only where that still waits: another process may have done
        it, and the person gone on."""
        ...

    async def files_of(self, user_id: int) -> int:
        """Files of the user that are, or may be, at OpenAI."""
        ...

    async def export(self, user_id: int) -> dict[str, Any]:
        """All of it, as JSON: conversation, files, what waits, what was put aside, what was
        used."""
        ...

    async def bytes_of(self, user_id: int) -> int:
        """Of the user's files that are, or may be, at OpenAI."""
        ...

    async def adopt(
        self,
        user_id: int,
        openai_ids: Sequence[str],
        now: datetime,
        *,
        due_at: datetime,
        say: Say,
    ) -> int:
        """Files of the first generation become retired files of this user, due at `due_at`, or at
        once with the next reset or erasure. How many the ledger did not know; where there were
        any, `say` becomes a part to deliver, once for each user."""
        ...

    async def note_blocked(self, user_id: int, blocked_at: datetime | None) -> None:
        """The user blocked the bot (the first time counts), or, with None, came back."""
        ...

    async def blocked_before(self, before: datetime, *, limit: int) -> tuple[int, ...]: ...


class Quotas(Protocol):
    """What was used or is reserved, by payer: an opaque word for a user.

    A conversation has at most one reservation, that of the question in hand. It holds a record of
    what is charged where nobody says better, and counts at once in the payer's day and month and
    in the bot's month (UTC, of the moment it was made).
    """

    async def reserve(
        self, claim: Claim, now: datetime, *, payer: str, estimate: TurnRecord, limits: Limits
    ) -> Over | None:
        """Reserve what `estimate` counts, or say which limit that would pass; raises LeaseLost.

        Where the conversation has a reservation with this id, it is raised to `estimate`: only
        what is more is checked, and where that is too much, it stays as it was. One with another
        id is of an attempt that broke off: it is charged as it says, but for its messages and
        images, which count once for a question, whatever the answer is.
        """
        ...

    async def revise(self, record: TurnRecord) -> bool:
        """The reservation with this id says from now on what is known better; needs no lease.

        The counts follow. False, and nothing happens, where it was charged already.
        """
        ...

    async def settle_stale(self, now: datetime, *, limit: int) -> int:
        """Reservations `STALE` old or older are of attempts that broke off, and charged as such;
        how many. Their questions wait still, and count when they are asked again."""
        ...

    async def spent(self, payer: str, now: datetime) -> Spent: ...


class Records(Protocol):
    """What each turn used, kept for `RECORDS_KEPT`; and the sums of each day, kept for ever.

    A record and its share of the sums are written together, when its reservation is charged or
    its turn finished. An attempt counts on the day (UTC) of its record. What used nothing, such
    as the refusal of a stranger, is in no sum.
    """

    async def note_delivered(self, record_id: str, delivered_ms: int) -> None:
        """The answer has reached the chat, so long after its claim. Nothing happens where there
        is no such record."""
        ...

    async def usage(self, since: str, *, user_id: int | None = None) -> tuple[DailyUsage, ...]:
        """The sums from this day ("2026-11-12") on, of one user or of all; by day, user, model."""
        ...

    async def records_after(
        self, at: datetime, record_id: str, *, limit: int
    ) -> tuple[TurnRecord, ...]:
        """The next records, by their time and id, from after this one on; "" is before any id."""
        ...


class Store(Mailboxes, Conversations, Ledger, People, Quotas, Records, Protocol):
    """Everything that outlives a process. Each verb is one transaction.

    Any verb may raise StoreBusy (try again) or StoreFull (the disk). Then nothing was written, or,
    where a server's reply was lost, the verb was done: each is safe to be tried again.
    """

    async def installation(self) -> Installation:
        """Made once, at the first start."""
        ...

    async def take_job(self, job: str, owner: str, now: datetime, *, lease_s: float) -> bool:
        """One process does a job at a time; who has it keeps it by taking it again."""
        ...

    async def pause(self, service: str, until: datetime) -> None:
        """No process calls this service before then (`Mailboxes.news` tells the others)."""
        ...

    async def tidy(self, now: datetime) -> int:
        """Forget what is older than it is needed: marks, counts of quotas, records; how much."""
        ...

    async def check(self) -> None:
        """Can it be read and written? Raises StoreBusy, StoreFull."""
        ...

    async def close(self) -> None: ...


# ---------------------------------------------------------------- the chat


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update: a message for the mailbox, or None where nobody waits for an answer."""

    update_id: int
    message: Message | None
    blocked: tuple[int, bool] | None = None  # a user who blocked the bot, or came back


class Chat(Protocol):
    """Telegram. Raises ChatBusy, ChatRefused and the ChatDenied family only."""

    async def start(self) -> str:
        """Check the token, set the webhook or take a left one away, publish the commands; the
        bot's name."""
        ...

    def read(self, body: bytes) -> Update:
        """An update as a webhook brings it; raises ValueError where it has no id."""
        ...

    async def updates(self, offset: int | None, *, timeout_s: int) -> tuple[Update, ...]:
        """Long poll. `offset` confirms every update below it. A malformed update is skipped."""
        ...

    async def send(self, part: Part) -> int:
        """Send one message; its id. Never sent twice by itself."""
        ...

    async def draft(self, to: Destination, draft_id: int, say: Say) -> None:
        """Show what is being written, with a Stop button, for 30 s; no text: "Thinking…".

        Raises DraftsUnknown where this server knows no drafts. In private chats only.
        """
        ...

    async def edit(self, to: Destination, message_id: int, say: Say) -> None:
        """Give our own message another text; one that it has already is no failure."""
        ...

    def answer_press(self, press_id: str) -> Coroutine[Any, Any, None]:
        """The pressed button stops waiting; failures are ignored."""
        ...

    async def typing(self, to: Destination) -> None:
        """Show "typing…" for some seconds; failures are ignored."""
        ...

    async def download(self, telegram_id: str, *, max_bytes: int) -> bytes:
        """The file's bytes; raises ImageRefused("too_large" or "gone") as well as ChatBusy.

        Never more than `max_bytes` are read, whatever Telegram said of the size.
        """
        ...

    async def close(self) -> None: ...


# ---------------------------------------------------------------- images


class Image(Protocol):
    """An image that the model can use: upright, without metadata, within the size limits."""

    @property
    def content(self) -> bytes: ...
    @property
    def mime(self) -> str: ...
    @property
    def extension(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def source_format(self) -> str: ...
    @property
    def first_frame_of_animation(self) -> bool: ...


class Codec(Protocol):
    """Bytes from Telegram into an image that the model can use."""

    async def prepare(self, content: bytes, *, suspect: bool = False) -> Image:
        """Raises ImageRefused only. `suspect`: an earlier process may have died of it."""
        ...


# ---------------------------------------------------------------- the assistant


@dataclass(frozen=True, slots=True)
class InputText:
    text: str


@dataclass(frozen=True, slots=True)
class InputImage:
    openai_id: str


@dataclass(frozen=True, slots=True)
class InputLine:
    """One line of the request."""

    role: str
    content: tuple[InputText | InputImage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. The ids are hashed: they name nobody."""

    lines: tuple[InputLine, ...]
    safety_identifier: str
    prompt_cache_key: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The API took the question: from now on it may cost something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a failing answer has cost, as the API tells it; the failure itself follows."""

    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer's end. `cut`: why it is shorter than the model wanted."""

    usage: Usage
    model: str
    cut: str | None = None  # "max_output_tokens" or "content_filter"


AnswerEvent = Taken | TextDelta | Counted | Answered


class Assistant(Protocol):
    """OpenAI's Responses API, one attempt per call."""

    def ask(self, ask: Ask) -> AsyncGenerator[AnswerEvent, None]:
        """Stream one answer; `Taken` comes first and `Answered` last.

        Raises AssistantBusy, AssistantRefused, ContextTooLong, FilesGone and the Denied family.
        Waits at most `FIRST_EVENT_S`, `NEXT_EVENT_S` and `ANSWER_S`.
        """
        ...


class PriceList(Protocol):
    """What models cost."""

    def cost_micros(self, model: str, usage: Usage) -> int | None:
        """Of one request, in millionths of a dollar; None where nobody knows the price."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file as OpenAI lists it."""

    openai_id: str
    filename: str
    created_at: datetime


class Files(Protocol):
    """OpenAI's Files API. Raises FilesBusy, ImageRefused("refused") and the Denied family."""

    async def upload(self, filename: str, content: bytes, mime: str, *, life_s: int) -> str:
        """Upload one image; its id. One attempt: FilesBusy says whether it may have happened."""
        ...

    async def delete(self, openai_id: str) -> bool:
        """Delete; False where it was gone already."""
        ...

    async def exists(self, openai_id: str) -> bool: ...

    def list(self) -> AsyncGenerator[RemoteFile, None]:
        """All files of the project for images, newest first, page by page."""
        ...
