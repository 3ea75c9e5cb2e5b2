"""The sentences for one person: each failure and outcome in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from snapthread.errors import (
    AlbumTooLarge,
    SnapthreadError,
)
from snapthread.faults import FileFault, SoundFault
from snapthread.limits import PIXELS_MAX
from snapthread.model import (
    FileKind,
    Language,
    LostFile,
    Message,
    PageChoice,
    TelegramDocument,
    TelegramFile,
)
from snapthread.model.quotas import Limit, LimitExceeded
from snapthread.model.usage import minutes
from snapthread.texts import Texts
from snapthread.texts.failures import OF_DOCUMENTS, SAY_IT_ALL, SENTENCES
from snapthread.texts.numbers import MEGA, amount

# What helps where waiting does not; of money there is another sentence.
_ALONE: dict[Limit, str] = {
    "user_daily_messages": "over_alone_images",
    "user_daily_images": "over_alone_images",
    "user_daily_documents": "over_alone_documents",
    "user_daily_voice": "over_alone_voice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedLimits:
    """The operator's limits that sentences name. `has_hearing`: sounds are transcribed."""

    image_mb: float = 20
    storage_mb: float = 0
    voice_minutes: int = 0
    sound_mb: float = 20
    document_mb: float = 20
    has_hearing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Localizer:
    """The sentences for one person."""

    texts: Texts
    language: Language
    limits: StatedLimits = StatedLimits()

    def __call__(self, key: str, **fields: object) -> str:
        return self.texts(self.language, key, **fields)

    def help(self) -> str:
        """The list of what works here, with every command of the menu."""
        return self(
            "help",
            limit_mb=self.limits.image_mb,
            document_mb=self.limits.document_mb,
            voice=f"{self('help_voice')}\n" if self.limits.has_hearing else "",
            commands=self._menu(),
        )

    def _menu(self) -> str:
        """Every command of the bot's menu, a line each."""
        menu = self.texts.commands(self.language)
        return "\n".join(f"/{name} – {description}" for name, description in menu)

    def money(self, micros: int) -> str:
        return self("money", amount=self.decimal(amount(micros)))

    def about(self, micros: int) -> str:
        """A sum of money to two digits."""
        digits = max(0, len(str(micros)) - 2)
        return self.money(round(micros, -digits))

    def decimal(self, number: str) -> str:
        """An English number in the way of the language."""
        return self.texts.by_language[self.language].decimal(number)

    def unsupported(self, kind: str) -> str:
        return self.texts.unsupported(self.language, kind)

    def refusals(self, messages: Sequence[Message]) -> tuple[str, ...]:
        """A sentence for each kind of message that is no part of a question: not supported, or a
        picture where none is looked at."""
        kinds = dict.fromkeys(part.word for part in messages if part.kind == "unsupported")
        has_unseen = any(part.kind == "question" for part in messages)
        return (*map(self.unsupported, kinds), *[self("images_not_seen")] * has_unseen)

    def reset(self, files: int) -> str:
        done = self("reset_done")
        return f"{done}\n{self('reset_deleting', n=files)}" if files else done

    def fault(self, fault: FileFault, choice: PageChoice | None = None) -> str:
        is_document = fault.kind == "document"
        why = "too_many_pages" if choice and fault.fault == "too_long" else fault.fault
        return self(
            f"{fault.kind}_{why}",
            limit_mb=self.limits.document_mb if is_document else self.limits.image_mb,
            limit_mp=PIXELS_MAX // MEGA,
            storage_mb=self.limits.storage_mb,
            n=choice.pages if choice else 0,
            fits=choice.fits if choice else 0,
        )

    def faults(
        self, faults: Sequence[FileFault], file_count: int, choice: PageChoice | None = None
    ) -> str:
        """One file: why. Several: how many, and each reason once."""
        reasons = [self.fault(fault, choice) for fault in dict.fromkeys(faults)]
        if file_count == 1:
            return reasons[0]
        has_documents = any(fault.kind == "document" for fault in faults)
        key = "files_unusable" if has_documents else "images_unusable"
        return self(key, n=len(faults), m=file_count, reasons=" ".join(reasons))

    def sound_fault(self, fault: SoundFault) -> str:
        return self(f"sound_{fault}", n=self.limits.voice_minutes, limit_mb=self.limits.sound_mb)

    def limit_reached(self, exceeded: LimitExceeded) -> str:
        """The limit, how much of it is used, when it opens; what helps where waiting does not."""
        is_money = exceeded.limit.endswith("cost")
        amounts = {"allowed": exceeded.allowed, "used": exceeded.used, "wanted": exceeded.wanted}
        if exceeded.limit == "user_daily_voice":
            amounts = {key: minutes(seconds) for key, seconds in amounts.items()}
        shown = {key: self.money(n) if is_money else n for key, n in amounts.items()}
        opens = self("moment", at=exceeded.opens_at)
        sentence = self(f"over_{exceeded.limit}", n=amounts["allowed"], opens=opens, **shown)
        if exceeded.wanted <= exceeded.allowed:
            return sentence
        return f"{sentence} {self(_ALONE.get(exceeded.limit, 'over_alone_cost'))}"

    def stopped(self, unseen: Sequence[TelegramFile]) -> str:
        """Before the first word; files that were not there yet are not kept, but asked again."""
        if not unseen:
            return self("stopped_early")
        key = "files_not_kept" if _has_documents(unseen) else "photos_not_kept"
        not_kept = self(key, n=len(unseen), button=self("again_retry"))
        return f"{self('stopped_early')} {not_kept}"

    def lost(self, files: Sequence[LostFile]) -> tuple[str, ...]:
        return self._of_each_kind(files, {"image": "photos_lost", "document": "documents_lost"})

    def forgotten(self, files: Sequence[LostFile]) -> tuple[str, ...]:
        return self._of_each_kind(files, {"image": "forgotten", "document": "forgotten_documents"})

    def _of_each_kind(
        self, files: Sequence[LostFile], keys: Mapping[FileKind, str]
    ) -> tuple[str, ...]:
        """A sentence for the images, and one for the documents."""
        labels = {kind: sorted(one.label for one in files if one.kind == kind) for kind in keys}
        return tuple(
            self(keys[kind], n=len(known), labels=", ".join(map(str, known)))
            for kind, known in labels.items()
            if known
        )

    def away(self, files: Sequence[LostFile]) -> tuple[str, ...]:
        return self._of_each_kind(files, {"image": "photos_away", "document": "documents_away"})

    def away_now(self, files: Sequence[LostFile]) -> tuple[str, ...]:
        """The same, of a turn without an answer that they could be missing from."""
        keys: dict[FileKind, str] = {"image": "photos_away_now", "document": "documents_away_now"}
        return self._of_each_kind(files, keys)

    def cut(self, reason: str) -> str:
        """The sentence below an answer that was cut; one cut at its length has a button there."""
        if reason == "content_filter":
            return self("cut_by_filter")
        return self("cut_at_length", button=self("again_continue"))

    def failure(
        self,
        error: SnapthreadError,
        files: Sequence[TelegramFile],
        *,
        operator_told: bool = False,
        sound: bool = False,
        is_chosen: bool = False,
        can_retry: bool = False,
    ) -> str:
        """`is_chosen`: the model was, by a person or a persona. `can_retry`: by a button, which
        brings the files along."""
        key = SENTENCES[type(error)]
        if is_chosen and key == "model_gone":
            key = "model_chosen_gone"
        if _has_documents(files) and key in OF_DOCUMENTS:
            key = OF_DOCUMENTS[key]
        if sound and key == "download_failed":
            key = "sound_download_failed"
        limit = error.limit if isinstance(error, AlbumTooLarge) else 0
        sentence = self(key, n=limit or max(len(files), 1))
        if operator_told:
            sentence = f"{sentence} {self('operator_told')}"
        if not files or can_retry or key in SAY_IT_ALL:
            return sentence
        return f"{sentence} {self(_send_again(files), n=len(files))}"


def _send_again(files: Sequence[TelegramFile]) -> str:
    return "files_failed_send_again" if _has_documents(files) else "photos_failed_send_again"


def _has_documents(files: Sequence[TelegramFile]) -> bool:
    return any(isinstance(file, TelegramDocument) for file in files)
