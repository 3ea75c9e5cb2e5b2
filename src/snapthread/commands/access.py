"""Access control and localized refusals."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from snapthread.commands.admission import ASK, Admission, invitation_in, sentence_for
from snapthread.commands.confirming import is_about_own_data
from snapthread.commands.membership import ChannelMembers
from snapthread.commands.replies import PressAnswer
from snapthread.commands.rights import refuse_in_group
from snapthread.model import Button, Claim, Language, Message, OutgoingMessage
from snapthread.model.people import AccessMode, Caller, Person
from snapthread.model.preferences import Preferences, owner_of
from snapthread.ports import CallersKnown, Clock, InviteUse, Outbox
from snapthread.texts import LANGUAGES, Texts, language_of
from snapthread.texts.localizer import Localizer, StatedLimits
from snapthread.turn.outcome import Outcome

CHECK_AGAIN: Final = "member_again"
CHOSEN_KEPT: Final = 10_000  # languages that people chose; they are read with each message


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """The operator's choices: the people who may, the language and the limits by default."""

    allowed: frozenset[int] | None  # None: everybody
    admins: frozenset[int]
    language: Language
    limits: StatedLimits
    has_sight: bool = True  # does the model's server look at pictures?
    mode: AccessMode = "open"

    def admits(self, user_id: int, person: Person | None) -> bool:
        """Whatever a ban says."""
        is_named = user_id in self.admins or user_id in (self.allowed or ())
        match self.mode:
            case "open":
                return True
            case "list":
                return is_named
            case "invite":
                return is_named or (person is not None and person.standing == "admitted")

    def may(self, person: Person) -> bool:
        """May they be written to?"""
        is_admin = person.user_id in self.admins
        return is_admin or (not person.is_banned and self.admits(person.user_id, person))


