"""Everything is built here, from top to bottom: for `run`, the commands, the demo and the tests."""

import os
import socket
from dataclasses import dataclass, field, replace

from snapthread import __version__
from snapthread.bot import Bot
from snapthread.clock import utc_now
from snapthread.commands.access import AccessControl, AccessPolicy
from snapthread.commands.admin import AdminCommands
from snapthread.commands.admission import Admission
from snapthread.commands.asking_anew import AskingAnew
from snapthread.commands.broadcaster import Broadcaster
from snapthread.commands.choosing import Choosing
from snapthread.commands.commands import Commands
from snapthread.commands.eraser import UserEraser
from snapthread.commands.exporter import Exporter
from snapthread.commands.history import History
from snapthread.commands.membership import ChannelMembers, RequiredChannel
from snapthread.commands.rights import GroupRights
from snapthread.images.documents import DocumentOpener, DocumentProfile
from snapthread.images.file_service import FileService
from snapthread.images.healing import Healing
from snapthread.images.housekeeping import Housekeeping
from snapthread.images.importer import ImageImporter
from snapthread.images.reconcile import Reconcile
from snapthread.intake.groups import GroupIntake, GroupPolicy
from snapthread.intake.health import Health
from snapthread.intake.heartbeat import Heartbeat
from snapthread.intake.inbox import Intake
from snapthread.intake.leader import LeaderLease
from snapthread.intake.model_watch import ModelWatch
from snapthread.intake.presence import Presence
from snapthread.intake.replicas import ReplicaSync
from snapthread.intake.urgent import UrgentCommands
from snapthread.intake.worker import Worker
from snapthread.limits import MEGABYTE, PAGE_PIXELS
from snapthread.model.request_profile import RequestProfile
from snapthread.pipeline import Pipeline
from snapthread.ports import (
    Assistant,
    Chat,
    Clock,
    Codec,
    DocumentReader,
    Files,
    FixedCatalog,
    ImageTransport,
    ModelCatalog,
    PriceList,
    Store,
    Transcriber,
)
from snapthread.rate_limits import (
    Cooldowns,
    PlaceCooldowns,
    RateLimitedAssistant,
    RateLimitedChat,
    RateLimitedFiles,
    RateLimitedTranscriber,
)
from snapthread.reply.alerts import Alerts
from snapthread.reply.draft import Drafts
from snapthread.reply.guests import GuestPlaces
from snapthread.reply.reply import ReplySender
from snapthread.reply.shown import ShownParts
from snapthread.reply.topics import Topics
from snapthread.settings import Settings
from snapthread.texts import Texts
from snapthread.turn.bounds import ContextBounds
from snapthread.turn.overheard import Overheard
from snapthread.turn.quotas import Quotas
from snapthread.turn.runner import TurnRunner
from snapthread.turn.running import RunningTurns
from snapthread.turn.speech import SpeechProfile, SpeechReader
from snapthread.turn.styles import Styles
from snapthread.turn.transcript import text_tokens
from snapthread.vision_tokens import image_tokens

NO_LIST = FixedCatalog()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """The world, as the bot needs it."""

    store: Store
    chat: Chat
    assistant: Assistant
    files: Files
    transcriber: Transcriber
    codec: Codec
    documents: DocumentReader
    catalog: ModelCatalog = NO_LIST
    transport: ImageTransport = field(default_factory=ImageTransport)
    clock: Clock = utc_now


