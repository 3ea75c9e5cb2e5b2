"""The bot: its loops side by side, from intake to housekeeping, and how they end."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from snapthread.commands.broadcaster import Broadcaster
from snapthread.commands.eraser import UserEraser
from snapthread.errors import StoreBusy, StoreFull
from snapthread.images.file_service import FileService
from snapthread.images.housekeeping import Housekeeping
from snapthread.intake.health import Health
from snapthread.intake.heartbeat import Heartbeat
from snapthread.intake.intake import Intake
from snapthread.intake.leader import LeaderLease
from snapthread.intake.model_watch import ModelWatch
from snapthread.intake.presence import Presence
from snapthread.intake.replicas import ReplicaSync
from snapthread.intake.worker import Worker
from snapthread.ports import Readiness
from snapthread.turn.quotas import Quotas

LAST_UPLOADS_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Takes messages in and serves them, until it is stopped."""

    has_webhook: bool  # Telegram calls it: it polls nothing
    may_have_replicas: bool  # its store lets other processes in
    store: Readiness
    health: Health
    intake: Intake
    leader: LeaderLease
    worker: Worker
    replica_sync: ReplicaSync
    file_service: FileService
    housekeeping: Housekeeping
    model_watch: ModelWatch
    heartbeat: Heartbeat
    presence: Presence
    quotas: Quotas
    broadcaster: Broadcaster
    eraser: UserEraser

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; raises ExceptionGroup of Denied where the operator must act."""
        async with asyncio.TaskGroup() as group:
            intake = group.create_task(self._take_in())
            housekeeping = group.create_task(self.housekeeping.run())
            broadcaster = group.create_task(self.broadcaster.run())
            model_watch = group.create_task(self.model_watch.run())
            presence = group.create_task(self.presence.run())
            worker = group.create_task(self.worker.run())
            replica_sync = group.create_task(self.replica_sync.run())
            await stop.wait()
            intake.cancel()
            self.worker.stop()
            await worker
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_UPLOADS_S):
                    await self.file_service.uploader.drain()
            replica_sync.cancel()
            housekeeping.cancel()
            model_watch.cancel()
            broadcaster.cancel()
            presence.cancel()
        await self.presence.leave()

    async def _take_in(self) -> None:
        """Telegram calls us, or one of the processes on this store polls; for ever."""
        if self.has_webhook:
            self.health.mark_standing_by()
            await self.heartbeat.run()
        elif self.may_have_replicas:
            await self.leader.run(self.intake.run, standing_by=self.health.mark_standing_by)
        else:
            await self.intake.run()

    async def reasons(self) -> list[str]:
        """Why the bot is not ready. That the store can be read does not show that it can be
        written: what the intake met stays told until it could write again."""
        told = self.health.reasons()
        try:
            await self.store.check()
        except (StoreBusy, StoreFull) as error:
            sentence = f"store: {error}"
            return told if sentence in told else [*told, sentence]
        return told
