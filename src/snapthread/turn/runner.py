"""Runs a turn: a claimed question becomes an answer, as a stream of events.

The turn never sends to the chat: it yields, and the reader sets the pace.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from snapthread.clock import now_s
from snapthread.concurrency.retry import Backoff
from snapthread.errors import (
    AlbumTooLarge,
    AssistantBusy,
    ContextTooLong,
    DocumentRefused,
    EmptyAnswer,
    FilesGone,
    ImageRefused,
    ImagesTooLarge,
    OutputSpent,
    QuestionTooLong,
)
from snapthread.formatting import split_plain
from snapthread.images.documents import OpenedDocument
from snapthread.images.healing import Healing
from snapthread.images.importer import FileImporter
from snapthread.images.request import FileRequest, FileResult, Opened
from snapthread.limits import ASK_RETRIES, ASK_RETRY_WITHIN_S, LEASE_S
from snapthread.model import (
    HistoryItem,
    Installation,
    LedgerFile,
    Message,
    Transcript,
    Usage,
    is_whole,
)
from snapthread.ports import (
    AnswerCompleted,
    Assistant,
    AssistantRequest,
    Clock,
    Context,
    KnownImages,
    ReadableHistory,
    RequestBounds,
    Stragglers,
)
from snapthread.turn.bounds import ContextBounds
from snapthread.turn.overheard import Overheard
from snapthread.turn.question import (
    QuestionContext,
    can_go_on,
    file_requests,
    kept_images,
    question_item,
    replied_file,
)
from snapthread.turn.quotas import Quotas, files_of
from snapthread.turn.speech import ITEMS_WITH_NAMES, SpeechReader, names_of, with_speech
from snapthread.turn.state import PartialAnswer, TurnResult, TurnState
from snapthread.turn.transcript import (
    ModelTexts,
    halved,
    labels_of,
    named_files,
    request_items,
    text_tokens,
)

log = structlog.get_logger()

ASKING = Backoff(first_s=1.0, jitter=0.5)
UNCHANGED_AGAIN_S = 1.0  # what fails without a reason may pass
MENDS_MAX = 4  # the steps of healing, and a file may vanish again meanwhile


class TurnStore(Context, KnownImages, Stragglers, ReadableHistory, Protocol):
    """The store as a turn needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class TurnRunner:
    """Runs turns: files and sounds in, question out, answer back."""

    store: TurnStore
    importer: FileImporter
    speech: SpeechReader
    healing: Healing
    quotas: Quotas
    assistant: Assistant
    t: ModelTexts
    installation: Installation
    clock: Clock
    bounds: ContextBounds
    overheard: Overheard
    _secret: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._secret = self.installation.secret

    def bounds_of(self, turn: TurnState) -> RequestBounds | None:
        """The room of the request, where it can be composed before anything is brought in."""
        if not turn.is_words_alone:
            return None
        return RequestBounds(
            max_tokens=self.bounds.tokens,
            question_tokens=self._question(turn, 1).tokens + self._overheard_tokens(turn),
            max_images=self.bounds.images,
            max_image_bytes=self.bounds.image_bytes,
            file_tokens=self.quotas.profile_of(turn.meter).file_tokens,
        )

    async def run(self, turn: TurnState) -> AsyncGenerator[PartialAnswer | TurnResult, None]:
        """Said, any number of times, then Ended. Raises our errors; the claim is not finished."""
        if turn.is_continuation:
            turn.question = self._question(turn, 1)
        else:
            can_wait = can_go_on(turn.messages)
            await self._import(turn)
            while await self._transcribe(turn) and can_wait:
                await self._take_late(turn)  # photos of what is said, while that was written down
                self._check_size(turn)
        if turn.lacks_usable_media:
            yield turn.result()
            return
        if turn.claim.is_stopped:  # where nothing was waited for, it did not hear of it yet
            yield self.stopped(turn)
            return
        async with aclosing(self._ask_until_answered(turn)) as said:
            async for one in said:
                yield one
        assert turn.answered is not None
        if not split_plain(turn.text):
            raise OutputSpent if turn.answered.cut == "max_output_tokens" else EmptyAnswer
        yield turn.result(*self._answer_items(turn, turn.answered))

    def stopped(self, turn: TurnState) -> TurnResult:
        """The result of a turn that the person stopped: the question stays, and what was
        said."""
        if turn.question is None:
            turn.brought = tuple(FileResult(wanted=one) for one in turn.wanted)
            turn.question = self._question(turn, 1)
        ended = turn.result(*[self._answer_item(turn, turn.shown)] * bool(turn.shown))
        has_asked = (turn.question.text or turn.question.images) and not turn.is_continuation
        asked = (turn.question,) if has_asked else ()
        return replace(
            ended,
            items=ended.items or asked,  # a sound that was not heard yet says nothing
            text=turn.shown,
            is_stopped=True,
            unseen=tuple(
                one.wanted.file for one in turn.brought if not one.is_usable and one.fault is None
            ),
        )

    # ------------------------------------------------------------ files in

    async def _import(self, turn: TurnState) -> None:
        """Bring every file in, also of the parts of the album that come meanwhile."""
        self._check(turn, turn.messages)
        claim, replied = turn.claim, replied_file(turn.messages)
        known = await self.store.image_of(claim, replied.unique_id) if replied else ()
        label = known[0].label if is_whole(known) else None
        if claim.redo is not None and (label or 0) > claim.redo.last_label:
            label = None  # it is one of those that the question itself brought in
        turn.context = QuestionContext(is_late=claim.is_late, replied_label=label)
        await self._import_more(turn, file_requests(turn.messages, replied=label is None))
        if can_go_on(turn.messages):
            await self._take_late(turn)
        self._check_size(turn)

    async def _take_late(self, turn: TurnState) -> None:
        """More of the question, that came meanwhile; what is no part of it has its sentence."""
        while late := await self.store.take_stragglers(turn.claim):
            late = tuple(map(self.quotas.speech.supported, late))
            questions = tuple(part for part in late if self._is_answerable(part))
            turn.beyond = (*turn.beyond, *(part for part in late if part not in questions))
            self._check(turn, (*turn.messages, *questions))
            if questions and await self._admits(turn, (*turn.messages, *questions)):
                await self._import_more(turn, file_requests(questions, replied=False))

    def _is_answerable(self, part: Message) -> bool:
        return part.kind == "question" and (self.bounds.has_sight or not part.images)

    def _check(self, turn: TurnState, messages: tuple[Message, ...]) -> None:
        """Refuse what a request cannot hold, before anything is uploaded."""
        if 0 < self.bounds.images < len(files_of(messages)):
            raise AlbumTooLarge(self.bounds.images)
        if self.quotas.sure_tokens(messages, turn.meter) > self.bounds.tokens:
            raise QuestionTooLong

    def _check_size(self, turn: TurnState) -> None:
        """Refuse images that one request cannot carry: only now their parts and size are known."""
        files = [file for one in turn.brought for file in one.files]
        if 0 < self.bounds.images < len(files):
            raise AlbumTooLarge(self.bounds.images)
        size_bytes = sum(file.size_bytes for file in files)
        if 0 < self.bounds.image_bytes < size_bytes:
            raise ImagesTooLarge

    async def _admits(self, turn: TurnState, messages: tuple[Message, ...]) -> bool:
        """Let late parts in where the limits let all of them in."""
        tokens = turn.opened_tokens
        reserved = await self.quotas.reserve(turn.claim, messages, turn.meter, opened_tokens=tokens)
        over = reserved.over
        turn.over = over or turn.over
        turn.messages = turn.messages if over else messages
        return over is None

    async def _import_more(self, turn: TurnState, wanted: tuple[FileRequest, ...]) -> None:
        """Those that are there from the last time need no upload."""
        turn.wanted = (*turn.wanted, *wanted)
        there = kept_images(wanted, turn.claim.redo.files if turn.claim.redo else ())
        missing = tuple(one for one in wanted if one not in there)
        admit = partial(self._admits_opened, turn)
        brought = await self.importer.import_files(turn.claim, missing, turn.meter, admit=admit)
        results = {**there, **{one.wanted: one for one in brought}}
        turn.brought = (*turn.brought, *[results[one] for one in wanted])

    async def _admits_opened(self, turn: TurnState, opened: Opened) -> bool:
        """Before it goes up, and where what it may cost still fits; one after the other."""
        async with turn.one_opened:
            tokens = turn.opened_tokens + self._opened_tokens(turn, opened)
            if tokens > self.bounds.tokens:
                if isinstance(opened, OpenedDocument):
                    raise DocumentRefused("too_long", f"{tokens} tokens")
                raise ImageRefused("too_long", f"{tokens} tokens")
            reserved = await self.quotas.reserve(
                turn.claim, turn.messages, turn.meter, opened_tokens=tokens
            )
            over = reserved.over
            turn.over = over or turn.over
            if over is None:
                turn.opened_tokens = tokens
            return over is None

    def _opened_tokens(self, turn: TurnState, opened: Opened) -> int:
        if isinstance(opened, OpenedDocument):
            return opened.facts.tokens
        profile = self.quotas.profile_of(turn.meter)
        return sum(profile.image_tokens(tile.width, tile.height) for tile in opened.tiles)

    async def _transcribe(self, turn: TurnState) -> bool:
        """Make the transcripts the text of the question. Is there any that was not there yet?"""
        known = {one.message.update_id for one in turn.heard}
        new = [one for one in turn.messages if one.sound and one.update_id not in known]
        names = await self._names(turn) if new else ()
        admit = partial(self._admits_sound, turn)
        heard = await self.speech.read(new, turn.meter, admit=admit, names=names)
        turn.heard = (*turn.heard, *heard)
        turn.messages = with_speech(turn.messages, heard)
        is_spoken = any(one.text for one in turn.heard)
        turn.context = replace(turn.context, is_spoken=is_spoken)
        self._check(turn, turn.messages)
        return bool(heard)

    async def _admits_sound(self, turn: TurnState, measured: Message) -> bool:
        """Reserve for its seconds, before it is transcribed."""
        messages = [
            measured if one.update_id == measured.update_id else one for one in turn.messages
        ]
        return await self._admits(turn, tuple(messages))

    async def _names(self, turn: TurnState) -> tuple[str, ...]:
        """Hints of what a sound may name: people and documents of the conversation."""
        page = await self.store.history_page(
            turn.claim.conversation, before=None, after=None, word="", most=ITEMS_WITH_NAMES
        )
        overheard = self.overheard.before(turn.messages)
        return names_of(turn.messages, [entry.item for entry in page.entries], overheard)

    # ------------------------------------------------------------ question out, answer back

    async def _ask_until_answered(self, turn: TurnState) -> AsyncGenerator[PartialAnswer, None]:
        """The text so far, again and again; asks again where that may help."""
        retries, mends = ASK_RETRIES, MENDS_MAX
        while turn.answered is None:
            turn.text = ""
            transcript = await self._compose(turn)
            ask = await self._ask(turn, transcript)
            try:
                async with aclosing(self._ask_once(turn, ask)) as said:
                    async for one in said:
                        yield one
            except AssistantBusy as busy:
                last = retries == 0 and not busy.is_pause
                await self._wait(turn, busy, ASK_RETRIES - retries, last=last)
                retries -= not busy.is_pause
            except ContextTooLong:
                if not transcript.items:
                    raise
                turn.halvings += 1
            except FilesGone as failure:
                if mends == 0:
                    raise
                await self._heal(turn, failure, named_files(ask.items))
                mends -= 1
        turn.history_start = transcript.history_start  # what fitted the model stays so

    async def _heal(self, turn: TurnState, failure: FilesGone, asked: tuple[str, ...]) -> None:
        mended = await self.healing.mend(
            turn.claim,
            failure,
            asked,
            turn.meter,
            nameless=turn.nameless,
            renewed=turn.renewed,
        )
        turn.renewed = (*turn.renewed, *mended.renewed)
        turn.lost = (*turn.lost, *mended.left)
        turn.away = (*turn.away, *mended.lost)
        turn.is_sought = turn.is_sought or bool(mended.lost)
        if mended.is_nameless:
            turn.nameless += 1
        if not mended.changed:
            await asyncio.sleep(UNCHANGED_AGAIN_S)

    async def _compose(self, turn: TurnState) -> Transcript:
        """The transcript and the question's item, whose labels go on from it."""
        transcript = await self._composed(turn)
        if transcript.lost and not turn.is_sought:
            turn.is_sought = True
            if await self.healing.bring_back(turn.claim, transcript.lost, turn.meter):
                transcript = await self._composed(turn)
        label = turn.context.replied_label
        is_left_behind = label is not None and label not in labels_of(transcript)
        if is_left_behind and not turn.context.recalled:
            replied = replied_file(turn.messages)
            assert replied is not None, "who knows its label replied to it"
            recalled = await self.store.image_of(turn.claim, replied.unique_id)
            turn.context = replace(turn.context, recalled=recalled)
            transcript = await self._composed(turn) if recalled else transcript
        redo = turn.claim.redo
        turn.question = self._question(turn, redo.last_label + 1 if redo else transcript.next_label)
        return transcript

    async def _composed(self, turn: TurnState) -> Transcript:
        transcript = await self._just_composed(turn)
        if not self.bounds.has_sight:  # what was shown before is told in words
            transcript = replace(transcript, live={})
        turn.history_start = transcript.history_start
        for _ in range(turn.halvings):
            transcript = halved(transcript)
        return transcript

    async def _just_composed(self, turn: TurnState) -> Transcript:
        """As it is now; the first time it may have come with the reservation."""
        reserved, turn.reserved = turn.reserved, None
        if reserved is not None and reserved.transcript is not None:
            transcript, began = reserved.transcript, reserved.at
        else:
            began = self.clock()
            transcript = await self._compose_at(turn, began)
        if self.clock() - began > timedelta(seconds=LEASE_S):
            return await self._just_composed(turn)  # the machine slept: what was live may be gone
        return transcript

    async def _compose_at(self, turn: TurnState, now: datetime) -> Transcript:
        question = self._question(turn, 1)
        return await self.store.compose(
            turn.claim,
            now,
            max_tokens=self.bounds.tokens,
            question_tokens=question.tokens + self._overheard_tokens(turn),
            max_images=self.bounds.images,
            max_image_bytes=self.bounds.image_bytes,
            question_files=[photo.file for photo in question.images],
            before=turn.asked_before,
            file_tokens=self.quotas.profile_of(turn.meter).file_tokens,
        )

    def _question(self, turn: TurnState, first_label: int) -> HistoryItem:
        if turn.is_continuation:
            text = self.t("go_on")
            return HistoryItem(role="user", text=text, at=self.clock(), tokens=text_tokens(text))
        return question_item(
            turn.messages,
            turn.brought,
            turn.context,
            first_label=first_label,
            t=self.t,
            file_tokens=self.quotas.profile_of(turn.meter).file_tokens,
            now=self.clock(),
        )

    async def _ask(self, turn: TurnState, transcript: Transcript) -> AssistantRequest:
        assert turn.question is not None
        claim, profile = turn.claim, self.quotas.profile_of(turn.meter)
        overheard = self.overheard.before(turn.messages)
        items = request_items(transcript, turn.question, self.t, overheard=overheard)
        said = sum(item.tokens for item in (*transcript.items, turn.question))
        said += self._overheard_tokens(turn)
        files = named_files(items)
        images = self._images(transcript, files)
        turn.meter.record_request(
            Usage(input_tokens=said + profile.instructions_tokens),
            images=len(images),
            image_tokens=sum(map(profile.file_tokens, images)),
        )
        return AssistantRequest(
            items=items,
            profile=turn.meter.profile,
            safety_identifier=self._hashed(f"user {turn.messages[0].user_id}"),
            prompt_cache_key=self._hashed(f"conversation {claim.conversation} {claim.epoch}"),
        )

    def _overheard_tokens(self, turn: TurnState) -> int:
        return sum(map(text_tokens, self.overheard.before(turn.messages)))

    def _images(self, transcript: Transcript, openai_ids: tuple[str, ...]) -> list[LedgerFile]:
        """The images among the files of a request."""
        files = [transcript.files[openai_id] for openai_id in dict.fromkeys(openai_ids)]
        return [file for file in files if file.kind == "image"]

    def _hashed(self, name: str) -> str:
        return hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()

    async def _ask_once(
        self, turn: TurnState, ask: AssistantRequest
    ) -> AsyncGenerator[PartialAnswer, None]:
        try:
            async with aclosing(self.assistant.ask(ask)) as events:
                async for event in events:
                    if said := turn.take_event(event):
                        yield said
        finally:
            turn.meter.record_end(text_tokens(turn.text) if turn.text else 0)

    async def _wait(self, turn: TurnState, busy: AssistantBusy, tries: int, *, last: bool) -> None:
        """Back off before the next try; raises where there is no next one."""
        wait_s = ASKING.wait_s(tries + 1, busy.retry_after_s)
        if turn.failing_since_s is None:
            turn.failing_since_s = now_s()  # an attempt may take a minute to fail
        if last or now_s() - turn.failing_since_s + wait_s > ASK_RETRY_WITHIN_S:
            raise busy
        log.info("assistant.again", wait_s=round(wait_s, 1), why=str(busy))
        await asyncio.sleep(wait_s)

    def _answer_items(self, turn: TurnState, answered: AnswerCompleted) -> tuple[HistoryItem, ...]:
        """The commentary as an item of its own: it goes back to the model as well."""
        answer = self._answer_item(turn, turn.text, answered.phase)
        if not answered.commentary or turn.is_continuation:
            return (answer,)
        return (self._answer_item(turn, answered.commentary, "commentary"), answer)

    def _answer_item(self, turn: TurnState, text: str, phase: str | None = None) -> HistoryItem:
        """Of an answer that goes on the whole."""
        redo = turn.claim.redo
        if redo is not None and redo.is_continuation:
            text = f"{redo.answer.rstrip()} {text.lstrip()}"
        return HistoryItem(
            role="assistant", text=text, at=self.clock(), tokens=text_tokens(text), phase=phase
        )
