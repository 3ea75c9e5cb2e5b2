"""The record of an attempt as it stands: what it did, what it took, what it cost."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, get_args

from snapthread.clock import ms_since
from snapthread.errors import SnapthreadError
from snapthread.meter import Meter, sum_usage
from snapthread.model import Message
from snapthread.model.quotas import Limit
from snapthread.model.usage import Stages, TurnOutcome, TurnRecord
from snapthread.ports import Clock, ReservationRevisions
from snapthread.turn.costs import Costs

# A whole answer was paid for: free of every limit, it could be had without end.
ANSWERED_ALL_THE_SAME: Final = frozenset({"AssistantRefused", "EmptyAnswer", "OutputSpent"})
READ_BEFORE: Final = frozenset({*get_args(Limit), "too_many_pages"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TurnRecords:
    """Writes records of attempts; `model`: the one that answers who chose none."""

    store: ReservationRevisions
    costs: Costs
    model: str
    clock: Clock

    def record(
        self, first: Message, meter: Meter, *, outcome: TurnOutcome, reason: str = ""
    ) -> TurnRecord:
        model = meter.profile.model if meter.profile else self.model
        requests = [*meter.answers, *meter.broken]
        return TurnRecord(
            id=meter.id,
            at=self.clock(),
            user_id=first.user_id,
            model=model,
            outcome=outcome,
            reason=reason,
            messages=meter.messages,
            images=meter.images,
            documents=meter.documents,
            sent=meter.sent(),
            bytes_in=meter.bytes_in,
            bytes_uploaded=meter.bytes_uploaded,
            requests=meter.requests,
            images_in_requests=meter.images_in_requests,
            image_tokens=meter.image_tokens,
            usage=sum_usage(meter.answers),
            estimated=sum_usage(meter.broken),
            voice_s=meter.voice_s,
            cost_micros=self.costs.of(model, requests, meter.voice_s),
            is_free=_is_free(outcome, reason),
            restored=meter.restored,
            retired=meter.retired,
            stages=self._stages(first, meter),
        )

    async def record_interrupted(self, first: Message, meter: Meter) -> TurnRecord:
        """The attempt ends without an end of the turn: what it has cost is known now."""
        record = self.record(first, meter, outcome="interrupted", reason="broke_off")
        with suppress(SnapthreadError):  # else it is charged as reserved
            await self.store.revise(record)
        return record

    def _stages(self, first: Message, meter: Meter) -> Stages:
        began = self.clock() - timedelta(milliseconds=ms_since(meter.began_s))
        waited = round((began - first.sent_at).total_seconds() * 1000)
        return Stages(
            waited=max(0, waited),
            downloaded=meter.downloaded_ms,
            prepared=meter.prepared_ms,
            uploaded=meter.uploaded_ms,
            first_token=meter.first_token_ms,
            finished=ms_since(meter.began_s),
        )


def _is_free(outcome: TurnOutcome, reason: str) -> bool:
    """It failed, or was refused by what was known only once it was read: it may come again."""
    if outcome == "refused":
        return reason in READ_BEFORE
    return outcome == "failed" and reason not in ANSWERED_ALL_THE_SAME
