"""The list of models. Implements `ports.ModelCatalog`."""

import asyncio
from typing import Final

from openai import AsyncOpenAI

from snapthread.adapters.openai_api.failures import assistant_failure
from snapthread.adapters.openai_api.faults import Fault, call
from snapthread.model_ends import end_of
from snapthread.ports import ListedModel

REQUEST_S: Final = 60.0


class OpenAICatalog:
    """Asked once a day. As JSON: a newer list than the SDK's types is read all the same."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client

    async def models(self) -> tuple[ListedModel, ...]:
        by = asyncio.get_running_loop().time() + REQUEST_S
        listed = await call("models", lambda: self._client.get("/models", cast_to=object), by)
        if isinstance(listed, Fault):
            raise assistant_failure(listed)
        rows = listed.get("data") if isinstance(listed, dict) else None
        return tuple(
            ListedModel(id=str(row["id"]), ends_at=end_of(row))
            for row in (rows if isinstance(rows, list) else ())
            if isinstance(row, dict) and "id" in row
        )
