"""Prices of a message and a picture on a model, as people see them before they choose. Pure, but
for the price list."""

from typing import Final

from snapthread.model import Usage
from snapthread.model.request_profile import RequestProfile
from snapthread.ports import PriceList

# A question with some of the conversation before it, and an answer of two or three paragraphs.
TYPICAL: Final = Usage(input_tokens=1000, output_tokens=300)
PHOTO: Final = (1280, 960)  # as Telegram's clients send one
FILE: Final = (4032, 3024)  # 12 megapixels, as phones take them


def message_micros(prices: PriceList, model: str) -> int | None:
    return prices.cost_micros(model, TYPICAL)


def picture_micros(prices: PriceList, profile: RequestProfile, size: tuple[int, int]) -> int | None:
    """The price of a picture in one question, as it is uploaded for this model."""
    tokens = profile.image_tokens(*profile.sight.useful(size, profile.image_side))
    return prices.cost_micros(profile.model, Usage(input_tokens=tokens))
