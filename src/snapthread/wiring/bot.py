"""The bot: the loops that take updates in, serve claims and hear the other processes."""

import os
import socket
from dataclasses import replace

from snapthread import __version__
from snapthread.bot import Bot
from snapthread.intake.groups import GroupIntake
from snapthread.intake.health import Health
from snapthread.intake.heartbeat import Heartbeat
from snapthread.intake.intake import Intake
from snapthread.intake.keeping import ClaimKeeper
from snapthread.intake.leader import LeaderLease
from snapthread.intake.model_watch import ModelWatch
from snapthread.intake.presence import Presence
from snapthread.intake.replicas import ReplicaSync
from snapthread.intake.worker import Worker
from snapthread.model.operation import POLLING
from snapthread.ports import PriceList
from snapthread.settings import Settings
from snapthread.texts import Texts
from snapthread.wiring.adapters import Adapters, with_rate_limits
from snapthread.wiring.claims import build_claims
from snapthread.wiring.file_components import build_file_components
from snapthread.wiring.people import build_people
from snapthread.wiring.profiles import group_policy
from snapthread.wiring.turns import build_turns


async def build_bot(adapters: Adapters, settings: Settings, prices: PriceList) -> Bot:
    limited = with_rate_limits(adapters)
    file_components = await build_file_components(limited, settings)
    await limited.store.find_people()
    people = build_people(limited, settings, Texts.load())
    turns = await build_turns(file_components, people, settings, prices)
    eraser = replace(file_components.eraser, forget_heard=turns.overheard.forget_person)
    file_components = replace(file_components, eraser=eraser)
    claims = build_claims(file_components, people, turns, settings, prices)
    store, chat, clock = limited.store, limited.chat, limited.clock
    worker = Worker(
        store=store,
        clock=clock,
        keeper=ClaimKeeper(store=store, clock=clock),
        serve=claims.pipeline.serve,
        urgent=claims.urgent_commands.run,
        parallel=settings.max_parallel_turns,
    )
    health = Health(clock=clock)
    heartbeat = Heartbeat(jobs=store, clock=clock)
    intake = Intake(
        store=store,
        chat=chat,
        alerts=people.alerts,
        health=health,
        groups=GroupIntake(
            store=store,
            chat=chat,
            policy=group_policy(settings),
            clock=clock,
            sentence=people.access.sentence,
            files_retired=file_components.housekeeping.wake,
            overheard=turns.overheard,
        ),
        clock=clock,
        heartbeat=heartbeat,
        quiet_s=settings.album_wait_s,
        if_full=people.access.queue_full,
        worker=worker,
    )
    replica_sync = ReplicaSync(
        store=store,
        worker=worker,
        cooldowns=limited.cooldowns,
        clock=clock,
        stop=turns.running_turns.stop,
    )
    model_watch = ModelWatch(
        catalog=limited.catalog,
        jobs=store,
        alerts=people.alerts,
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
        has_webhook=settings.telegram_webhook_url is not None,
        may_have_replicas=settings.has_store_server,
        store=store,
        health=health,
        intake=intake,
        leader=LeaderLease(store=store, job=POLLING, clock=clock, name=presence.name),
        worker=worker,
        replica_sync=replica_sync,
        file_service=file_components.file_service,
        housekeeping=file_components.housekeeping,
        model_watch=model_watch,
        heartbeat=heartbeat,
        presence=presence,
        eraser=file_components.eraser,
        quotas=turns.quotas,
        broadcaster=claims.broadcaster,
    )
