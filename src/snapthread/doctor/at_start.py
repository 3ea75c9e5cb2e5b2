"""At the start: a server that is not OpenAI's is shown a picture, and one that drops it refused."""

import structlog

from snapthread.doctor.openai import SEES
from snapthread.doctor.service import Service
from snapthread.doctor.sight import Look, look
from snapthread.errors import AssistantDenied
from snapthread.settings import Settings

log = structlog.get_logger()


async def require_sight(settings: Settings, mark: str) -> None:
    """Raises AssistantDenied where pictures would be lost in silence. One that cannot be asked just
    now is believed. `mark`: begins the names of this installation's files."""
    if settings.is_openais_own or settings.openai_sees != "auto":
        return
    headers = {"Authorization": f"Bearer {settings.openai_api_key.get_secret_value()}"}
    proxy = settings.way_to_openai
    async with Service(settings.openai_url, proxy=proxy, headers=headers) as service:
        effort = settings.openai_reasoning_effort or ""
        looked = await look(service, model=settings.openai_model, effort=effort, mark=mark)
    _judge(looked)


def _judge(looked: Look) -> None:
    match looked.verdict:
        case "sees":
            log.info("sight.checked", sees=True)
        case "unknown":
            reply = looked.answer or looked.upload
            log.warning("sight.unknown", status=reply.status, why=SEES["unknown"])
        case verdict:
            raise AssistantDenied(
                f"OPENAI_BASE_URL names a server that is not fit. {SEES[verdict]}"
            )
