"""Commands, and the buttons below them."""

from snapthread.commands.admin import AdminCommands
from snapthread.commands.asking_anew import AskingAnew
from snapthread.commands.broadcast_commands import BroadcastCommands
from snapthread.commands.broadcaster import Broadcaster
from snapthread.commands.choosing import Choosing
from snapthread.commands.commands import Commands
from snapthread.commands.exporter import Exporter
from snapthread.commands.history import History
from snapthread.commands.invitations import InviteCommands
from snapthread.commands.presses import Presses
from snapthread.ports import PriceList
from snapthread.settings import Settings
from snapthread.wiring.file_components import FileComponents
from snapthread.wiring.people import PeopleComponents
from snapthread.wiring.turns import TurnComponents


def build_commands(
    file_components: FileComponents,
    people: PeopleComponents,
    turns: TurnComponents,
    settings: Settings,
    prices: PriceList,
    *,
    asking_anew: AskingAnew,
    broadcaster: Broadcaster,
) -> tuple[Commands, Presses]:
    adapters, wake = file_components.adapters, file_components.housekeeping.wake
    store, chat, clock = adapters.store, adapters.chat, adapters.clock
    admin = AdminCommands(
        store=store,
        quotas=turns.quotas,
        invitations=InviteCommands(
            store=store, chat=chat, clock=clock, lets_in=settings.access_mode == "invite"
        ),
        broadcasts=BroadcastCommands(store=store, broadcaster=broadcaster, clock=clock),
        clock=clock,
        admins=settings.admin_user_ids,
    )
    choosing = Choosing(
        store=store,
        styles=turns.styles,
        prices=prices,
        rights=people.rights,
        speak=people.access.speak,
    )
    history = History(store=store)
    commands = Commands(
        asking_anew=asking_anew,
        store=store,
        quotas=turns.quotas,
        rights=people.rights,
        choosing=choosing,
        history=history,
        exporter=Exporter(
            store=store, chat=chat, codec=adapters.codec, max_bytes=settings.max_image_bytes
        ),
        admin=admin,
        transport=adapters.transport,
        is_openais_own=settings.is_openais_own,
        clock=clock,
        retention_days=settings.file_retention_days,
        files_retired=wake,
    )
    presses = Presses(
        store=store,
        eraser=file_components.eraser,
        rights=people.rights,
        choosing=choosing,
        history=history,
        admission=people.admission,
        admin=admin,
        clock=clock,
        files_retired=wake,
    )
    return commands, presses
