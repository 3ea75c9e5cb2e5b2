"""People: who may use the bot, and what admins hear."""

from dataclasses import dataclass

from snapthread.commands.access import AccessControl
from snapthread.commands.admission import Admission
from snapthread.commands.rights import GroupRights
from snapthread.reply.alerts import Alerts
from snapthread.settings import Settings
from snapthread.texts import Texts
from snapthread.wiring.adapters import Adapters
from snapthread.wiring.profiles import access_policy, channel_members


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleComponents:
    """The components that know who may use the bot, as far as others need them."""

    texts: Texts
    alerts: Alerts
    admission: Admission
    access: AccessControl
    rights: GroupRights


def build_people(adapters: Adapters, settings: Settings, texts: Texts) -> PeopleComponents:
    store, chat, clock = adapters.store, adapters.chat, adapters.clock
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
        members=channel_members(settings, chat, alerts),
    )
    rights = GroupRights(store=store, chat=chat, clock=clock)
    return PeopleComponents(
        texts=texts, alerts=alerts, admission=admission, access=access, rights=rights
    )
