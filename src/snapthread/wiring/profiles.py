"""Profiles and policies: what the components need to know of the settings."""

from snapthread.commands.access import AccessPolicy
from snapthread.commands.membership import ChannelMembers, RequiredChannel
from snapthread.images.documents import DocumentProfile
from snapthread.intake.groups import GroupPolicy
from snapthread.limits import MEGABYTE, PAGE_PIXELS
from snapthread.model.context import text_tokens
from snapthread.model.request_profile import RequestProfile
from snapthread.ports import Chat, ImageTransport
from snapthread.reply.alerts import Alerts
from snapthread.settings import Settings
from snapthread.texts import Texts
from snapthread.texts.localizer import StatedLimits
from snapthread.turn.bounds import ContextBounds
from snapthread.turn.speech import SpeechProfile
from snapthread.vision_tokens import image_tokens


def request_profile(settings: Settings, texts: Texts) -> RequestProfile:
    return RequestProfile(
        model=settings.openai_model,
        detail=settings.image_detail,
        output_tokens=settings.openai_max_output_tokens,
        context_tokens=settings.context_max_tokens,
        image_side=settings.image_max_side,
        instructions=instructions_of(settings, texts),
        instructions_tokens=text_tokens(instructions_of(settings, texts)),
    )


def instructions_of(settings: Settings, texts: Texts) -> str:
    """Instructions for the model: the operator's, or ours."""
    return settings.assistant_instructions or texts.model("instructions")


def context_bounds(settings: Settings, transport: ImageTransport) -> ContextBounds:
    return ContextBounds(
        tokens=settings.context_max_tokens,
        transport=transport,
        window=settings.image_window,
        inline_images=settings.request_images_max,
        inline_bytes=settings.request_images_bytes,
        has_sight=settings.openai_sees != "no",
    )


def document_profile(settings: Settings) -> DocumentProfile:
    def page_tokens(detail: str) -> int:
        return image_tokens(settings.openai_model, *PAGE_PIXELS, detail)

    return DocumentProfile(
        max_bytes=settings.max_document_bytes,
        max_pages=settings.max_document_pages,
        detail=settings.document_detail,
        page_tokens={"low": page_tokens("low"), "high": page_tokens("high")},
        context_tokens=settings.context_max_tokens,
    )


def speech_profile(settings: Settings) -> SpeechProfile:
    return SpeechProfile(
        model=settings.transcription_model,
        max_s=settings.max_voice_minutes * 60,
        max_bytes=settings.max_sound_bytes,
    )


def access_policy(settings: Settings) -> AccessPolicy:
    return AccessPolicy(
        allowed=settings.allowed_telegram_user_ids,
        admins=settings.admin_user_ids,
        language=settings.bot_language,
        limits=StatedLimits(
            image_mb=settings.max_image_mb,
            storage_mb=settings.user_storage_mb,
            voice_minutes=settings.max_voice_minutes,
            document_mb=settings.max_document_mb,
            sound_mb=settings.max_sound_bytes // MEGABYTE,
            has_hearing=bool(settings.transcription_model),
        ),
        has_sight=settings.openai_sees != "no",
        mode=settings.access_mode,
    )


def group_policy(settings: Settings) -> GroupPolicy:
    return GroupPolicy(
        answers=settings.group_answers,
        allowed=settings.allowed_group_ids,
        is_per_user=settings.group_conversation == "per_user",
        hears_guests=settings.guest_mode == "yes",
    )


def channel_members(settings: Settings, chat: Chat, alerts: Alerts) -> ChannelMembers | None:
    """The check of membership, where a channel is required."""
    if settings.required_channel is None:
        return None
    name, link = settings.required_channel
    channel = RequiredChannel(chat=name, link=link)
    return ChannelMembers(chat=chat, alerts=alerts, channel=channel)
