"""Access control and localized refusals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from snapthread.model import Claim, Language, Message, OutgoingMessage
from snapthread.ports import Clock, Outbox
from snapthread.texts import Texts, language_of
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome

REFUSED_EVERY_S: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """The operator's choices: the people who may, the language and the limits by default."""

    allowed: frozenset[int] | None  # None: everybody
    admins: frozenset[int]
    language: Language
    limit_mb: float
    storage_mb: float = 0
    voice_minutes: int = 0
    document_mb: float = 20
    sound_mb: float = 20
    hears: bool = True
    has_sight: bool = True  # does the model's server look at pictures?

    def admits(self, user_id: int) -> bool:
        return self.allowed is None or user_id in self.allowed | self.admins


@dataclass(slots=True, kw_only=True, eq=False)
class AccessControl:
    """Access control: asked before anything costs anything."""

    store: Outbox
    texts: Texts
    policy: AccessPolicy
    clock: Clock

    def localizer(self, message: Message) -> Localizer:
        policy = self.policy
        return Localizer(
            texts=self.texts,
            language=language_of(message.language_code, policy.language),
            limit_mb=policy.limit_mb,
            storage_mb=policy.storage_mb,
            voice_minutes=policy.voice_minutes,
            sound_mb=policy.sound_mb,
            document_mb=policy.document_mb,
            hears=policy.hears,
        )

    def sentence(self, key: str, language_code: str | None) -> OutgoingMessage:
        """For a whole group, in the language of whoever brings it about."""
        language = language_of(language_code, self.policy.language)
        return OutgoingMessage(text=self.texts(language, key))

    def queue_full(self, message: Message) -> OutgoingMessage:
        """Told where a conversation has as many messages waiting as it may have."""
        return OutgoingMessage(text=self.localizer(message)("mailbox_full"))

    def explain_refused_part(self, claim: Claim) -> OutgoingMessage:
        """In the words of whoever asked; where that is not known any more, in the bot's."""
        asked = claim.messages[0].language_code if claim.messages else None
        language = language_of(asked, self.policy.language)
        return OutgoingMessage(text=self.texts(language, "part_refused"))

    async def refusal(self, message: Message, t: Localizer) -> Outcome | None:
        """The reason for somebody who is not served; it costs nothing."""
        if self.policy.admits(message.user_id):
            return None
        if not message.is_private and not message.is_guest:
            text = t("group_stranger", name=message.sender_name)
            return await self.refuse_in_group(message, text, "stranger")
        text = t("stranger", user_id=message.user_id)
        return Outcome(result="refused", reason="stranger", texts=(text,))

    def unseen(self, questions: Sequence[Message], t: Localizer) -> Outcome | None:
        """Photos that no model will look at get a sentence before they cost anything."""
        replied = (question.reply.image for question in questions if question.reply)
        shown = (picture for question in questions for picture in question.images)
        if self.policy.has_sight or not any((*shown, *replied)):
            return None
        return Outcome(result="refused", reason="unsupported", texts=(t("images_not_seen"),))

    async def refuse_in_group(self, message: Message, text: str, reason: str) -> Outcome:
        """The others there need not read it again and again: once an hour for each person."""
        await self.store.enqueue(
            message.conversation,
            replace(message.destination, reply_to=message.message_id),
            OutgoingMessage(text=text, seen_by=message.person_in_group),
            self.clock(),
            once=f"refused:{message.chat_id}:{message.user_id}",
            again_after_s=REFUSED_EVERY_S,
        )
        return Outcome(result="refused", reason=reason)
