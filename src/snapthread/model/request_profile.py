"""The model of a question and how it is to answer: what a request says of it, and what it costs
by it. Pure."""

from dataclasses import dataclass

from snapthread.model.ledger import LedgerFile
from snapthread.vision_tokens import Sight, image_tokens, most_image_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestProfile:
    """Common parts of all requests of one person at one time, which their cost depends on."""

    model: str
    detail: str
    output_tokens: int  # at most
    context_tokens: int  # at most
    image_side: int  # pixels, at most; 0: what the model will use
    instructions_tokens: int
    instructions: str = ""

    @property
    def sight(self) -> Sight:
        return Sight(self.model, self.detail)

    def image_tokens(self, width: int, height: int) -> int:
        return image_tokens(self.model, width, height, self.detail)

    def file_tokens(self, file: LedgerFile) -> int:
        if file.document is not None:
            return file.document.tokens
        return self.image_tokens(file.width, file.height)

    def most_image_tokens(self) -> int:
        """The most that an image may take whose shape is not known yet."""
        return most_image_tokens(self.model, self.image_side, self.detail)
