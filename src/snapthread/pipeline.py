"""The way from a person's message to the answer. Read this first, then images/file_service.py.

intake/intake.py      update → message queue   durable, once (accept_and_claim: and served at once)
intake/worker.py      message queue → claim    in order, one worker a conversation
here                  claim → replies, kept and delivered
answers.py            claim → what is said     what it is, what went wrong
  commands/access.py    who may
  turn/quotas.py        question → reservation   refused here, or settled with the turn's record
  turn/running.py       turn → draft             shown as it grows, ended by Stop
  turn/runner.py        question → answer
    turn/question_reader.py messages → question    its files, its sounds, and its stragglers
    turn/composer.py        question → transcript  what it is asked on
    turn/asker.py           transcript → answer    asks again where that may help
    images/importer.py      file → ledger          open, admit, upload
    images/opener.py        file → what goes up    download; prepare an image, read a document
    images/file_service.py  the file's life        intended → uploaded → live → retired → gone
    turn/speech.py          sound → text           download, transcribe, forget
    turn/request.py         transcript → request   names live files only
    images/healing.py       a file has vanished    bring it back (images/restorer.py), ask again
intake/urgent.py      message queue → at once  /reset, /stop and buttons wait for no turn
reply/reply.py        outbox → Telegram        at least once
images/housekeeping.py  beside it: deletions, uploads of unknown outcome
intake/replicas.py      beside it: what other processes did to work of ours
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import structlog

from snapthread.answers import Answers
from snapthread.clock import ms_since, now_s
from snapthread.commands.asking_anew import AskingAnew
from snapthread.concurrency.retry import until_stored
from snapthread.limits import FORMATTED_AT_ONCE
from snapthread.meter import Meter
from snapthread.model import Claim, Message, OutboxMessage, Served, Usage
from snapthread.model.usage import TurnRecord
from snapthread.ports import Clock, FinishedTurns
from snapthread.reply.guests import in_one
from snapthread.reply.reply import ReplySender
from snapthread.reply.topics import Topics
from snapthread.turn.media import images_of
from snapthread.turn.outcome import Outcome
from snapthread.turn.records import TurnRecords

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True, eq=False)
class Pipeline:
    """Serves one claim; whatever happens, the person gets an answer."""

    store: FinishedTurns
    answers: Answers
    records: TurnRecords
    asking_anew: AskingAnew
    reply: ReplySender
    topics: Topics
    clock: Clock
    files_retired: Callable[[], None]

    async def serve(self, claim: Claim) -> Served:
        """Deliver what waits, or answer; returns what became of the conversation. Raises LeaseLost,
        StoreBusy, StoreFull and ChatBusy: then the worker serves the conversation again later."""
        if claim.outbox:
            return await self._deliver_what_waits(claim)
        return await self._answer_and_deliver(claim)

    async def _deliver_what_waits(self, claim: Claim) -> Served:
        """Without a record: when it was asked is not known any more."""
        return await self.reply.deliver(claim, claim.outbox, record_id="", began_s=now_s())

    async def _answer_and_deliver(self, claim: Claim) -> Served:
        claim = await self.asking_anew.reopen(claim)
        meter = Meter(question_images=images_of(claim.messages))
        log.debug("turn.started", user=claim.messages[0].user_id)
        try:
            outcome, outbox = await self._answer(claim, meter)
        except BaseException:  # also a stop: what it has cost is known now, and never later
            if meter.messages:
                _log_turn(claim, await self.records.record_interrupted(claim.messages[0], meter))
            raise
        record_id, began_s = meter.id, meter.began_s
        served = await self.reply.deliver(claim, outbox, record_id=record_id, began_s=began_s)
        if served != "held" and _is_recorded(claim.messages[0]):
            log.info("turn.delivered", ms=ms_since(began_s))
        if outcome.items:
            self.topics.name(claim.messages[0], outcome.answer)
        return served

    async def _answer(
        self, claim: Claim, meter: Meter
    ) -> tuple[Outcome, tuple[OutboxMessage, ...]]:
        first = claim.messages[0]
        outcome = await self.answers.answer(claim, meter)
        is_short = len(outcome.answer) <= FORMATTED_AT_ONCE
        replies = outcome.replies() if is_short else await asyncio.to_thread(outcome.replies)
        replies = in_one(replies) if first.is_guest else replies
        record = self.records.record(first, meter, outcome=outcome.result, reason=outcome.reason)
        finish = partial(
            self.store.finish,
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
            tells_of_files=outcome.tells_of_files,
        )
        outbox = await until_stored(finish)
        if outcome.taken_back_from is not None:
            self.files_retired()
        _log_turn(claim, record)
        return outcome, outbox


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
