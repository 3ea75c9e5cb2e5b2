"""The line put together between its edges: what `snapthread run` runs, and what commands share."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace

from snapthread.clock import utc_now
from snapthread.commands.access import AccessControl, AccessPolicy
from snapthread.commands.commands import Commands
from snapthread.commands.eraser import UserEraser
from snapthread.errors import StoreBusy, StoreFull
from snapthread.images.file_service import FileService
from snapthread.images.healing import Healing
from snapthread.images.housekeeping import Housekeeping
from snapthread.images.importer import ImageImporter
from snapthread.images.reconcile import Reconcile
from snapthread.intake.health import Health
from snapthread.intake.inbox import Intake
from snapthread.intake.leader import LeaderLease
from snapthread.intake.replicas import ReplicaSync
from snapthread.intake.urgent import UrgentCommands
from snapthread.intake.worker import Worker
from snapthread.model import Installation, OutgoingMessage
from snapthread.pipeline import Pipeline
from snapthread.ports import Assistant, Chat, Clock, Codec, Files, PriceList, Store, Update
from snapthread.rate_limits import (
    Cooldowns,
    RateLimitedAssistant,
    RateLimitedChat,
    RateLimitedFiles,
)
from snapthread.reply.alerts import Alerts
from snapthread.reply.draft import Drafts
from snapthread.reply.reply import ReplySender
from snapthread.settings import Settings
from snapthread.texts import Texts
from snapthread.turn.quotas import Quotas, RequestProfile
from snapthread.turn.runner import ContextBounds, TurnRunner
from snapthread.turn.running import RunningTurns
from snapthread.turn.transcript import text_tokens

LAST_UPLOADS_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """The world, as the line needs it."""

    store: Store
    chat: Chat
    assistant: Assistant
    files: Files
    codec: Codec
    clock: Clock = utc_now


def with_rate_limits(adapters: Adapters, cooldowns: Cooldowns) -> Adapters:
    """The same edges, which wait where a service asked any process of ours to wait."""
    return replace(
        adapters,
        chat=RateLimitedChat(adapters.chat, cooldowns, adapters.clock),
        assistant=RateLimitedAssistant(adapters.assistant, cooldowns),
        files=RateLimitedFiles(adapters.files, cooldowns),
    )


class Maintenance:
    """The life of images without anybody asking: what the commands beside the bot need."""

    def __init__(
        self,
        file_service: FileService,
        pictures: ImageImporter,
        adapters: Adapters,
        cooldowns: Cooldowns,
        settings: Settings,
    ) -> None:
        store, clock = adapters.store, adapters.clock
        self.adapters = adapters
        self.cooldowns = cooldowns
        self.file_service = file_service
        self.pictures = pictures
        self.healing = Healing(store, adapters.files, pictures, clock)
        self.reconcile = Reconcile(store, adapters.files, file_service, self.healing, clock)
        self.housekeeping = Housekeeping(
            store, file_service, self.reconcile, clock, retention_days=settings.file_retention_days
        )
        self.eraser = UserEraser(store, file_service, clock)
        file_service.when_retired(self.housekeeping.wake)

    @classmethod
    async def of(cls, adapters: Adapters, settings: Settings) -> "Maintenance":
        cooldowns = Cooldowns(adapters.store, adapters.clock)
        adapters = with_rate_limits(adapters, cooldowns)
        file_service = FileService(
            adapters.store,
            adapters.files,
            await adapters.store.installation(),
            adapters.clock,
            retention_days=settings.file_retention_days,
            room_bytes=settings.user_storage_bytes,
        )
        pictures = ImageImporter(
            adapters.chat, adapters.codec, file_service, max_bytes=settings.max_image_bytes
        )
        return cls(file_service, pictures, adapters, cooldowns, settings)


class Bot:
    """The whole line between the edges, from intake to housekeeping."""

    def __init__(
        self,
        settings: Settings,
        texts: Texts,
        maintenance: Maintenance,
        quotas: Quotas,
        turn_runner: TurnRunner,
    ) -> None:
        adapters = maintenance.adapters
        store, chat, clock = adapters.store, adapters.chat, adapters.clock
        self._settings = settings
        self._store = store
        self._file_service = maintenance.file_service
        self.quotas = quotas
        self.health = Health(clock)
        self.housekeeping = maintenance.housekeeping
        alerts = Alerts(
            store,
            chat,
            texts,
            clock,
            admins=settings.admin_user_ids,
            language=settings.bot_language,
        )
        running_turns = RunningTurns(turn_runner, Drafts(store, chat))
        commands = Commands(
            store,
            maintenance.eraser,
            quotas,
            clock,
            retention_days=settings.file_retention_days,
            files_retired=self.housekeeping.wake,
        )
        self._access = access = AccessControl(store, texts, _policy(settings), clock)
        pipeline = Pipeline(
            store,
            access,
            commands,
            quotas,
            running_turns,
            ReplySender(store, chat, access.explain_refused_part),
            alerts,
            clock,
        )
        urgent_commands = UrgentCommands(
            store,
            chat,
            running_turns,
            commands,
            access,
            clock,
            files_retired=self.housekeeping.wake,
        )
        self.worker = Worker(
            store,
            clock,
            serve=pipeline.serve,
            urgent=urgent_commands.run,
            parallel=settings.max_parallel_turns,
        )
        self._polling = LeaderLease(store, "poll", clock)
        self.replica_sync = ReplicaSync(
            store, self.worker, maintenance.cooldowns, clock, stop=running_turns.stop
        )
        self.intake = Intake(
            store,
            chat,
            alerts,
            self.health,
            clock,
            quiet_s=settings.album_wait_s,
            if_full=self._if_full,
            wake=self.worker.wake,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; raises ExceptionGroup of Denied where the operator must act."""
        async with asyncio.TaskGroup() as group:
            intake = group.create_task(self._take_in())
            housekeeping = group.create_task(self.housekeeping.run())
            worker = group.create_task(self.worker.run())
            replica_sync = group.create_task(self.replica_sync.run())
            await stop.wait()
            intake.cancel()
            self.worker.stop()
            await worker
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_UPLOADS_S):
                    await self._file_service.drain()
            replica_sync.cancel()
            housekeeping.cancel()

    async def _take_in(self) -> None:
        """Telegram calls us, or one of the processes on this store polls; for ever."""
        if self._settings.telegram_webhook_url is not None:
            self.health.mark_standing_by()
            await asyncio.Event().wait()
        elif self._settings.has_store_server:
            await self._polling.run(self.intake.run, standing_by=self.health.mark_standing_by)
        else:
            await self.intake.run()

    async def reasons(self) -> list[str]:
        """Why the bot is not ready."""
        try:
            await self._store.check()
        except (StoreBusy, StoreFull) as error:
            self.health.mark_failing("store", str(error))
        else:
            self.health.mark_ok("store")
        return self.health.reasons()

    def _if_full(self, update: Update) -> OutgoingMessage:
        assert update.message is not None
        return OutgoingMessage(text=self._access.localizer(update.message)("mailbox_full"))


