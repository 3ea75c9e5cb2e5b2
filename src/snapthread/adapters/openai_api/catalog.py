"""The list of models. Implements `ports.ModelCatalog`."""

import asyncio
from typing import Final

from snapthread.adapters.openai_api.client import OpenAIClient
from snapthread.adapters.openai_api.failures import assistant_failure
from snapthread.adapters.openai_api.faults import Fault, call, json_in
from snapthread.ports import ListedModel
from snapthread.ports.model_ends import end_of

REQUEST_S: Final = 60.0


class OpenAICatalog:
    """Asked once a day."""

    def __init__(self, client: OpenAIClient) -> None:
        self._client = client

    async def models(self) -> tuple[ListedModel, ...]:
        by = asyncio.get_running_loop().time() + REQUEST_S
        answer = await call("models", lambda: self._client.send("GET", "/models"), by)
        if isinstance(answer, Fault):
            raise assistant_failure(answer)
        match json_in(answer.content):
            case {"data": [*rows]}:
                return tuple(
                    ListedModel(id=row["id"], ends_at=end_of(row))
                    for row in rows
                    if isinstance(row, dict) and isinstance(row.get("id"), str)
                )
        return ()
