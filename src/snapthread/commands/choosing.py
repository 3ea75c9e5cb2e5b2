"""/settings, /language and /instructions: what people choose for themselves, and groups' admins
for their group."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import structlog

from snapthread.commands.replies import PressAnswer, reply_with
from snapthread.commands.rights import GroupRights
from snapthread.commands.screens import (
    Choice,
    PriceTag,
    PriceTags,
    Screen,
    SettingsScreens,
)
from snapthread.model import Message, OutgoingMessage
from snapthread.model.people import Caller
from snapthread.model.preferences import DETAILS, OWN, OWN_CHARS, Preferences, owner_of
from snapthread.ports import Choices, PriceList
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome
from snapthread.turn.prices import FILE, PHOTO, message_micros, picture_micros
from snapthread.turn.styles import Styles

log = structlog.get_logger()

CHOICE_COMMANDS: Final = frozenset({"settings", "language", "instructions"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """A choice is kept at once; it holds from the next question on."""

    store: Choices
    styles: Styles
    prices: PriceList
    rights: GroupRights
    speak: Callable[[Message, Preferences], Localizer]

    async def answer(self, message: Message, t: Localizer) -> Outcome:
        if message.word == "instructions":
            return await self._instruct(message, t)
        if not await self.rights.is_admin(message):
            await self.rights.refuse(message, t("group_settings_admins"), "settings")
            return reply_with()
        screen: Screen = "language" if message.word == "language" else "main"
        chosen = await self.store.preferences(owner_of(message))
        return replace(reply_with(), more=(self._screens(message, chosen, t).show(screen),))

    async def press(
        self, press: Message, choice: Choice, caller: Caller, t: Localizer
    ) -> PressAnswer:
        if not await self.rights.is_admin(press):
            return PressAnswer(toast=t("group_settings_admins"))
        screens = self._screens(press, caller.preferences, t)
        if choice.field is None:
            return PressAnswer(screen=screens.show(choice.screen))
        value = screens.value_of(choice.field, choice.value)
        if value is None or choice.screen not in screens.offered_screens():
            return PressAnswer(screen=screens.show(choice.screen), toast=t("settings_stale"))
        if value == OWN and choice.field == "persona" and not caller.preferences.own:
            return PressAnswer(screen=self._how_to_instruct(t, ""))
        chosen = await self.store.choose(owner_of(press), choice.field, value)
        log.info("preference.chosen", field=choice.field)
        t = self.speak(press, chosen)
        screen = self._screens(press, chosen, t).show("main")
        return PressAnswer(screen=screen, toast=t("settings_saved"))

    # ------------------------------------------------------------ one's own instructions

    async def _instruct(self, message: Message, t: Localizer) -> Outcome:
        if not self.styles.offer.has_own_instructions:
            return reply_with(t("unknown_command"))
        if not await self.rights.is_admin(message):
            await self.rights.refuse(message, t("group_settings_admins"), "settings")
            return reply_with()
        owner, text = owner_of(message), message.text.partition(" ")[2].strip()
        if not text:
            chosen = await self.store.preferences(owner)
            return replace(reply_with(), more=(self._how_to_instruct(t, chosen.own),))
        if len(text) > OWN_CHARS:
            return reply_with(t("instructions_too_long", n=OWN_CHARS, used=len(text)))
        await self.store.choose(owner, "own", text)
        await self.store.choose(owner, "persona", OWN)
        log.info("preference.chosen", field="own")
        return reply_with(t("instructions_saved"))

    def _how_to_instruct(self, t: Localizer, own: str) -> OutgoingMessage:
        how = t("instructions_how", n=OWN_CHARS)
        return OutgoingMessage(text=f"{how}\n\n{t('instructions_now', text=own)}" if own else how)

    # ------------------------------------------------------------ prices

    def _screens(self, message: Message, chosen: Preferences, t: Localizer) -> SettingsScreens:
        return SettingsScreens(
            offer=self.styles.offer,
            chosen=chosen,
            t=t,
            prices=self._tags(chosen),
            is_group=not message.is_private,
        )

    def _tags(self, chosen: Preferences) -> PriceTags:
        models = self.styles.offer.every_model
        return PriceTags(
            models={model: self._price(replace(chosen, model=model)) for model in models},
            details={detail: self._price(replace(chosen, detail=detail)) for detail in DETAILS},
        )

    def _price(self, chosen: Preferences) -> PriceTag:
        profile = self.styles.profile_of(chosen)
        return PriceTag(
            message=message_micros(self.prices, profile.model),
            photo=picture_micros(self.prices, profile, PHOTO),
            file=picture_micros(self.prices, profile, FILE),
        )
