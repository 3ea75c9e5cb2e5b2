"""The screens of /settings: each one message, whose buttons lead to another in its place. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from snapthread.model import Button, Language, OutgoingMessage
from snapthread.model.preferences import (
    DETAILS,
    LENGTHS,
    NORMAL,
    OWN,
    OWN_CHARS,
    Field,
    Offer,
    Preferences,
    find_by_key,
    key_of,
)
from snapthread.texts import LANGUAGES
from snapthread.texts.localizer import Localizer

Screen = Literal["main", "language", "length", "model", "persona", "detail"]
PREFIX: Final = "set:"
CHOSEN: Final = "✓ "
NONE: Final = "none"  # takes a choice back


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTag:
    """The price of a model, in micro-dollars; None: nobody knows. A `file`: a picture that is sent
    as one."""

    message: int | None
    photo: int | None
    file: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTags:
    """Prices to show: of each model, and of each image detail on the model in use."""

    models: dict[str, PriceTag]
    details: dict[str, PriceTag]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button of these screens: another screen, or a choice."""

    screen: Screen = "main"
    field: Field | None = None
    value: str = ""


def choice_in(word: str) -> Choice | None:
    """None for a button of something else."""
    if not word.startswith(PREFIX):
        return None
    name, is_choice, value = word.removeprefix(PREFIX).partition("=")
    for screen in get_args(Screen):
        if name == screen:
            chosen: Field | None = screen if is_choice and screen != "main" else None
            return Choice(screen=screen, field=chosen, value=value)
    return Choice()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsScreens:
    """Screens for one person, or for one group."""

    offer: Offer
    chosen: Preferences
    t: Localizer
    prices: PriceTags
    is_group: bool = False

    def show(self, screen: Screen) -> OutgoingMessage:
        if screen not in self.offered_screens():
            screen = "main"
        match screen:
            case "main":
                return self._main()
            case "language":
                return self._screen(screen, self._tongues())
            case "length":
                return self._screen(screen, [(each, self.t(f"length_{each}")) for each in LENGTHS])
            case "model":
                rows = [self._model_row(model) for model in self._models()]
                options = [(key_of(model), model) for model in self._models()]
                return self._screen(screen, options, rows=rows)
            case "persona":
                return self._screen(screen, self._personas())
            case "detail":
                rows = [self._detail_row(each) for each in DETAILS]
                options = [(each, self.t(f"detail_{each}")) for each in DETAILS]
                return self._screen(screen, options, rows=rows)

    def offered_screens(self) -> tuple[Screen, ...]:
        """No screen, where there is nothing to choose from."""
        offered: list[Screen] = ["language", "length"]
        if len(self._models()) > 1:
            offered.append("model")
        if len(self._personas()) > 1:
            offered.append("persona")
        return (*offered, "detail")

    def value_of(self, field: Field, key: str) -> str | None:
        """The choice of a button; "" for the operator's own, None for what is not offered."""
        if key == NONE:
            return ""
        match field:
            case "language":
                return key if key in LANGUAGES else None
            case "model":
                return find_by_key(key, self._models())
            case "persona":
                return key if key in dict(self._personas()) else None
            case _:
                return self._step(key, LENGTHS if field == "length" else DETAILS)

    def _step(self, key: str, steps: Sequence[str]) -> str | None:
        if key == NORMAL:
            return ""
        return key if key in steps else None

    # ------------------------------------------------------------ the main screen

    def _main(self) -> OutgoingMessage:
        rows = [
            self.t("settings_row", name=self.t(f"settings_{each}"), value=self._now(each))
            for each in self.offered_screens()
        ]
        title = self.t("settings_of_group" if self.is_group else "settings_of_person")
        buttons = [
            Button(text=self.t(f"settings_{each}"), press=f"{PREFIX}{each}")
            for each in self.offered_screens()
        ]
        text = "\n".join([title, "", *rows])
        return OutgoingMessage(text=text, buttons=tuple(buttons), in_row=2)

    def _now(self, screen: Screen) -> str:
        match screen:
            case "language":
                return self._tongue(self.chosen.language) or self.t("settings_language_auto")
            case "model":
                return self.offer.model_of(self.chosen)
            case "persona":
                return dict(self._personas()).get(self._key("persona"), self.t("persona_usual"))
            case "detail":
                return self.t(f"detail_{self._key('detail')}")
            case _:
                return self.t(f"length_{self._key('length')}")

    def _key(self, screen: Screen) -> str:
        """The key of the option that holds now."""
        match screen:
            case "language":
                return self.chosen.language if self.chosen.language in LANGUAGES else NONE
            case "model":
                return key_of(self.offer.model_of(self.chosen))
            case "persona":
                return (
                    self.chosen.persona if self.chosen.persona in dict(self._personas()) else NONE
                )
            case "detail":
                return self.chosen.detail if self.chosen.detail in DETAILS else NORMAL
            case _:
                return self.chosen.length if self.chosen.length in LENGTHS else NORMAL

    # ------------------------------------------------------------ options

    def _screen(
        self,
        screen: Screen,
        options: Iterable[tuple[str, str]],
        *,
        rows: Sequence[str] = (),
    ) -> OutgoingMessage:
        now = self._key(screen)
        buttons = [
            Button(text=f"{CHOSEN if key == now else ''}{name}", press=f"{PREFIX}{screen}={key}")
            for key, name in options
        ]
        back = Button(text=self.t("settings_back"), press=f"{PREFIX}main")
        how = self.t(f"settings_{screen}_how", n=OWN_CHARS)
        text = "\n".join([how, *(["", *rows] if rows else [])])
        return OutgoingMessage(text=text, buttons=(*buttons, back), in_row=1)

    def _tongues(self) -> list[tuple[str, str]]:
        """Each in its own words."""
        tongues = [(language, self._tongue(language)) for language in LANGUAGES]
        return [(NONE, self.t("settings_language_auto")), *tongues]

    def _tongue(self, language: Language) -> str:
        return self.t.texts(language, "language_name") if language in LANGUAGES else ""

    def _models(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.offer.model, *self.offer.models)))

    def _personas(self) -> list[tuple[str, str]]:
        known = [each for each in self.offer.personas if each.speaks(self.t.language)]
        options = [(NONE, self.t("persona_usual")), *[(each.key, each.name) for each in known]]
        if self.offer.has_own_instructions:
            options.append((OWN, self.t("persona_own")))
        return options

    # ------------------------------------------------------------ prices

    def _model_row(self, model: str) -> str:
        price = self.prices.models.get(model)
        if price is None or price.message is None or price.photo is None:
            return self.t("settings_model_unpriced", model=model)
        return self.t(
            "settings_model_price",
            model=model,
            message=self.t.about(price.message),
            photo=self.t.about(price.photo),
        )

    def _detail_row(self, detail: str) -> str:
        price, name = self.prices.details.get(detail), self.t(f"detail_{detail}")
        if price is None or price.photo is None or price.file is None:
            return self.t(
                "settings_detail_unpriced", name=name, what=self.t(f"detail_{detail}_what")
            )
        return self.t(
            "settings_detail_price",
            name=name,
            what=self.t(f"detail_{detail}_what"),
            photo=self.t.about(price.photo),
            file=self.t.about(price.file),
        )
