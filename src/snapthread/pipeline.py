"""The line from a person's message to the answer. Read this first, then ledger.py.

inbox.py      update → mailbox            durable, once
mailbox.py    mailbox → claim             in order, one worker a conversation
here          claim → what is said        who may, what it is, what went wrong
  accounts.py   question → reservation      refused here, or settled with the turn's record
  asking.py     turn → draft                shown as it grows, ended by Stop
  turn.py       question → answer
    pictures.py   picture → file            download, prepare, upload
    ledger.py     the file's life           intended → uploaded → live → retired → gone
    transcript.py conversation → request    names live files only
    healing.py    a file has vanished       restore it, ask again
reply.py      what is said → Telegram     in parts, at least once
housekeeping.py  beside it: deletions, uploads of unknown outcome
replicas.py      beside it: what other processes did to work of ours
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from snapthread.accounts import Accounts, pictures_of
from snapthread.alerts import Alerts
from snapthread.asking import Asking
from snapthread.commands import DELETE_ME, Commands
from snapthread.errors import LeaseLost, SnapthreadError, StoreBusy, StoreFull
from snapthread.limits import ATTEMPTS_MAX
from snapthread.mailbox import StopTurn
from snapthread.meter import Meter
from snapthread.model import (
    RESET_COMMANDS,
    Claim,
    Destination,
    Language,
    Message,
    Part,
    Say,
    Usage,
)
from snapthread.outcome import Outcome
from snapthread.ports import Chat, Clock, Store
from snapthread.reply import Reply
from snapthread.stopwatch import ms_since
from snapthread.texts import Texts
from snapthread.turn import Ended
from snapthread.usage import TurnRecord
from snapthread.words import ALERTS, SENTENCES, Words

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the operator decided: who may, and what is said by default."""

    allowed: frozenset[int] | None  # None: everybody
    admins: frozenset[int]
    language: Language
    limit_mb: float
    storage_mb: float = 0

    def admits(self, user_id: int) -> bool:
        return self.allowed is None or user_id in self.allowed | self.admins


