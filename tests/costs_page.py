"""docs/costs.md, made by the code that counts: `python -m tests.costs_page` writes it."""

from pathlib import Path
from typing import Final

from snapthread.adapters.media import Sight
from snapthread.adapters.prices import Prices
from snapthread.adapters.prices.file import read_prices
from snapthread.adapters.prices.prices import KNOWN
from snapthread.limits import PAGE_PIXELS, SPEECH_TOKENS_S
from snapthread.model import Usage
from snapthread.vision_tokens import image_tokens

PAGE: Final = Path(__file__).parent.parent / "docs" / "costs.md"
MODELS: Final = (
    "gpt-6.2-astra gpt-6.2-sol gpt-6.1-sol gpt-6.1-terra gpt-6-astra gpt-6-sol gpt-6-luna"
    " gpt-5.6-sol gpt-5.6-luna gpt-5.5 gpt-5.4 gpt-5.4-mini gpt-5.4-nano gpt-5.2 gpt-5.1 gpt-5"
    " gpt-5-mini gpt-4.1 gpt-4.1-mini gpt-4o gpt-4o-mini o3 o4-mini"
).split()
SIZES: Final = {
    "a photo as Telegram sends it, 960 by 1280": (960, 1280),
    "a file of 12 megapixels, 3024 by 4032": (3024, 4032),
    "a screenshot, 1080 by 2400": (1080, 2400),
}
LATER: Final = 10  # questions, each of which names the photo again

MINUTE_S: Final = 60
DEFAULT: Final = "gpt-transcribe"  # of TRANSCRIPTION_MODEL
PDF_PAGE: Final = """
## A page of a PDF

OpenAI shows the model each page as a picture, and its text beside it. What limits reserve for the
picture, by `DOCUMENT_DETAIL`, is that of A4 at 150 dpi: how OpenAI draws a page is not published.
The text comes on top.

"""
VOICE: Final = """
## A minute of voice

A minute is written down: {told}. Then its words are asked as text: at most so many
tokens, which is what limits reserve. "Words": those in one request, on the model that answers.

"""

HEAD: Final = f"""\
# What a photo, a page and a minute of voice cost

Made by the code that counts ([prices.md](prices.md), `vision_tokens.py`) with `make pages`; a
test holds it. An image goes up as large as the model will use (`IMAGE_MAX_SIDE` bounds it),
and never larger than the model looks at it, with `IMAGE_DETAIL=auto`. "Once": its input tokens
in one request. "+ {LATER}": with {LATER} more questions in the same conversation, each of which
names it again, read from OpenAI's prompt cache where the model has a price for that. Text,
answers and reasoning come on top. The prices are the ones that came with this version.

`IMAGE_DETAIL=low` makes it cheaper, `IMAGE_WINDOW` and `/reset` end the carrying on; limits by
money are in [limits.md](limits.md).
"""


def page() -> str:
    prices = Prices.load(None)
    sections = [_section(prices, title, size) for title, size in SIZES.items()]
    return HEAD + "".join(sections) + _pdf_page(prices) + _voice(prices)


def _pdf_page(prices: Prices) -> str:
    """Its picture in both details, beside which its text is asked as text."""
    rows = []
    for model in MODELS:
        cells = []
        for detail in ("low", "high"):
            tokens = image_tokens(model, *PAGE_PIXELS, detail)
            cost = prices.cost_micros(model, Usage(input_tokens=tokens))
            cells.append(f"{tokens:,} | {_dollars(cost or 0)}")
        rows.append(f"| `{model}` | {' | '.join(cells)} |")
    head = "| model | low | once | high | once |\n|---|--:|--:|--:|--:|\n"
    return PDF_PAGE + head + "\n".join(rows) + "\n"


def _voice(prices: Prices) -> str:
    """A minute is transcribed, and its words are asked as text."""
    speech = sorted(model for model, price in read_prices(KNOWN).items() if price.minute)
    told = ", ".join(f"`{model}` {_minute(prices, model)}" for model in speech)
    usage = Usage(input_tokens=SPEECH_TOKENS_S * MINUTE_S)
    rows = [
        f"| `{model}` | {usage.input_tokens} | {_dollars(words)}"
        f" | {_dollars(words + (prices.speech_micros(DEFAULT, MINUTE_S) or 0))} |"
        for model in MODELS
        if (words := prices.cost_micros(model, usage)) is not None
    ]
    head = f"| model | tokens | words | with `{DEFAULT}` |\n|---|--:|--:|--:|\n"
    return VOICE.format(told=told) + head + "\n".join(rows) + "\n"


def _minute(prices: Prices, model: str) -> str:
    return _dollars(prices.speech_micros(model, MINUTE_S) or 0)


def _section(prices: Prices, title: str, size: tuple[int, int]) -> str:
    rows = [row for model in MODELS if (row := _row(prices, model, size))]
    head = f"| model | tokens | once | + {LATER} |\n|---|--:|--:|--:|\n"
    return f"\n## {title[0].upper()}{title[1:]}\n\n{head}" + "\n".join(rows) + "\n"


def _row(prices: Prices, model: str, size: tuple[int, int]) -> str:
    """None of a model whose price nobody knows."""
    tokens = image_tokens(model, *Sight(model, "auto").useful(size), "auto")
    if not prices.knows(model):
        return ""
    once = prices.cost_micros(model, Usage(input_tokens=tokens))
    again = prices.cost_micros(model, Usage(input_tokens=tokens, cached_tokens=tokens))
    assert once is not None
    assert again is not None
    return f"| `{model}` | {tokens:,} | {_dollars(once)} | {_dollars(once + LATER * again)} |"


def _dollars(micros: int) -> str:
    return f"${micros / 1_000_000:.4f}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