class AccessStore(Outbox, CallersKnown, InviteUse, Protocol):
    """The store as access control needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class AccessControl:
    """Access control: asked before anything costs anything."""

    store: AccessStore
    texts: Texts
    policy: AccessPolicy
    clock: Clock
    admission: Admission
    members: ChannelMembers | None = None  # where a channel is required
    _chosen: dict[str, Language] = field(default_factory=dict, init=False)  # by whose it is

    async def caller(self, message: Message) -> Caller:
        """Whoever writes; from now on the localizer speaks the language that they chose."""
        caller = await self.store.caller(message.user_id, owner_of(message))
        self.speak(message, caller.preferences)
        return caller

    def speak(self, message: Message, chosen: Preferences) -> Localizer:
        """In the language that was chosen, from now on."""
        owner = owner_of(message)
        self._chosen.pop(owner, None)
        if chosen.language in LANGUAGES:
            self._chosen[owner] = chosen.language
        if len(self._chosen) > CHOSEN_KEPT:
            del self._chosen[next(iter(self._chosen))]
        return self.localizer(message)

    def localizer(self, message: Message) -> Localizer:
        """In the language that they chose, as far as it is known here, else in Telegram's."""
        policy = self.policy
        told = language_of(message.language_code, policy.language)
        return Localizer(
            texts=self.texts,
            language=self._chosen.get(owner_of(message), told),
            limits=policy.limits,
        )

    def sentence(self, key: str, language_code: str | None) -> OutgoingMessage:
        """For a whole group, in the language of whoever brings it about."""
        language = language_of(language_code, self.policy.language)
        return OutgoingMessage(text=self.texts(language, key))

    def queue_full(self, message: Message) -> OutgoingMessage:
        """The sentence where a conversation has as many messages waiting as it may have."""
        return OutgoingMessage(text=self.localizer(message)("queue_full"))

    def explain_refused_part(self, claim: Claim) -> OutgoingMessage:
        """In the words of whoever asked; where that is not known any more, in the bot's."""
        if claim.messages:
            return OutgoingMessage(text=self.localizer(claim.messages[0])("part_refused"))
        return OutgoingMessage(text=self.texts(self.policy.language, "part_refused"))

    async def refusal(self, message: Message, caller: Caller) -> Outcome | None:
        """The reason for somebody who is not served; it costs nothing. What is stored about them
        they may see and delete all the same."""
        is_own = is_about_own_data(message)
        if is_own and message.is_private:
            return None
        reason, t = await self._reason(message, caller), self.localizer(message)
        if reason is None:
            return None
        if not message.is_private and not message.is_guest:
            text = t(f"group_{reason}", name=message.sender_name)
            if is_own:
                text = t("group_in_private", command=f"/{message.word}")
            return await self.refuse_in_group(message, text, reason)
        sentence = self._sentence(message, caller, t, reason)
        if caller.person is not None and caller.person.standing not in {"asked", "refused"}:
            sentence = replace(sentence, text=f"{sentence.text}\n\n{t('still_yours')}")
        more = (sentence,)
        return Outcome(result="refused", reason=reason, more=more)

    async def _reason(self, message: Message, caller: Caller) -> str | None:
        """None where they may. A ban wins over everything, except for admins."""
        user_id = message.user_id
        if user_id in self.policy.admins:
            return None
        if caller.is_banned:
            return "banned"
        if not self.policy.admits(user_id, caller.person) and not await self._use_invite(message):
            return "stranger"
        return await self._channel_reason(user_id)

    async def _use_invite(self, message: Message) -> bool:
        """Let them in by the link that they came by just now."""
        code = invitation_in(message) if self.policy.mode == "invite" else ""
        if not code:
            return False
        name = message.sender_name
        return await self.store.use_invite(code, message.user_id, name, self.clock())

    async def _channel_reason(self, user_id: int, *, anew: bool = False) -> str | None:
        if self.members is None:
            return None
        found = await self.members.look(user_id, anew=anew)
        return {"member": None, "none": "no_member", "unknown": "member_unknown"}[found]

    def _sentence(
        self, message: Message, caller: Caller, t: Localizer, reason: str
    ) -> OutgoingMessage:
        if reason == "stranger" and self.policy.mode == "invite":
            can_ask = bool(self.policy.admins)
            return sentence_for(caller, t, message.user_id, can_ask=can_ask)
        text = t(reason, user_id=message.user_id)
        if self.members is None or reason not in {"no_member", "member_unknown"}:
            return OutgoingMessage(text=text)
        join = Button(text=t("channel_join"), url=self.members.channel.link)
        again = Button(text=t("channel_again"), press=CHECK_AGAIN)
        return OutgoingMessage(text=text, buttons=(join, again), in_row=1)

    async def press(self, press: Message, caller: Caller) -> PressAnswer | None:
        """A button below a refusal; None for any other."""
        t = self.localizer(press)
        if press.word not in {ASK, CHECK_AGAIN} or caller.is_banned or not press.is_private:
            return None
        if press.word == ASK and self.policy.mode == "invite":
            return await self.admission.ask(press, t)
        if press.word == CHECK_AGAIN and self.policy.admits(press.user_id, caller.person):
            return await self._check_again(press, t)
        return None

    async def _check_again(self, press: Message, t: Localizer) -> PressAnswer:
        reason = await self._channel_reason(press.user_id, anew=True)
        if reason is None:
            return PressAnswer(screen=OutgoingMessage(text=t("channel_welcome")))
        return PressAnswer(toast=t(f"{reason}_toast"))

    def unseen(self, questions: Sequence[Message], t: Localizer) -> Outcome | None:
        """Photos that no model will look at get a sentence before they cost anything."""
        replied = (question.reply.image for question in questions if question.reply)
        shown = (picture for question in questions for picture in question.images)
        if self.policy.has_sight or not any((*shown, *replied)):
            return None
        return Outcome(result="refused", reason="unsupported", texts=(t("images_not_seen"),))

    async def refuse_in_group(self, message: Message, text: str, reason: str) -> Outcome:
        await refuse_in_group(self.store, message, text, "access", self.clock())
        return Outcome(result="refused", reason=reason)