class Pipeline:
    """Serves one claim; whatever happens, the person hears."""

    def __init__(
        self,
        store: Store,
        chat: Chat,
        asking: Asking,
        reply: Reply,
        alerts: Alerts,
        texts: Texts,
        commands: Commands,
        accounts: Accounts,
        house: House,
        clock: Clock,
        *,
        files_retired: Callable[[], None],
    ) -> None:
        self._store = store
        self._chat = chat
        self._asking = asking
        self._reply = reply
        self._alerts = alerts
        self._texts = texts
        self._commands = commands
        self._accounts = accounts
        self._house = house
        self._clock = clock
        self._files_retired = files_retired
        self._presses: set[asyncio.Task[None]] = set()

    async def serve(self, claim: Claim) -> None:
        """Deliver what waits, or answer. Raises LeaseLost, StoreBusy, StoreFull and ChatBusy:
        then the mailbox serves the conversation again later."""
        with structlog.contextvars.bound_contextvars(turn=secrets.token_hex(4)):
            if claim.parts:
                await self._reply.deliver(claim, claim.parts)
            else:
                await self._answer_and_deliver(claim)

    async def jump(self, command: Message, stop_turn: StopTurn) -> None:
        """A command that waits for no question before it. Raises StoreBusy and StoreFull only."""
        if command.press_id is not None:
            self._answer_press(command.press_id)
        try:
            await self._jump(command, stop_turn)
        except (StoreBusy, StoreFull):
            raise
        except Exception as error:  # noqa: BLE001 - else it would jump the queue for ever
            outcome = self._unexpected(error, self._words(command))
            await self._store.jumped(command, self._clock(), says=outcome.says())

    def _answer_press(self, press_id: str) -> None:
        """Nobody waits for it: Telegram may be slow, and the queue must not be."""
        task = asyncio.create_task(self._chat.answer_press(press_id))
        self._presses.add(task)
        task.add_done_callback(self._presses.discard)

    async def _jump(self, command: Message, stop_turn: StopTurn) -> None:
        refusal = await self._refusal(command, self._words(command))
        if refusal is not None:
            await self._store.jumped(command, self._clock(), says=refusal.says())
        elif command.kind == "press":
            await self._press(command, stop_turn)
        elif command.word in RESET_COMMANDS:
            await stop_turn()
            await self._reset(command)
        elif command.word == "stop":
            await self._stop(command)
        else:
            await self._store.jumped(command, self._clock(), says=())

    async def _press(self, press: Message, stop_turn: StopTurn) -> None:
        if press.word == DELETE_ME:
            await stop_turn()
        says = await self._commands.press(press, self._words(press), _destination(press))
        await self._store.jumped(press, self._clock(), says=says)

    async def _stop(self, command: Message) -> None:
        """The answer that runs ends with what it has said. The button is silent where none does:
        it is pressed on what may have ended just now."""
        nothing = self._words(command)("stop_nothing")
        says = () if command.draft_id is not None else (Say(text=nothing),)
        turn = await self._store.stop(command, self._clock(), if_nothing=says)
        if turn is not None:
            self._asking.stop(command.conversation, turn)

    async def _reset(self, command: Message) -> None:
        """Law 2: the conversation begins anew; its running turn was stopped before."""
        words = self._words(command)
        files = await self._store.reset(
            command, self._clock(), render=lambda files: Say(text=words.reset(files))
        )
        if files is not None:
            log.info("conversation.reset", user=command.user_id, files=files)
            self._files_retired()

    async def _answer_and_deliver(self, claim: Claim) -> None:
        meter = Meter(pictures=pictures_of(claim.messages))
        try:
            parts = await self._answer(claim, meter)
        except BaseException:  # also a stop: what it has cost is known now, and never later
            if meter.messages:
                _log_turn(claim, await self._accounts.broke_off(claim.messages[0], meter))
            raise
        await self._reply.deliver(claim, parts)
        if _is_recorded(claim.messages[0]):
            ms = ms_since(meter.began_s)
            await self._store.note_delivered(meter.id, ms)
            log.info("turn.delivered", ms=ms)

    async def _answer(self, claim: Claim, meter: Meter) -> tuple[Part, ...]:
        outcome, first = await self._outcome(claim, meter), claim.messages[0]
        says = await asyncio.to_thread(outcome.says)
        record = self._accounts.record(first, meter, outcome=outcome.result, reason=outcome.reason)
        parts = await self._store.finish(
            claim,
            self._clock(),
            lines=outcome.lines,
            says=says,
            to=replace(_destination(first), reply_to=first.message_id),
            put_aside=outcome.result == "put_aside",
            record=record if _is_recorded(first) else None,
        )
        _log_turn(claim, record)
        return parts

    async def _outcome(self, claim: Claim, meter: Meter) -> Outcome:
        """Cheap checks before dear ones."""
        message, words = claim.messages[0], self._words(claim.messages[0])
        if claim.attempt > ATTEMPTS_MAX:
            return Outcome(result="put_aside", texts=(words("put_aside"),))
        if refusal := await self._refusal(message, words):
            return refusal
        if message.kind == "command":
            return await self._commands.answer(claim, message, words)
        return await self._question(claim, words, meter)

    async def _refusal(self, message: Message, words: Words) -> Outcome | None:
        """Who is not served hears why, and costs nothing."""
        if not message.is_private:
            return await self._group(message, words)
        if not self._house.admits(message.user_id):
            text = words("stranger", user_id=message.user_id)
            return Outcome(result="refused", reason="stranger", texts=(text,))
        return None

    async def _group(self, message: Message, words: Words) -> Outcome:
        """One sentence, once."""
        await self._store.say(
            message.conversation,
            _destination(message),
            Say(text=words("group_not_yet")),
            self._clock(),
            once=f"group:{message.chat_id}",
        )
        return Outcome(result="refused", reason="group")

    async def _question(self, claim: Claim, words: Words, meter: Meter) -> Outcome:
        questions = tuple(part for part in claim.messages if part.kind == "question")
        kinds = dict.fromkeys(part.word for part in claim.messages if part.kind == "unsupported")
        beyond = tuple(words.unsupported(kind) for kind in kinds)
        if not questions:
            return Outcome(result="refused", reason="unsupported", texts=beyond)
        if over := await self._accounts.admit(claim, questions, meter):
            return Outcome(result="refused", reason=over.limit, texts=(*beyond, words.over(over)))
        try:
            ended = await self._asking.ask(claim, questions, meter)
        except (LeaseLost, StoreBusy, StoreFull):
            raise
        except SnapthreadError as error:
            return await self._failed(error, questions, words)
        except Exception as error:  # noqa: BLE001 - the end of the line: it never goes silent
            return self._unexpected(error, words)
        if ended.made_room:
            await self._tell_of_room(questions[0], words)
        return _ended(ended, beyond, words)

    async def _tell_of_room(self, message: Message, words: Words) -> None:
        """Once: that older photos make room is then known."""
        text = words("storage_made_room", limit_mb=f"{self._house.storage_mb:g}")
        await self._store.say(
            message.conversation,
            _destination(message),
            Say(text=text),
            self._clock(),
            once=f"storage:{message.user_id}",
        )

    async def _failed(
        self, error: SnapthreadError, questions: tuple[Message, ...], words: Words
    ) -> Outcome:
        if type(error) not in SENTENCES:
            return self._unexpected(error, words)
        log.warning("trouble", kind=type(error).__name__, why=str(error))
        if alert := ALERTS.get(type(error)):
            await self._alerts.tell(alert, detail=str(error))
        text = words.failure(error, len(pictures_of(questions)))
        return Outcome(result="failed", reason=type(error).__name__, texts=(text,))

    def _unexpected(self, error: Exception, words: Words) -> Outcome:
        """A mistake of ours: logged whole, with a number that the person sees too."""
        number = secrets.token_hex(3)
        log.error("turn.broke", number=number, exc_info=error)
        text = words("unexpected", id=number)
        return Outcome(result="failed", reason="unexpected", texts=(text,))

    def _words(self, message: Message) -> Words:
        house = self._house
        return Words.of(message, self._texts, house.language, house.limit_mb, house.storage_mb)


