"""Files: brought in, kept right and deleted; also for the commands beside the bot."""

import asyncio
from dataclasses import dataclass

from snapthread.commands.eraser import UserEraser
from snapthread.images.deleter import Deleter
from snapthread.images.documents import DocumentOpener
from snapthread.images.file_names import FileNames
from snapthread.images.file_service import FileService
from snapthread.images.healing import Healing
from snapthread.images.housekeeping import Housekeeping
from snapthread.images.importer import FileImporter
from snapthread.images.opener import FileOpener
from snapthread.images.reconcile import Reconcile
from snapthread.images.restorer import Restorer
from snapthread.images.unknown_uploads import UnknownUploads
from snapthread.images.uploader import Uploader
from snapthread.settings import Settings
from snapthread.turn.bounds import ContextBounds
from snapthread.vision_tokens import Sight
from snapthread.wiring.adapters import Adapters, LimitedAdapters
from snapthread.wiring.profiles import context_bounds, document_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class FileComponents:
    """The components that bring files in, keep them right and delete them: for the bot, and for the
    commands beside it."""

    adapters: LimitedAdapters
    bounds: ContextBounds
    file_service: FileService
    importer: FileImporter
    healing: Healing
    restorer: Restorer
    reconcile: Reconcile
    housekeeping: Housekeeping
    eraser: UserEraser


async def build_file_components(adapters: LimitedAdapters, settings: Settings) -> FileComponents:
    store, clock = adapters.store, adapters.clock
    files, woken = adapters.files, asyncio.Event()
    names = FileNames.of(await store.installation())
    file_service = build_file_service(adapters, settings, names, woken)
    bounds = context_bounds(settings, adapters.transport)
    importer = build_importer(adapters, settings, file_service.uploader, bounds)
    restorer = Restorer(store=store, importer=importer, clock=clock)
    healing = Healing(store=store, files=files, restorer=restorer)
    reconcile = Reconcile(
        store=store,
        files=files,
        names=names,
        deleter=file_service.deleter,
        unknown_uploads=file_service.unknown_uploads,
        healing=healing,
        restorer=restorer,
        clock=clock,
    )
    housekeeping = Housekeeping(
        store=store,
        deleter=file_service.deleter,
        unknown_uploads=file_service.unknown_uploads,
        reconcile=reconcile,
        clock=clock,
        woken=woken,
        retention_days=settings.file_retention_days,
    )
    return FileComponents(
        adapters=adapters,
        bounds=bounds,
        file_service=file_service,
        importer=importer,
        healing=healing,
        restorer=restorer,
        reconcile=reconcile,
        housekeeping=housekeeping,
        eraser=UserEraser(store=store, deleter=file_service.deleter, clock=clock),
    )


def build_file_service(
    adapters: Adapters, settings: Settings, names: FileNames, woken: asyncio.Event
) -> FileService:
    """`woken`: set where there is something to delete."""
    store, files, clock = adapters.store, adapters.files, adapters.clock
    return FileService(
        names=names,
        uploader=Uploader(
            store=store,
            files=files,
            names=names,
            clock=clock,
            wake=woken.set,
            retention_days=settings.file_retention_days,
            room_bytes=settings.user_storage_bytes,
        ),
        unknown_uploads=UnknownUploads(store=store, files=files, names=names, clock=clock),
        deleter=Deleter(store=store, files=files, clock=clock),
    )


def build_importer(
    adapters: Adapters, settings: Settings, uploader: Uploader, bounds: ContextBounds
) -> FileImporter:
    documents = DocumentOpener(
        reader=adapters.documents,
        profile=document_profile(settings),
        transport=adapters.transport,
        most_pictures=lambda: bounds.images,
        sees=bounds.has_sight,
        sight=Sight(model=settings.openai_model, detail=settings.image_detail),
        max_side=settings.image_max_side,
        takes_inline=settings.is_openais_own,
    )
    opener = FileOpener(
        chat=adapters.chat,
        codec=adapters.codec,
        documents=documents,
        max_bytes=settings.max_image_bytes,
        most_parts=lambda: bounds.images,
    )
    return FileImporter(opener=opener, uploader=uploader)
