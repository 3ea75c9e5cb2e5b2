"""A claim: commands, the pipeline, and what waits for no question."""

from dataclasses import dataclass

from snapthread.answers import Answers
from snapthread.commands.admin import AdminCommands
from snapthread.commands.asking_anew import AskingAnew
from snapthread.commands.broadcast_commands import BroadcastCommands
from snapthread.commands.broadcaster import Broadcaster
from snapthread.commands.choosing import Choosing
from snapthread.commands.commands import Commands
from snapthread.commands.exporter import Exporter
from snapthread.commands.history import History
from snapthread.commands.invitations import Invitations
from snapthread.intake.urgent import UrgentCommands
from snapthread.pipeline import Pipeline
from snapthread.ports import PriceList
from snapthread.reply.guests import GuestPlaces
from snapthread.reply.reply import ReplySender
from snapthread.reply.topics import Topics
from snapthread.settings import Settings
from snapthread.wiring.file_parts import FileParts
from snapthread.wiring.people import People
from snapthread.wiring.turns import Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The parts that serve a claim, as far as the loops need them."""

    pipeline: Pipeline
    urgent_commands: UrgentCommands
    broadcaster: Broadcaster


def build_claims(
    file_parts: FileParts, people: People, turns: Turns, settings: Settings, prices: PriceList
) -> Claims:
    adapters, wake = file_parts.adapters, file_parts.housekeeping.wake
    store, chat, clock = adapters.store, adapters.chat, adapters.clock
    asking_anew = AskingAnew(store=store, access=people.access, rights=people.rights, clock=clock)
    broadcaster = Broadcaster(
        store=store,
        chat=chat,
        clock=clock,
        texts=people.texts,
        language=settings.bot_language,
        may=people.access.policy.may,
    )
    admin = AdminCommands(
        store=store,
        quotas=turns.quotas,
        invitations=Invitations(
            store=store, chat=chat, clock=clock, lets_in=settings.access_mode == "invite"
        ),
        broadcasts=BroadcastCommands(store=store, broadcaster=broadcaster, clock=clock),
        clock=clock,
        admins=settings.admin_user_ids,
    )
    commands = Commands(
        asking_anew=asking_anew,
        store=store,
        eraser=file_parts.eraser,
        quotas=turns.quotas,
        rights=people.rights,
        choosing=Choosing(
            store=store,
            styles=turns.styles,
            prices=prices,
            rights=people.rights,
            speak=people.access.speak,
        ),
        history=History(store=store),
        exporter=Exporter(
            store=store, chat=chat, codec=adapters.codec, max_bytes=settings.max_image_bytes
        ),
        admission=people.admission,
        admin=admin,
        transport=adapters.transport,
        is_openais_own=settings.is_openais_own,
        clock=clock,
        retention_days=settings.file_retention_days,
        files_retired=wake,
    )
    answers = Answers(
        store=store,
        access=people.access,
        commands=commands,
        quotas=turns.quotas,
        speech=turns.speech,
        styles=turns.styles,
        running_turns=turns.running_turns,
        alerts=people.alerts,
        guests=GuestPlaces(store=store, chat=chat),
        clock=clock,
    )
    topics = Topics(store=store, chat=chat, clock=clock)
    pipeline = Pipeline(
        store=store,
        answers=answers,
        records=turns.records,
        asking_anew=asking_anew,
        reply=ReplySender(
            clock=clock,
            store=store,
            chat=chat,
            topics=topics,
            shown=turns.shown,
            explain=people.access.explain_refused_part,
            note_delivered=people.alerts.note_delivered,
        ),
        topics=topics,
        clock=clock,
        files_retired=wake,
    )
    urgent_commands = UrgentCommands(
        asking_anew=asking_anew,
        store=store,
        chat=chat,
        running_turns=turns.running_turns,
        commands=commands,
        access=people.access,
        rights=people.rights,
        clock=clock,
        files_retired=wake,
    )
    return Claims(pipeline=pipeline, urgent_commands=urgent_commands, broadcaster=broadcaster)
