"""At the start a server that is not OpenAI's is shown a picture: by which way does it see it?"""

import structlog

from snapthread.adapters.openai_api.key import is_azure, key_headers
from snapthread.doctor.openai import SEES
from snapthread.doctor.service import Service
from snapthread.doctor.sight import SightResult, believed_way, look
from snapthread.errors import AssistantDenied
from snapthread.ports import Way
from snapthread.settings import Settings

log = structlog.get_logger()


async def find_way(settings: Settings, mark: str) -> Way | None:
    """The way by which its pictures are seen, or taken by one that answered something else; None
    where nobody could tell just now.

    Raises AssistantDenied where they would be lost in silence, unless OPENAI_SEES=yes. `mark`:
    begins the names of this installation's files.
    """
    headers = key_headers(settings.openai_api_key.get_secret_value(), settings.openai_url)
    proxy = settings.way_to_openai
    async with Service(settings.openai_url, proxy=proxy, headers=headers) as service:
        if settings.openai_sees == "yes":
            return await _believe(service, mark, settings)
        looked = await look(
            service,
            model=settings.openai_model,
            effort=settings.openai_reasoning_effort or "",
            mark=mark,
            ways=settings.image_ways,
        )
    return _judge(looked)


async def _believe(service: Service, mark: str, settings: Settings) -> Way | None:
    """Azure lists files, but takes no pictures among them."""
    lists = not is_azure(settings.openai_url)
    way = await believed_way(service, mark, lists_what_it_takes=lists)
    log.info("sight.believed", transport=way or "unknown")
    return way


def _judge(looked: SightResult) -> Way | None:
    match looked.verdict:
        case "sees":
            log.info("sight.checked", sees=True, transport=looked.way)
            return looked.way
        case "beside":
            log.warning("sight.unknown", status=200, why=SEES["beside"])
            return looked.way
        case "unknown":
            reply = looked.answer or looked.upload
            status = reply.status if reply else 0
            log.warning("sight.unknown", status=status, why=SEES["unknown"])
            return None
        case verdict:
            raise AssistantDenied(
                f"OPENAI_BASE_URL names a server that is not fit. {SEES[verdict]}"
            )