def with_rate_limits(adapters: Adapters, cooldowns: Cooldowns) -> Adapters:
    """The same adapters, which wait where a service asked any process of ours to wait."""
    places = PlaceCooldowns(cooldowns=cooldowns)
    return replace(
        adapters,
        chat=RateLimitedChat(chat=adapters.chat, cooldowns=cooldowns, places=places),
        assistant=RateLimitedAssistant(assistant=adapters.assistant, cooldowns=cooldowns),
        files=RateLimitedFiles(files=adapters.files, cooldowns=cooldowns),
        transcriber=RateLimitedTranscriber(transcriber=adapters.transcriber, cooldowns=cooldowns),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """The life of images without anybody asking: what the commands beside the bot need."""

    adapters: Adapters
    cooldowns: Cooldowns
    file_service: FileService
    importer: ImageImporter
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
    importer = ImageImporter(
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
        cooldowns=cooldowns,
        file_service=file_service,
        importer=importer,
        healing=healing,
        reconcile=reconcile,
        housekeeping=housekeeping,
        eraser=UserEraser(store=store, file_service=file_service, clock=clock),
    )


async def build_bot(adapters: Adapters, settings: Settings, prices: PriceList) -> Bot:
    texts = Texts.load()
    maintenance = await build_maintenance(adapters, settings)
    adapters, housekeeping = maintenance.adapters, maintenance.housekeeping
    store, chat, clock = adapters.store, adapters.chat, adapters.clock
    installation = await store.installation()
    await store.find_people()

    # A turn: question in, answer out.
    quotas = Quotas(
        store=store,
        prices=prices,
        installation=installation,
        clock=clock,
        profile=request_profile(settings, texts),
        limits=settings.limits,
        speech=speech_profile(settings),
        admins=settings.admin_user_ids,
    )
    overheard = Overheard(most=settings.group_context)
    styles = Styles(offer=settings.offer, base=request_profile(settings, texts), t=texts.model)
    turn_runner = TurnRunner(
        store=store,
        importer=maintenance.importer,
        speech=SpeechReader(
            chat=chat, transcriber=adapters.transcriber, profile=speech_profile(settings)
        ),
        healing=maintenance.healing,
        quotas=quotas,
        assistant=adapters.assistant,
        t=texts.model,
        installation=installation,
        clock=clock,
        bounds=context_bounds(settings, adapters.transport),
        overheard=overheard,
    )
    alerts = Alerts(
        store=store,
        chat=chat,
        texts=texts,
        clock=clock,
        admins=settings.admin_user_ids,
        language=settings.bot_language,
        server=settings.openai_name,
    )
    admission = Admission(
        store=store,
        texts=texts,
        clock=clock,
        admins=settings.admin_user_ids,
        language=settings.bot_language,
    )
    access = AccessControl(
        store=store,
        texts=texts,
        policy=access_policy(settings),
        clock=clock,
        admission=admission,
        members=channel_members(settings, chat, alerts, clock),
    )
    shown = ShownParts()
    running_turns = RunningTurns(
        turn_runner=turn_runner,
        drafts=Drafts(store=store, chat=chat, shown=shown, mode=settings.streaming_mode),
        localizer=access.localizer,
    )

    # A claim: who may, what is said, what waits for no question.
    rights = GroupRights(store=store, chat=chat, clock=clock)
    asking_anew = AskingAnew(store=store, access=access, rights=rights, clock=clock)
    broadcaster = Broadcaster(
        store=store,
        chat=chat,
        clock=clock,
        texts=texts,
        language=settings.bot_language,
        may=access.policy.may,
    )
    admin = AdminCommands(
        store=store,
        chat=chat,
        quotas=quotas,
        broadcaster=broadcaster,
        clock=clock,
        admins=settings.admin_user_ids,
        lets_in=settings.access_mode == "invite",
    )
    commands = Commands(
        asking_anew=asking_anew,
        store=store,
        eraser=maintenance.eraser,
        quotas=quotas,
        rights=rights,
        choosing=Choosing(
            store=store, styles=styles, prices=prices, rights=rights, speak=access.speak
        ),
        history=History(store=store),
        exporter=Exporter(
            store=store, chat=chat, codec=adapters.codec, max_bytes=settings.max_image_bytes
        ),
        admission=admission,
        admin=admin,
        transport=adapters.transport,
        is_openais_own=settings.is_openais_own,
        clock=clock,
        retention_days=settings.file_retention_days,
        files_retired=housekeeping.wake,
    )
    topics = Topics(store=store, chat=chat, clock=clock)
    pipeline = Pipeline(
        asking_anew=asking_anew,
        store=store,
        access=access,
        commands=commands,
        quotas=quotas,
        styles=styles,
        running_turns=running_turns,
        reply=ReplySender(
            clock=clock,
            store=store,
            chat=chat,
            topics=topics,
            shown=shown,
            explain=access.explain_refused_part,
            note_delivered=alerts.note_delivered,
        ),
        alerts=alerts,
        topics=topics,
        guests=GuestPlaces(store=store, chat=chat),
        clock=clock,
        files_retired=housekeeping.wake,
    )
    urgent_commands = UrgentCommands(
        asking_anew=asking_anew,
        store=store,
        chat=chat,
        running_turns=running_turns,
        commands=commands,
        access=access,
        rights=rights,
        clock=clock,
        files_retired=housekeeping.wake,
    )

    # The loops: updates in, claims served, replicas heard.
    worker = Worker(
        store=store,
        clock=clock,
        serve=pipeline.serve,
        urgent=urgent_commands.run,
        parallel=settings.max_parallel_turns,
    )
    health = Health(clock=clock)
    heartbeat = Heartbeat(jobs=store, clock=clock)
    intake = Intake(
        store=store,
        chat=chat,
        alerts=alerts,
        health=health,
        groups=GroupIntake(
            store=store,
            chat=chat,
            policy=group_policy(settings),
            clock=clock,
            sentence=access.sentence,
            files_retired=housekeeping.wake,
            overheard=overheard,
        ),
        clock=clock,
        heartbeat=heartbeat,
        quiet_s=settings.album_wait_s,
        if_full=access.queue_full,
        worker=worker,
    )
    replica_sync = ReplicaSync(
        store=store,
        worker=worker,
        cooldowns=maintenance.cooldowns,
        clock=clock,
        stop=running_turns.stop,
    )
    model_watch = ModelWatch(
        catalog=adapters.catalog,
        jobs=store,
        alerts=alerts,
        clock=clock,
        offer=settings.offer,
    )
    presence = Presence(
        replicas=store,
        clock=clock,
        name=f"{socket.gethostname()}:{os.getpid()}",
        version=__version__,
        is_polling=lambda: health.is_polling,
        active_turns=lambda: worker.active,
    )
    return Bot(
        settings=settings,
        store=store,
        health=health,
        intake=intake,
        leader=LeaderLease(store=store, job="poll", clock=clock),
        worker=worker,
        replica_sync=replica_sync,
        file_service=maintenance.file_service,
        housekeeping=housekeeping,
        model_watch=model_watch,
        heartbeat=heartbeat,
        presence=presence,
        eraser=maintenance.eraser,
        quotas=quotas,
        broadcaster=broadcaster,
    )


def request_profile(settings: Settings, texts: Texts) -> RequestProfile:
    return RequestProfile(
        model=settings.openai_model,
        detail=settings.image_detail,
        output_tokens=settings.openai_max_output_tokens,
        context_tokens=settings.context_max_tokens,
        image_side=settings.image_max_side,
        instructions=instructions_of(settings, texts),
        instructions_tokens=text_tokens(instructions_of(settings, texts)),
    )


def context_bounds(settings: Settings, transport: ImageTransport) -> ContextBounds:
    return ContextBounds(
        tokens=settings.context_max_tokens,
        transport=transport,
        window=settings.image_window,
        inline_images=settings.request_images_max,
        inline_bytes=settings.request_images_bytes,
        has_sight=settings.openai_sees != "no",
    )


def document_profile(settings: Settings) -> DocumentProfile:
    def page_tokens(detail: str) -> int:
        return image_tokens(settings.openai_model, *PAGE_PIXELS, detail)

    return DocumentProfile(
        max_bytes=settings.max_document_bytes,
        max_pages=settings.max_document_pages,
        detail=settings.document_detail,
        page_tokens={"low": page_tokens("low"), "high": page_tokens("high")},
        context_tokens=settings.context_max_tokens,
    )


def speech_profile(settings: Settings) -> SpeechProfile:
    return SpeechProfile(
        model=settings.transcription_model,
        max_s=settings.max_voice_minutes * 60,
        max_bytes=settings.max_sound_bytes,
    )


def instructions_of(settings: Settings, texts: Texts) -> str:
    """Instructions for the model: the operator's, or ours."""
    return settings.assistant_instructions or texts.model("instructions")


def access_policy(settings: Settings) -> AccessPolicy:
    return AccessPolicy(
        allowed=settings.allowed_telegram_user_ids,
        admins=settings.admin_user_ids,
        language=settings.bot_language,
        limit_mb=settings.max_image_mb,
        storage_mb=settings.user_storage_mb,
        voice_minutes=settings.max_voice_minutes,
        document_mb=settings.max_document_mb,
        sound_mb=settings.max_sound_bytes // MEGABYTE,
        hears=bool(settings.transcription_model),
        has_sight=settings.openai_sees != "no",
        mode=settings.access_mode,
    )


def group_policy(settings: Settings) -> GroupPolicy:
    return GroupPolicy(
        answers=settings.group_answers,
        allowed=settings.allowed_group_ids,
        is_per_user=settings.group_conversation == "per_user",
        hears_guests=settings.guest_mode == "yes",
    )


def channel_members(
    settings: Settings, chat: Chat, alerts: Alerts, clock: Clock
) -> ChannelMembers | None:
    """The check of membership, where a channel is required."""
    if settings.required_channel is None:
        return None
    name, link = settings.required_channel
    channel = RequiredChannel(chat=name, link=link)
    return ChannelMembers(chat=chat, alerts=alerts, clock=clock, channel=channel)