def _is_recorded(message: Message) -> bool:
    """Who writes in a group never asked us to remember it."""
    return message.kind != "command" and message.is_private


def _log_turn(claim: Claim, record: TurnRecord) -> None:
    usage, estimated = record.usage, record.estimated
    log.info(
        "turn.done",
        user=record.user_id,
        outcome=record.outcome,
        reason=record.reason,
        ms=record.stages.finished,
        waited_ms=record.stages.waited,
        first_token_ms=record.stages.first_token,
        messages=len(claim.messages),
        requests=record.requests,
        images=record.images_in_requests,
        image_tokens=record.image_tokens,
        input_tokens=usage.input_tokens + estimated.input_tokens,
        cached_tokens=usage.cached_tokens,
        written_tokens=usage.written_tokens,
        output_tokens=usage.output_tokens + estimated.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        estimated=int(estimated != Usage()),
        cost_micros=record.cost_micros,
        without_price=int(record.cost_micros is None),
    )


def _ended(ended: Ended, beyond: tuple[str, ...], words: Words) -> Outcome:
    faults = (words.faults(ended.faults, ended.pictures),) if ended.faults else ()
    beyond = (*beyond, words.over(ended.over)) if ended.over else beyond
    if not ended.lines:
        reason = ended.faults[0]
        return Outcome(result="refused", reason=reason, texts=(*beyond, *faults))
    stills = (words("stills", n=ended.stills),) if ended.stills else ()
    return Outcome(
        result="answered",
        reason="stopped" if ended.is_stopped else "",
        texts=(*beyond, *faults, *stills),
        answer=ended.text,
        after=_after(ended, words),
        lines=ended.lines,
    )


def _after(ended: Ended, words: Words) -> tuple[str, ...]:
    if ended.is_stopped:
        return () if ended.text else (words.stopped(ended.unseen),)
    return (words.cut(ended.cut),) if ended.cut else ()


def _destination(message: Message) -> Destination:
    return Destination(chat_id=message.chat_id, thread_id=message.thread_id)
