"""What the bot says for each outcome, in the person's language: our failures, their sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from snapthread.errors import (
    AssistantBusy,
    AssistantDenied,
    AssistantMisused,
    AssistantRefused,
    ChatBusy,
    ContextTooLong,
    EmptyAnswer,
    FilesBusy,
    FilesGone,
    ImageFault,
    ImageRefused,
    OutOfCredit,
    SnapthreadError,
)
from snapthread.limits import PIXELS_MAX
from snapthread.model import Language, Message
from snapthread.texts import Texts, language_of
from snapthread.usage import LimitExceeded

MEGA = 1_000_000

# Which sentence a failed turn ends with. What is not here is unexpected.
SENTENCES: dict[type[SnapthreadError], str] = {
    AssistantBusy: "busy",
    FilesBusy: "busy",
    ChatBusy: "download_failed",
    OutOfCredit: "out_of_credit",
    AssistantDenied: "denied",
    AssistantMisused: "denied",
    AssistantRefused: "refused_by_policy",
    ContextTooLong: "context_too_long",
    EmptyAnswer: "empty_answer",
    FilesGone: "image_refused",
    ImageRefused: "image_refused",
}
# Who else must hear of it: the sentence for the admins.
ALERTS: dict[type[SnapthreadError], str] = {
    OutOfCredit: "admin_out_of_credit",
    AssistantDenied: "admin_assistant_denied",
    AssistantMisused: "admin_assistant_denied",
}
SAY_IT_ALL = frozenset({"download_failed", "image_refused"})  # they say "send it again" themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Localizer:
    """The sentences for one person."""

    texts: Texts
    language: Language
    limit_mb: float
    storage_mb: float = 0

    @classmethod
    def of(
        cls,
        message: Message,
        texts: Texts,
        default: Language,
        limit_mb: float,
        storage_mb: float,
    ) -> "Localizer":
        language = language_of(message.language_code, default)
        return cls(texts=texts, language=language, limit_mb=limit_mb, storage_mb=storage_mb)

    def __call__(self, key: str, **fields: object) -> str:
        return self.texts(self.language, key, **fields)

    def command(self, word: str) -> str:
        known = {"start": "start", "help": "help"}
        return self(known.get(word, "unknown_command"), limit_mb=f"{self.limit_mb:g}")

    def unsupported(self, kind: str) -> str:
        return self.texts.unsupported(self.language, kind)

    def reset(self, files: int) -> str:
        done = self("reset_done")
        return f"{done}\n{self('reset_deleting', n=files)}" if files else done

    def fault(self, fault: ImageFault) -> str:
        limits = {
            "limit_mb": f"{self.limit_mb:g}",
            "limit_mp": PIXELS_MAX // MEGA,
            "storage_mb": f"{self.storage_mb:g}",
        }
        return self(f"image_{fault}", **limits)

    def faults(self, faults: Sequence[ImageFault], pictures: int) -> str:
        """One image: why. Several: how many, and each reason once."""
        reasons = [self.fault(fault) for fault in dict.fromkeys(faults)]
        if pictures == 1:
            return reasons[0]
        return self("images_unusable", n=len(faults), m=pictures, reasons=" ".join(reasons))

    def over(self, over: LimitExceeded) -> str:
        """Which limit, how much of it is used, when it opens; what helps where waiting does not."""
        is_money = over.limit.endswith("cost")
        amounts = {"allowed": over.allowed, "used": over.used, "wanted": over.wanted}
        shown = {key: dollars(n) if is_money else n for key, n in amounts.items()}
        opens = f"{over.opens_at:%Y-%m-%d %H:%M} UTC"
        sentence = self(f"over_{over.limit}", n=over.allowed, opens=opens, **shown)
        if over.wanted <= over.allowed:
            return sentence
        return f"{sentence} {self('over_alone_cost' if is_money else 'over_alone_images')}"

    def stopped(self, unseen: int) -> str:
        """Before the first word; pictures that were not there yet are not kept."""
        if not unseen:
            return self("stopped_early")
        return f"{self('stopped_early')} {self('photos_failed_send_again', n=unseen)}"

    def cut(self, reason: str) -> str:
        return self("cut_by_filter" if reason == "content_filter" else "cut_at_length")

    def failure(self, error: SnapthreadError, pictures: int) -> str:
        key = SENTENCES[type(error)]
        sentence = self(key, n=max(pictures, 1))
        if not pictures or key in SAY_IT_ALL:
            return sentence
        return f"{sentence} {self('photos_failed_send_again', n=pictures)}"


def dollars(micros: int) -> str:
    """To the cent; where that would hide something, to the micro-dollar."""
    cents, rest = divmod(micros, 10_000)
    if not rest or micros >= 10 * MEGA:
        return f"${cents // 100}.{cents % 100:02}"
    return f"${micros // MEGA}.{micros % MEGA:06}".rstrip("0")
