"""Measures one attempt at a question: what came in, what was asked, how long each stage took."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from snapthread.clock import ms_since, now_s
from snapthread.faults import FileFault
from snapthread.model import TelegramFile, TelegramImage, Usage
from snapthread.model.quotas import Limits
from snapthread.model.request_profile import RequestProfile
from snapthread.model.usage import SentImage
from snapthread.ports import Image


@dataclass(slots=True, kw_only=True)
class Meter:
    """Every step records here what it did; no content. Made inside the event loop."""

    id: str = field(default_factory=lambda: secrets.token_hex(8))
    began_s: float = field(default_factory=now_s)
    profile: RequestProfile | None = None  # what it is asked with; None: the operator's choice
    limits: Limits | None = None  # that hold for whoever asks, where they are known already
    question_images: tuple[TelegramImage, ...] = ()
    looks_for_small_text: bool = False  # the person may be told, once, what helps
    messages: int = 0  # admitted
    images: int = 0  # admitted
    documents: int = 0  # admitted
    seen: dict[TelegramImage, SentImage] = field(default_factory=dict)
    bytes_in: int = 0
    bytes_uploaded: int = 0
    requests: int = 0
    images_in_requests: int = 0
    image_tokens: int = 0
    answers: list[Usage] = field(default_factory=list)  # as the API counted them
    broken: list[Usage] = field(default_factory=list)  # as we count what broke off
    speech_s: int = 0  # transcribed, as it was billed
    restored: int = 0
    retired: int = 0
    downloaded_ms: int | None = None
    prepared_ms: int | None = None
    uploaded_ms: int | None = None
    first_token_ms: int | None = None
    _expected: Usage = field(default_factory=Usage)
    _is_taken: bool = False
    _sound_s: int = 0  # of a sound that is being transcribed

    # ------------------------------------------------------------ images

    def record_download(self, size_bytes: int, ms: int) -> None:
        self.bytes_in += size_bytes
        self.downloaded_ms = max(ms, self.downloaded_ms or 0)

    def record_preparation(self, picture: TelegramImage, image: Image, ms: int) -> None:
        self.seen[picture] = SentImage(
            kind=picture.kind, format=image.source_format, width=image.width, height=image.height
        )
        self.prepared_ms = max(ms, self.prepared_ms or 0)

    def record_reading(self, file: TelegramFile, form: str, ms: int) -> None:
        """Read a document, also where its sender's app called it an image."""
        if isinstance(file, TelegramImage):
            self.seen[file] = SentImage(kind=file.kind, format=form)
        self.prepared_ms = max(ms, self.prepared_ms or 0)

    def record_refusal(self, file: TelegramFile, fault: FileFault) -> None:
        if isinstance(file, TelegramImage):
            self.seen[file] = replace(self._sent_image(file), fault=fault.fault)

    def record_upload(self, size_bytes: int, ms: int) -> None:
        self.bytes_uploaded += size_bytes
        self.uploaded_ms = max(ms, self.uploaded_ms or 0)

    def sent(self) -> tuple[SentImage, ...]:
        """Every image of the question, as far as it was opened."""
        return tuple(map(self._sent_image, self.question_images))

    def _sent_image(self, picture: TelegramImage) -> SentImage:
        return self.seen.get(picture, SentImage(kind=picture.kind))

    # ------------------------------------------------------------ sounds

    def record_sound(self, seconds: int) -> None:
        """A sound goes out: it counts as it lasts until more is known."""
        self._sound_s = seconds

    def record_speech(self, billed_s: int) -> None:
        self.speech_s += billed_s
        self._sound_s = 0

    @property
    def voice_s(self) -> int:
        return self.speech_s + self._sound_s

    # ------------------------------------------------------------ requests

    def record_request(self, expected: Usage, *, images: int, image_tokens: int) -> None:
        """A request goes out; `expected`: its input, and no output."""
        self.requests += 1
        self.images_in_requests += images
        self.image_tokens += image_tokens
        self._expected = expected
        self._is_taken = False

    def record_taken(self) -> None:
        """The request is on its way: what becomes of it, nobody may ever tell."""
        self._is_taken = True

    def not_taken(self) -> None:
        self._is_taken = False

    def record_first_token(self) -> None:
        if self.first_token_ms is None:
            self.first_token_ms = ms_since(self.began_s)

    def record_answer(self, usage: Usage) -> None:
        """The answer is whole; some servers count nothing, and then we do."""
        if usage != Usage():
            self.record_usage(usage)

    def record_usage(self, usage: Usage) -> None:
        """The API has said what the request cost."""
        self.answers.append(usage)
        self._is_taken = False

    def record_end(self, output_tokens: int) -> None:
        """Nothing more comes of the request: what the API may have taken and did not count, we
        count."""
        if self._is_taken:
            self.broken.append(replace(self._expected, output_tokens=output_tokens))
            self._is_taken = False


def sum_usage(usages: Sequence[Usage]) -> Usage:
    return Usage(
        input_tokens=sum(usage.input_tokens for usage in usages),
        cached_tokens=sum(usage.cached_tokens for usage in usages),
        written_tokens=sum(usage.written_tokens for usage in usages),
        output_tokens=sum(usage.output_tokens for usage in usages),
        reasoning_tokens=sum(usage.reasoning_tokens for usage in usages),
    )
