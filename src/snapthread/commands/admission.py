"""ACCESS=invite: a stranger asks to be let in and an admin decides, or a link brings them."""

from dataclasses import dataclass
from typing import Final

from snapthread.commands.replies import PressAnswer
from snapthread.model import (
    Button,
    Destination,
    Message,
    OutgoingMessage,
    private_conversation,
)
from snapthread.model.people import Caller, Note, Person
from snapthread.ports import AdmissionRequests, Clock
from snapthread.texts import LANGUAGES, Texts
from snapthread.texts.localizer import Localizer

ASK: Final = "let_me_in"
ADMIT: Final = "admit:"
REFUSE: Final = "refuse:"


def invitation_in(message: Message) -> str:
    """The code of a link: t.me/<bot>?start=<code> arrives as /start and the code."""
    is_start = message.kind == "command" and message.word == "start"
    return message.text.partition(" ")[2].strip()[:64] if is_start else ""


def sentence_for(caller: Caller, t: Localizer, user_id: int, *, can_ask: bool) -> OutgoingMessage:
    """For a stranger, where an admin can let them in."""
    standing = caller.person.standing if caller.person else ""
    if standing in {"asked", "refused"}:
        return OutgoingMessage(text=t(f"stranger_{standing}", user_id=user_id))
    text = t("stranger", user_id=user_id)
    ask = Button(text=t("stranger_ask"), press=ASK)
    return OutgoingMessage(text=text, buttons=(ask,) if can_ask else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Asked once, decided once."""

    store: AdmissionRequests
    texts: Texts
    clock: Clock
    admins: frozenset[int]
    language: str

    async def ask(self, press: Message, t: Localizer) -> PressAnswer:
        """The button below the stranger's sentence."""
        user_id, name = press.user_id, press.sender_name
        notes = [self._request(admin, user_id, name) for admin in sorted(self.admins)]
        before = await self.store.ask_in(
            user_id, name, self.clock(), language=t.language, notes=notes
        )
        key = {"refused": "stranger_refused", "admitted": "admission_in"}.get(
            before, "stranger_asked"
        )
        return PressAnswer(screen=OutgoingMessage(text=t(key, user_id=user_id)))

    def _request(self, admin: int, user_id: int, name: str) -> Note:
        """In the bot's language: an admin's own is not known here."""
        texts, language = self.texts, self.language
        buttons = (
            Button(text=texts(language, "admission_admit"), press=f"{ADMIT}{user_id}"),
            Button(text=texts(language, "admission_refuse"), press=f"{REFUSE}{user_id}"),
        )
        text = texts(language, "admission_request", name=name or "?", user_id=user_id)
        return Note(
            conversation=private_conversation(admin),
            to=Destination(chat_id=admin),
            outgoing=OutgoingMessage(text=text, buttons=buttons),
        )

    async def decide(self, press: Message, t: Localizer) -> PressAnswer:
        """An admin's button; whoever presses second sees what was decided."""
        admit, user_id = press.word.startswith(ADMIT), _user_id(press.word)
        known = await self.store.person(user_id)
        notes = [self._answer(known, admit)] if known else []
        before = await self.store.decide(
            user_id, self.clock(), by=press.user_id, admit=admit, notes=notes
        )
        if before is None or not before.standing:
            return PressAnswer(screen=OutgoingMessage(text=t("admission_gone", user_id=user_id)))
        if before.standing == "asked":
            key = "admission_admitted" if admit else "admission_refused"
            return PressAnswer(screen=_about(before, t, key))
        key = f"admission_already_{before.standing}"
        toast = t("admission_already") if before.decided_by != press.user_id else ""
        return PressAnswer(screen=_about(before, t, key), toast=toast)

    def _answer(self, person: Person, admit: bool) -> Note:
        """In the language in which they asked."""
        key = "admission_in" if admit else "stranger_refused"
        language = person.language if person.language in LANGUAGES else self.language
        text = self.texts(language, key, user_id=person.user_id)
        return Note(
            conversation=private_conversation(person.user_id),
            to=Destination(chat_id=person.user_id),
            outgoing=OutgoingMessage(text=text),
        )


def _about(person: Person, t: Localizer, key: str) -> OutgoingMessage:
    return OutgoingMessage(text=t(key, name=person.name or "?", user_id=person.user_id))


def _user_id(word: str) -> int:
    number = word.partition(":")[2]
    return int(number) if number.isascii() and number.isdigit() else 0
