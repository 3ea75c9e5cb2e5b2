"""The way from a person's message to the answer. Read this first, then images/file_service.py.

intake/inbox.py       update → message queue   durable, once
intake/worker.py      message queue → claim    in order, one worker a conversation
here                  claim → what is said     what it is, what went wrong
  commands/access.py    who may
  turn/quotas.py        question → reservation   refused here, or settled with the turn's record
  turn/running.py       turn → draft             shown as it grows, ended by Stop
  turn/runner.py        question → answer
    images/importer.py      image → file           download, prepare, upload
    images/file_service.py  the file's life        intended → uploaded → live → retired → gone
    turn/speech.py          sound → text           download, transcribe, forget
    turn/transcript.py      conversation → request names live files only
    images/healing.py       a file has vanished    restore it, ask again
intake/urgent.py      message queue → at once  /reset, /stop and buttons wait for no turn
reply/reply.py        outbox → Telegram        at least once
images/housekeeping.py  beside it: deletions, uploads of unknown outcome
intake/replicas.py      beside it: what other processes did to work of ours
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from snapthread.clock import ms_since, now_s
from snapthread.commands.access import AccessControl
from snapthread.commands.asking_anew import AskingAnew
from snapthread.commands.commands import Commands
from snapthread.errors import LeaseLost, SnapthreadError, StoreBusy, StoreFull
from snapthread.limits import ATTEMPTS_MAX, FORMATTED_AT_ONCE
from snapthread.meter import Meter
from snapthread.model import Claim, Message, OutboxMessage, OutgoingMessage, Served, Usage
from snapthread.ports import Clock, FinishedTurns, Outbox
from snapthread.reply.alerts import Alerts
from snapthread.reply.guests import GuestPlaces, in_one
from snapthread.reply.reply import ReplySender
from snapthread.reply.topics import Topics
from snapthread.texts.localizer import ALERTS, SENTENCES, Localizer
from snapthread.turn.outcome import Outcome, alone, concluded, outcome_of, unexpected
from snapthread.turn.quotas import Quotas, files_of, images_of
from snapthread.turn.running import RunningTurns
from snapthread.turn.state import TurnState
from snapthread.turn.styles import Styles
from snapthread.usage import LimitExceeded, TurnRecord

log = structlog.get_logger()


class PipelineStore(FinishedTurns, Outbox, Protocol):
    """The store as the pipeline needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Pipeline:
    """Serves one claim; whatever happens, the person hears."""

    store: PipelineStore
    access: AccessControl
    commands: Commands
    quotas: Quotas
    asking_anew: AskingAnew
    styles: Styles
    running_turns: RunningTurns
    reply: ReplySender
    alerts: Alerts
    topics: Topics
    guests: GuestPlaces
    clock: Clock
    files_retired: Callable[[], None]

    async def serve(self, claim: Claim) -> Served:
        """Deliver what waits, or answer; what became of the conversation. Raises LeaseLost,
        StoreBusy, StoreFull and ChatBusy: then the mailbox serves the conversation again later."""
        with structlog.contextvars.bound_contextvars(turn=secrets.token_hex(4)):
            if claim.outbox:
                return await self._deliver_what_waits(claim)
            return await self._answer_and_deliver(claim)

    async def _deliver_what_waits(self, claim: Claim) -> Served:
        """Of no record: nobody knows any more when it was asked."""
        return await self.reply.deliver(claim, claim.outbox, record_id="", began_s=now_s())

    async def _answer_and_deliver(self, claim: Claim) -> Served:
        claim = await self.asking_anew.reopen(claim)
        meter = Meter(question_images=images_of(claim.messages))
        log.debug("turn.started", user=claim.messages[0].user_id)
        try:
            outcome, outbox = await self._answer(claim, meter)
        except BaseException:  # also a stop: what it has cost is known now, and never later
            if meter.messages:
                _log_turn(claim, await self.quotas.record_interrupted(claim.messages[0], meter))
            raise
        record_id, began_s = meter.id, meter.began_s
        served = await self.reply.deliver(claim, outbox, record_id=record_id, began_s=began_s)
        if served != "held" and _is_recorded(claim.messages[0]):
            log.info("turn.delivered", ms=ms_since(began_s))
        if outcome.items:
            await self.topics.name(claim.messages[0], outcome.answer)
        return served

    async def _answer(
        self, claim: Claim, meter: Meter
    ) -> tuple[Outcome, tuple[OutboxMessage, ...]]:
        first = claim.messages[0]
        outcome = await (self._guest if first.is_guest else self._outcome)(claim, meter)
        is_short = len(outcome.answer) <= FORMATTED_AT_ONCE
        replies = outcome.replies() if is_short else await asyncio.to_thread(outcome.replies)
        replies = in_one(replies) if first.is_guest else replies
        record = self.quotas.record(first, meter, outcome=outcome.result, reason=outcome.reason)
        outbox = await self.store.finish(
            claim,
            self.clock(),
            items=outcome.items,
            replies=replies,
            to=replace(first.destination, reply_to=first.message_id),
            dead_letter=outcome.result == "dead_letter" and not first.is_guest,
            record=record if _is_recorded(first) else None,
            history_start=outcome.history_start,
            taken_back_from=outcome.taken_back_from,
            ending=outcome.ending,
            choice=outcome.choice,
        )
        if outcome.taken_back_from is not None:
            self.files_retired()
        _log_turn(claim, record)
        return outcome, outbox

    async def _guest(self, claim: Claim, meter: Meter) -> Outcome:
        """For a chat that the bot is no member of: one place, one message, and nothing is kept."""
        t = self.access.localizer(claim.messages[0])
        taken = await self.guests.take(claim, t("stream_thinking"))
        if not taken:
            return Outcome(result="refused", reason="too_late")
        return alone(await self._outcome(claim, meter))

    async def _outcome(self, claim: Claim, meter: Meter) -> Outcome:
        """Cheap checks before dear ones."""
        message = claim.messages[0]
        caller, t = await self.access.caller(message), self.access.localizer(message)
        if claim.attempt > ATTEMPTS_MAX:
            put_aside = Outcome(result="dead_letter", texts=(t("dead_letter"),))
            return concluded(put_aside, claim, t) if message.kind != "command" else put_aside
        if refusal := await self.access.refusal(message, caller):
            return refusal
        if message.kind == "command":
            return await self.commands.answer(claim, message, t)
        meter.profile = self.styles.profile_of(caller.preferences)
        meter.limits = self.quotas.limits_for(message.user_id, caller.person)
        return concluded(await self._question(claim, t, meter), claim, t)

    async def _question(self, claim: Claim, t: Localizer, meter: Meter) -> Outcome:
        messages = tuple(map(self._supported, claim.messages))
        questions = tuple(part for part in messages if part.kind == "question")
        kinds = dict.fromkeys(part.word for part in messages if part.kind == "unsupported")
        beyond = tuple(t.unsupported(kind) for kind in kinds)
        if not questions:
            return Outcome(result="refused", reason="unsupported", texts=beyond)
        if unseen := self.access.unseen(questions, t):
            return replace(unseen, texts=(*beyond, *unseen.texts))
        turn = TurnState(claim=claim, messages=questions, meter=meter)
        bounds = self.running_turns.bounds_of(turn)
        turn.reserved = await self.quotas.reserve(claim, questions, meter, bounds=bounds)
        if turn.reserved.over:
            return await self._over(questions[0], turn.reserved.over, beyond, t)
        try:
            ended = await self.running_turns.ask(turn)
        except (LeaseLost, StoreBusy, StoreFull):
            raise
        except SnapthreadError as error:
            return await self._failed(error, questions, t)
        except Exception as error:  # noqa: BLE001 - the end of the line: it never goes silent
            return unexpected(error, t)
        if ended.made_room:
            await self._tell_of_room(questions[0], t)
        return outcome_of(ended, beyond, t)

    async def _over(
        self, message: Message, over: LimitExceeded, beyond: tuple[str, ...], t: Localizer
    ) -> Outcome:
        if message.is_private or message.is_guest:
            return Outcome(result="refused", reason=over.limit, texts=(*beyond, t.over(over)))
        text = t("group_over", name=message.sender_name)
        return await self.access.refuse_in_group(message, text, over.limit)

    def _supported(self, message: Message) -> Message:
        """A sound alone is no question where sounds are not transcribed."""
        if message.sound is None or not self.quotas.speech.cannot_hear(message):
            return message
        return replace(message, kind="unsupported", word=message.sound.kind)

    async def _tell_of_room(self, message: Message, t: Localizer) -> None:
        """Once: that older photos make room is then known."""
        text = t("storage_made_room", limit_mb=t.storage_mb)
        await self.store.enqueue(
            message.conversation,
            message.destination,
            OutgoingMessage(text=text),
            self.clock(),
            once=f"storage:{message.user_id}",
        )

    async def _failed(
        self, error: SnapthreadError, questions: tuple[Message, ...], t: Localizer
    ) -> Outcome:
        if type(error) not in SENTENCES:
            return unexpected(error, t)
        log.warning("trouble", kind=type(error).__name__, why=str(error))
        alert = ALERTS.get(type(error))
        told = alert is not None and await self.alerts.tell(alert, detail=str(error))
        has_sound = any(question.sound for question in questions)
        text = t.failure(error, files_of(questions), operator_told=told, sound=has_sound)
        return Outcome(result="failed", reason=type(error).__name__, texts=(text,))


def _is_recorded(message: Message) -> bool:
    return message.kind != "command"


def _log_turn(claim: Claim, record: TurnRecord) -> None:
    usage, estimated = record.usage, record.estimated
    log.info(
        "turn.done",
        outcome=record.outcome,
        reason=record.reason,
        user=record.user_id,
        ms=record.stages.finished,
        waited_ms=record.stages.waited,
        first_token_ms=record.stages.first_token,
        messages=len(claim.messages),
        requests=record.requests,
        images=record.images_in_requests,
        documents=record.documents,
        image_tokens=record.image_tokens,
        voice_s=record.voice_s,
        input_tokens=usage.input_tokens + estimated.input_tokens,
        cached_tokens=usage.cached_tokens,
        written_tokens=usage.written_tokens,
        output_tokens=usage.output_tokens + estimated.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        estimated=int(estimated != Usage()),
        cost_micros=record.cost_micros,
        without_price=int(record.cost_micros is None),
    )