async def assemble(adapters: Adapters, settings: Settings, prices: PriceList) -> Bot:
    """Put the line together between these edges."""
    texts = Texts.load()
    maintenance = await Maintenance.of(adapters, settings)
    adapters = maintenance.adapters
    installation = await adapters.store.installation()
    quotas = _quotas(adapters, settings, texts, prices, installation)
    turn_runner = TurnRunner(
        adapters.store,
        maintenance.pictures,
        maintenance.healing,
        quotas,
        adapters.assistant,
        texts.model,
        installation,
        adapters.clock,
        bounds=ContextBounds(tokens=settings.context_max_tokens, images=settings.image_window),
    )
    return Bot(settings, texts, maintenance, quotas, turn_runner)


def instructions_of(settings: Settings, texts: Texts) -> str:
    """What the model is told to be: by the operator, or by us."""
    return settings.assistant_instructions or texts.model("instructions")


def _quotas(
    adapters: Adapters,
    settings: Settings,
    texts: Texts,
    prices: PriceList,
    installation: Installation,
) -> Quotas:
    asked = RequestProfile(
        model=settings.openai_model,
        detail=settings.image_detail,
        output_tokens=settings.openai_max_output_tokens,
        context_tokens=settings.context_max_tokens,
        image_side=settings.image_max_side,
        instructions_tokens=text_tokens(instructions_of(settings, texts)),
    )
    return Quotas(
        adapters.store,
        prices,
        installation,
        adapters.clock,
        profile=asked,
        limits=settings.limits,
        admins=settings.admin_user_ids,
    )


def _policy(settings: Settings) -> AccessPolicy:
    return AccessPolicy(
        allowed=settings.allowed_telegram_user_ids,
        admins=settings.admin_user_ids,
        language=settings.bot_language,
        limit_mb=settings.max_image_mb,
        storage_mb=settings.user_storage_mb,
    )
