"""A turn: question in, answer out."""

from dataclasses import dataclass

from snapthread.ports import PriceList
from snapthread.reply.draft import Drafts
from snapthread.reply.shown import ShownParts
from snapthread.settings import Settings
from snapthread.turn.overheard import Overheard
from snapthread.turn.quotas import Quotas
from snapthread.turn.runner import TurnRunner
from snapthread.turn.running import RunningTurns
from snapthread.turn.speech import SpeechReader
from snapthread.turn.styles import Styles
from snapthread.wiring.maintenance import Maintenance
from snapthread.wiring.people import People
from snapthread.wiring.profiles import context_bounds, request_profile, speech_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """The parts that answer a question, as far as others need them."""

    quotas: Quotas
    styles: Styles
    overheard: Overheard
    shown: ShownParts
    running_turns: RunningTurns


async def build_turns(
    maintenance: Maintenance, people: People, settings: Settings, prices: PriceList
) -> Turns:
    adapters, texts = maintenance.adapters, people.texts
    store, chat, clock = adapters.store, adapters.chat, adapters.clock
    installation = await store.installation()
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
    styles = Styles(offer=settings.offer, base=request_profile(settings, texts), t=texts.model)
    overheard = Overheard(most=settings.group_context)
    turn_runner = TurnRunner(
        store=store,
        importer=maintenance.importer,
        speech=SpeechReader(
            chat=chat,
            transcriber=adapters.transcriber,
            sounds=adapters.sounds,
            profile=speech_profile(settings),
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
    shown = ShownParts()
    running_turns = RunningTurns(
        turn_runner=turn_runner,
        drafts=Drafts(store=store, chat=chat, shown=shown, mode=settings.streaming_mode),
        localizer=people.access.localizer,
    )
    return Turns(
        quotas=quotas,
        styles=styles,
        overheard=overheard,
        shown=shown,
        running_turns=running_turns,
    )
