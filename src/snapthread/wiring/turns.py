"""A turn: question in, answer out."""

from dataclasses import dataclass

from snapthread.ports import PriceList
from snapthread.reply.draft import Drafts
from snapthread.reply.shown import ShownMessages
from snapthread.settings import Settings
from snapthread.turn.asker import Asker
from snapthread.turn.composer import Composer
from snapthread.turn.costs import Costs
from snapthread.turn.estimate import Estimator
from snapthread.turn.items import ItemBuilder
from snapthread.turn.overheard import Overheard
from snapthread.turn.question_limits import QuestionLimits
from snapthread.turn.question_reader import QuestionReader
from snapthread.turn.quotas import Quotas
from snapthread.turn.records import TurnRecords
from snapthread.turn.request import RequestBuilder
from snapthread.turn.runner import TurnRunner
from snapthread.turn.running import RunningTurns
from snapthread.turn.speech import SpeechProfile, SpeechReader
from snapthread.turn.styles import Styles
from snapthread.wiring.file_components import FileComponents
from snapthread.wiring.people import PeopleComponents
from snapthread.wiring.profiles import request_profile, speech_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnComponents:
    """The components that answer a question, as far as others need them."""

    quotas: Quotas
    records: TurnRecords
    speech: SpeechProfile
    styles: Styles
    overheard: Overheard
    shown: ShownMessages
    running_turns: RunningTurns


async def build_turns(
    file_components: FileComponents, people: PeopleComponents, settings: Settings, prices: PriceList
) -> TurnComponents:
    adapters, texts = file_components.adapters, people.texts
    store, clock = adapters.store, adapters.clock
    profile = request_profile(settings, texts)
    speech = speech_profile(settings)
    costs = Costs(prices=prices, speech=speech)
    quotas = Quotas(
        store=store,
        costs=costs,
        estimator=Estimator(store=store, costs=costs, clock=clock),
        installation=await store.installation(),
        clock=clock,
        profile=profile,
        models=settings.offer.every_model,
        limits=settings.limits,
        admins=settings.admin_user_ids,
    )
    overheard, shown = Overheard(most=settings.group_context), ShownMessages()
    mode, chat = settings.streaming_mode, adapters.chat
    running_turns = RunningTurns(
        turn_runner=build_turn_runner(file_components, people, settings, quotas, overheard),
        drafts=Drafts(store=store, chat=chat, shown=shown, mode=mode),
        localizer=people.access.localizer,
    )
    return TurnComponents(
        quotas=quotas,
        records=TurnRecords(store=store, costs=costs, model=profile.model, clock=clock),
        speech=speech,
        styles=Styles(offer=settings.offer, base=profile, t=texts.model),
        overheard=overheard,
        shown=shown,
        running_turns=running_turns,
    )


def build_turn_runner(
    file_components: FileComponents,
    people: PeopleComponents,
    settings: Settings,
    quotas: Quotas,
    overheard: Overheard,
) -> TurnRunner:
    adapters, t, bounds = file_components.adapters, people.texts.model, file_components.bounds
    items = ItemBuilder(quotas=quotas, t=t, clock=adapters.clock)
    reader = QuestionReader(
        store=adapters.store,
        importer=file_components.importer,
        speech=SpeechReader(
            chat=adapters.chat,
            transcriber=adapters.transcriber,
            sounds=adapters.sounds,
            profile=speech_profile(settings),
        ),
        limits=QuestionLimits(quotas=quotas, bounds=bounds),
        overheard=overheard,
    )
    composer = Composer(
        store=adapters.store,
        restorer=file_components.restorer,
        items=items,
        quotas=quotas,
        bounds=bounds,
        overheard=overheard,
        clock=adapters.clock,
    )
    asker = Asker(
        composer=composer,
        requests=RequestBuilder(
            quotas=quotas, t=t, installation=quotas.installation, overheard=overheard
        ),
        healing=file_components.healing,
        assistant=adapters.assistant,
    )
    return TurnRunner(reader=reader, composer=composer, asker=asker, items=items)
