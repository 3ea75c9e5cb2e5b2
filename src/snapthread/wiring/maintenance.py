"""The life of files without anybody asking: what the commands beside the bot need too."""

from dataclasses import dataclass

from snapthread.commands.eraser import UserEraser
from snapthread.images.documents import DocumentOpener
from snapthread.images.file_service import FileService
from snapthread.images.healing import Healing
from snapthread.images.housekeeping import Housekeeping
from snapthread.images.importer import FileImporter
from snapthread.images.reconcile import Reconcile
from snapthread.rate_limits.cooldowns import Cooldowns
from snapthread.settings import Settings
from snapthread.turn.bounds import ContextBounds
from snapthread.wiring.adapters import Adapters, with_rate_limits
from snapthread.wiring.profiles import context_bounds, document_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """The life of images without anybody asking: what the commands beside the bot need."""

    adapters: Adapters
    bounds: ContextBounds
    cooldowns: Cooldowns
    file_service: FileService
    importer: FileImporter
    healing: Healing
    reconcile: Reconcile
    housekeeping: Housekeeping
    eraser: UserEraser


async def build_maintenance(adapters: Adapters, settings: Settings) -> Maintenance:
    store, clock = adapters.store, adapters.clock
    cooldowns = Cooldowns(store=store, clock=clock)
    adapters = with_rate_limits(adapters, cooldowns)
    file_service = FileService(
        store=store,
        files=adapters.files,
        installation=await store.installation(),
        clock=clock,
        retention_days=settings.file_retention_days,
        room_bytes=settings.user_storage_bytes,
    )
    bounds = context_bounds(settings, adapters.transport)
    importer = FileImporter(
        chat=adapters.chat,
        codec=adapters.codec,
        documents=DocumentOpener(
            reader=adapters.documents,
            profile=document_profile(settings),
            transport=adapters.transport,
            takes_inline=settings.is_openais_own,
        ),
        file_service=file_service,
        max_bytes=settings.max_image_bytes,
        most_parts=lambda: bounds.images,
    )
    healing = Healing(store=store, files=adapters.files, importer=importer, clock=clock)
    reconcile = Reconcile(
        store=store, files=adapters.files, file_service=file_service, healing=healing, clock=clock
    )
    housekeeping = Housekeeping(
        store=store,
        file_service=file_service,
        reconcile=reconcile,
        clock=clock,
        retention_days=settings.file_retention_days,
    )
    file_service.when_retired(housekeeping.wake)
    return Maintenance(
        adapters=adapters,
        bounds=bounds,
        cooldowns=cooldowns,
        file_service=file_service,
        importer=importer,
        healing=healing,
        reconcile=reconcile,
        housekeeping=housekeeping,
        eraser=UserEraser(store=store, file_service=file_service, clock=clock),
    )
