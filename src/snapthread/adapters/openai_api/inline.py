"""Files of our own store within a request: base64 that exists only while it is sent, one by one.

In the JSON of a request such a file is named by its id, as the whole value of `image_url` or
`file_data`. Where a person writes the same, JSON escapes the quotes of it, so only ours are found.
"""

import re
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from mimetypes import guess_type
from typing import Final

from snapthread.errors import FilesGone, StoreBusy
from snapthread.ports import (
    BLOB,
    AssistantRequest,
    Blobs,
    ImageTransport,
)

_NAMED: Final = re.compile(rb'(?:(?<="image_url":")|(?<="file_data":"))(blob-[\w.-]+)(?=")')


@dataclass(frozen=True, slots=True)
class StreamedBody:
    """A request's body in pieces, whose length is known before."""

    length: int
    pieces: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineImages:
    """The images that a request may show, by the way in use."""

    transport: ImageTransport
    blobs: Blobs

    async def sizes(self, ask: AssistantRequest) -> Mapping[str, int]:
        """Bytes of the images that lie here, by id; raises FilesGone where the request names one
        that cannot be shown: nothing is sent then."""
        sizes = {id: await self._size(id) for id in dict.fromkeys(ask.file_ids)}
        if missing := tuple(id for id, size in sizes.items() if size is None):
            raise FilesGone("not where this transport looks for it", openai_ids=missing)
        return {id: size for id, size in sizes.items() if size}

    async def _size(self, openai_id: str) -> int | None:
        """0: it lies at the server."""
        if not self.transport.carries(openai_id):
            return None
        if not openai_id.startswith(BLOB):
            return 0
        return await self.blobs.size(openai_id.removeprefix(BLOB))

    def body(self, named: bytes, sizes: Mapping[str, int]) -> bytes | StreamedBody:
        """`named`: the JSON with ids in the place of images."""
        if not sizes:
            return named
        parts = _NAMED.split(named)  # text, id, text, id, …, text
        texts, ids = parts[::2], [part.decode() for part in parts[1::2]]
        length = sum(map(len, texts)) + sum(_length(id, sizes[id]) for id in ids)
        return StreamedBody(length, self._pieces(texts, ids, sizes))

    async def _pieces(
        self, texts: list[bytes], ids: list[str], sizes: Mapping[str, int]
    ) -> AsyncIterator[bytes]:
        for text, openai_id in zip(texts, ids, strict=False):
            yield text
            content = await self.blobs.get(openai_id.removeprefix(BLOB))
            if content is None or len(content) != sizes[openai_id]:
                raise StoreBusy("an image went while it was sent")
            yield _head(openai_id) + b64encode(content)
        yield texts[-1]


def _head(openai_id: str) -> bytes:
    mime = guess_type(openai_id)[0] or "application/octet-stream"
    return f"data:{mime};base64,".encode()


def _length(openai_id: str, size: int) -> int:
    return len(_head(openai_id)) + (size + 2) // 3 * 4
