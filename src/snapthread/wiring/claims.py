"""A claim: commands, the pipeline, and what waits for no question."""

from dataclasses import dataclass

from snapthread.answers import Answers
from snapthread.commands.asking_anew import AskingAnew
from snapthread.commands.broadcaster import Broadcaster
from snapthread.intake.urgent import UrgentCommands
from snapthread.pipeline import Pipeline
from snapthread.ports import PriceList
from snapthread.reply.guests import GuestPlaceholders
from snapthread.reply.reply import ReplySender
from snapthread.reply.topics import Topics
from snapthread.settings import Settings
from snapthread.wiring.commands import build_commands
from snapthread.wiring.file_components import FileComponents
from snapthread.wiring.people import PeopleComponents
from snapthread.wiring.turns import TurnComponents


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimComponents:
    """The components that serve a claim, as far as the loops need them."""

    pipeline: Pipeline
    urgent_commands: UrgentCommands
    broadcaster: Broadcaster


def build_claims(
    file_components: FileComponents,
    people: PeopleComponents,
    turns: TurnComponents,
    settings: Settings,
    prices: PriceList,
) -> ClaimComponents:
    adapters, wake = file_components.adapters, file_components.housekeeping.wake
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
    commands, presses = build_commands(
        file_components,
        people,
        turns,
        settings,
        prices,
        asking_anew=asking_anew,
        broadcaster=broadcaster,
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
        guests=GuestPlaceholders(store=store, chat=chat),
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
        presses=presses,
        access=people.access,
        rights=people.rights,
        clock=clock,
        files_retired=wake,
    )
    return ClaimComponents(
        pipeline=pipeline, urgent_commands=urgent_commands, broadcaster=broadcaster
    )
