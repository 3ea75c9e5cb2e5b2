"""A claim → what is said to it: cheap checks before costly ones, and each failure a sentence."""

from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from snapthread.commands.access import AccessControl
from snapthread.commands.commands import Commands
from snapthread.errors import LeaseLost, SnapthreadError, StoreBusy, StoreFull
from snapthread.limits import ATTEMPTS_MAX
from snapthread.meter import Meter
from snapthread.model import Claim, Message, OutgoingMessage
from snapthread.model.quotas import LimitExceeded
from snapthread.ports import Clock, Outbox
from snapthread.reply.alerts import Alerts
from snapthread.reply.guests import GuestPlaceholders
from snapthread.texts.failures import ALERTS, SENTENCES
from snapthread.texts.localizer import Localizer
from snapthread.turn.again import helps_to_retry, with_ending
from snapthread.turn.media import files_of
from snapthread.turn.outcome import Outcome, answer_only
from snapthread.turn.quotas import Quotas
from snapthread.turn.running import RunningTurns
from snapthread.turn.sentences import outcome_of, unexpected_failure, with_notes
from snapthread.turn.speech import SpeechProfile
from snapthread.turn.state import TurnState
from snapthread.turn.styles import Styles

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True, eq=False)
class Answers:
    """Finds the answer to a claim. Raises LeaseLost, StoreBusy and StoreFull; anything else that
    goes wrong becomes a sentence for the person."""

    store: Outbox
    access: AccessControl
    commands: Commands
    quotas: Quotas
    speech: SpeechProfile
    styles: Styles
    running_turns: RunningTurns
    alerts: Alerts
    guests: GuestPlaceholders
    clock: Clock

    async def answer(self, claim: Claim, meter: Meter) -> Outcome:
        """`meter` measures what the answer takes."""
        is_guest = claim.messages[0].is_guest
        return await (self._answer_guest if is_guest else self._find_outcome)(claim, meter)

    async def _answer_guest(self, claim: Claim, meter: Meter) -> Outcome:
        """For a chat that the bot is no member of: one message, whose placeholder is posted first;
        nothing is kept."""
        if claim.attempt > ATTEMPTS_MAX and claim.inline_id is None:
            return Outcome(result="dead_letter")  # its place could not be taken: nobody can be told
        t = self.access.localizer(claim.messages[0])
        taken = await self.guests.take(claim, t("stream_thinking"))
        if not taken:
            return Outcome(result="refused", reason="too_late")
        return answer_only(await self._find_outcome(claim, meter))

    async def _find_outcome(self, claim: Claim, meter: Meter) -> Outcome:
        """Cheap checks before costly ones."""
        message = claim.messages[0]
        caller, t = await self.access.caller(message), self.access.localizer(message)
        if claim.attempt > ATTEMPTS_MAX:
            put_aside = Outcome(result="dead_letter", texts=(t("dead_letter"),))
            return with_ending(put_aside, claim, t) if message.kind != "command" else put_aside
        if refusal := await self.access.refusal(message, caller):
            return refusal
        if message.kind == "command":
            return await self.commands.answer(claim, message, t)
        meter.profile = self.styles.profile_of(caller.preferences)
        meter.limits = self.quotas.limits_for(message.user_id, caller.person)
        is_told = caller.person is not None and caller.person.is_told_of_files
        meter.looks_for_small_text = not message.is_guest and message.user_id > 0 and not is_told
        return with_ending(await self._answer_question(claim, t, meter), claim, t)

    async def _answer_question(self, claim: Claim, t: Localizer, meter: Meter) -> Outcome:
        messages = tuple(map(self.speech.mark_unsupported, claim.messages))
        questions = tuple(one for one in messages if one.kind == "question")
        refusals = t.refusals([one for one in messages if one.kind == "unsupported"])
        if not questions:
            return Outcome(result="refused", reason="unsupported", texts=refusals)
        if unseen := self.access.unseen(questions, t):
            return replace(unseen, texts=(*refusals, *unseen.texts))
        turn = TurnState(claim=claim, messages=questions, meter=meter)
        bounds = self.running_turns.bounds_of(turn)
        turn.reserved = await self.quotas.reserve(claim, questions, meter, bounds=bounds)
        if turn.reserved.exceeded:
            return await self._explain_limit(questions[0], turn.reserved.exceeded, refusals, t)
        try:
            ended = await self.running_turns.ask(turn, refusals)
        except (LeaseLost, StoreBusy, StoreFull):
            raise
        except SnapthreadError as error:
            failed = await self._explain_failure(error, turn, t)
            return with_notes(failed, turn, refusals, t)
        except Exception as error:  # noqa: BLE001 - the end of the line: it never goes silent
            return with_notes(unexpected_failure(error, t), turn, refusals, t)
        if ended.made_room:
            await self._tell_of_room(questions[0], t)
        return outcome_of(ended, refusals, t)

    async def _explain_limit(
        self, message: Message, exceeded: LimitExceeded, refusals: tuple[str, ...], t: Localizer
    ) -> Outcome:
        if message.is_private or message.is_guest:
            return Outcome(
                result="refused",
                reason=exceeded.limit,
                texts=(*refusals, t.limit_reached(exceeded)),
            )
        text = t("group_over", name=message.sender_name)
        return await self.access.refuse_in_group(message, text, exceeded.limit)

    async def _tell_of_room(self, message: Message, t: Localizer) -> None:
        """Say only once that older photos make room. A store that is away costs no answer: it is
        said the next time."""
        text = t("storage_made_room", limit_mb=t.limits.storage_mb)
        with suppress(StoreBusy, StoreFull):
            await self.store.enqueue(
                message.conversation,
                message.destination,
                OutgoingMessage(text=text),
                self.clock(),
                once=f"storage:{message.user_id}",
            )

    async def _explain_failure(
        self, error: SnapthreadError, turn: TurnState, t: Localizer
    ) -> Outcome:
        if type(error) not in SENTENCES:
            return unexpected_failure(error, t)
        log.warning("trouble", kind=type(error).__name__, why=str(error))
        alert = ALERTS.get(type(error))
        questions, offer = turn.messages, self.styles.offer
        model = turn.meter.profile.model if turn.meter.profile else offer.model  # that was asked
        told = alert is not None and await self.alerts.tell(
            alert, detail=str(error), model=model, setting=offer.setting_of(model)
        )
        text = t.failure(
            error,
            files_of(questions),
            operator_told=told,
            sound=any(question.sound for question in questions),
            is_chosen=model != offer.model,
            can_retry=helps_to_retry(error) and not questions[0].is_guest,
        )
        return Outcome(result="failed", reason=type(error).__name__, texts=(text,))
