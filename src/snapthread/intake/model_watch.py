"""The ends of the models in use, looked up once a day: admins hear 90, 30 and 7 days before, once
each."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from snapthread.errors import SnapthreadError
from snapthread.limits import DAY_S
from snapthread.model.preferences import Offer
from snapthread.ports import Clock, Jobs, ListedModel, ModelCatalog
from snapthread.ports.model_ends import days_left, replacement_of, warning_due
from snapthread.reply.alerts import Alerts

log = structlog.get_logger()

LOOK_EVERY_S: Final = 3600.0  # whichever process finds the job free; it stays taken for a day
JOB: Final = "models"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelWatch:
    """One instance a process; the store's job lease keeps it to one look a day."""

    catalog: ModelCatalog
    jobs: Jobs
    alerts: Alerts
    clock: Clock
    offer: Offer

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                if await self._take_day():
                    await self.run_once()
            except SnapthreadError as error:
                log.warning("trouble", kind="models", why=str(error))
            except Exception as error:
                log.error("models.broke", exc_info=error)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _take_day(self) -> bool:
        """For one look; under another name each time, as who has a job may take it again."""
        me = secrets.token_hex(8)
        return await self.jobs.take_job(JOB, me, self.clock(), lease_s=DAY_S)

    async def run_once(self) -> int:
        """Warn of models that end, each admin once; the number of warnings due."""
        listed = {model.id: model for model in await self.catalog.models()}
        asked = [listed[name] for name in self.offer.every_model if name in listed]
        return sum([await self._warn(model, listed) for model in asked])

    async def _warn(self, model: ListedModel, listed: Mapping[str, ListedModel]) -> int:
        due = warning_due(model.ends_at, self.clock()) if model.ends_at else None
        if model.ends_at is None or due is None:
            return 0
        other = replacement_of(model.id)
        left = days_left(model.ends_at, self.clock())
        log.warning("model.ends", model=model.id, ends_at=str(model.ends_at), days=left)
        await self.alerts.tell_once(
            "admin_model_ends_replaced" if other in listed else "admin_model_ends",
            f"model_end:{model.id}:{model.ends_at}:{due}",
            n=left,
            model=model.id,
            setting=self.offer.setting_of(model.id),
            date=model.ends_at,
            other=other,
        )
        return 1
