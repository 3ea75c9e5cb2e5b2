"""The line from a person's message to the answer. Read this first, then ledger.py.

inbox.py      update → mailbox            durable, once
mailbox.py    mailbox → claim             in order, one worker a conversation
here          claim → what is said        what it is, what went wrong
  door.py       who may
  accounts.py   question → reservation      refused here, or settled with the turn's record
  asking.py     turn → draft                shown as it grows, ended by Stop
  turns.py      question → answer
    pictures.py   picture → file            download, prepare, upload
    ledger.py     the file's life           intended → uploaded → live → retired → gone
    transcript.py conversation → request    names live files only
    healing.py    a file has vanished       restore it, ask again
jumping.py    mailbox → at once           /reset, /stop and buttons wait for no turn
reply.py      what is said → Telegram     in parts, at least once
housekeeping.py  beside it: deletions, uploads of unknown outcome
replicas.py      beside it: what other processes did to work of ours
"""

import asyncio
import secrets
from dataclasses import replace

import structlog

from snapthread.clock import ms_since
from snapthread.commands.access import Door
from snapthread.commands.commands import Commands
from snapthread.errors import LeaseLost, SnapthreadError, StoreBusy, StoreFull
from snapthread.limits import ATTEMPTS_MAX
from snapthread.meter import Meter
from snapthread.model import Claim, Message, Part, Say, Usage
from snapthread.ports import Clock, Store
from snapthread.reply.alerts import Alerts
from snapthread.reply.reply import Reply
from snapthread.texts.localizer import ALERTS, SENTENCES, Words
from snapthread.turn.outcome import Outcome, outcome_of, unexpected
from snapthread.turn.quotas import Accounts, pictures_of
from snapthread.turn.running import Asking
from snapthread.usage import TurnRecord

log = structlog.get_logger()


class Pipeline:
    """Serves one claim; whatever happens, the person hears."""

    def __init__(
        self,
        store: Store,
        door: Door,
        commands: Commands,
        accounts: Accounts,
        asking: Asking,
        reply: Reply,
        alerts: Alerts,
        clock: Clock,
    ) -> None:
        self._store = store
        self._door = door
        self._commands = commands
        self._accounts = accounts
        self._asking = asking
        self._reply = reply
        self._alerts = alerts
        self._clock = clock

    async def serve(self, claim: Claim) -> None:
        """Deliver what waits, or answer. Raises LeaseLost, StoreBusy, StoreFull and ChatBusy:
        then the mailbox serves the conversation again later."""
        with structlog.contextvars.bound_contextvars(turn=secrets.token_hex(4)):
            if claim.parts:
                await self._reply.deliver(claim, claim.parts)
            else:
                await self._answer_and_deliver(claim)

    async def _answer_and_deliver(self, claim: Claim) -> None:
        meter = Meter(pictures=pictures_of(claim.messages))
        log.debug("turn.started", user=claim.messages[0].user_id)
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
            to=replace(first.destination, reply_to=first.message_id),
            put_aside=outcome.result == "put_aside",
            record=record if _is_recorded(first) else None,
        )
        _log_turn(claim, record)
        return parts

    async def _outcome(self, claim: Claim, meter: Meter) -> Outcome:
        """Cheap checks before dear ones."""
        message, words = claim.messages[0], self._door.words(claim.messages[0])
        if claim.attempt > ATTEMPTS_MAX:
            return Outcome(result="put_aside", texts=(words("put_aside"),))
        if refusal := await self._door.refusal(message, words):
            return refusal
        if message.kind == "command":
            return await self._commands.answer(claim, message, words)
        return await self._question(claim, words, meter)

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
            return unexpected(error, words)
        if ended.made_room:
            await self._tell_of_room(questions[0], words)
        return outcome_of(ended, beyond, words)

    async def _tell_of_room(self, message: Message, words: Words) -> None:
        """Once: that older photos make room is then known."""
        text = words("storage_made_room", limit_mb=f"{words.storage_mb:g}")
        await self._store.say(
            message.conversation,
            message.destination,
            Say(text=text),
            self._clock(),
            once=f"storage:{message.user_id}",
        )

    async def _failed(
        self, error: SnapthreadError, questions: tuple[Message, ...], words: Words
    ) -> Outcome:
        if type(error) not in SENTENCES:
            return unexpected(error, words)
        log.warning("trouble", kind=type(error).__name__, why=str(error))
        if alert := ALERTS.get(type(error)):
            await self._alerts.tell(alert, detail=str(error))
        text = words.failure(error, len(pictures_of(questions)))
        return Outcome(result="failed", reason=type(error).__name__, texts=(text,))


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
