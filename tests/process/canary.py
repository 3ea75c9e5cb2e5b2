"""Canaries: words that stand for secrets and for what people write, and the search for them."""

import base64
from io import BytesIO
from typing import Final
from urllib.parse import quote

from PIL import Image

TOKEN: Final = "123456:" + "canaryToken" * 4
KEY: Final = "sk-canary-Key-" + "k" * 30
ADMIN: Final = "canary-admin-token-aaaaaaaa"
PASSWORD: Final = "canary/password word"  # of a proxy and of the store's server
HOOK: Final = "canary-webhook-secret-bbbbbb"
SECRETS: Final = (TOKEN, KEY, ADMIN, PASSWORD, HOOK)

WRITTEN: Final = "canaryDiaryEntry"  # by a person
SAID: Final = "canaryAnswerText"  # by the model
NAMED: Final = "canaryFileName.pdf"
PICTURED: Final = "canaryPixelBytes"  # within an image
QUOTED: Final = "canaryQuotedByService"  # by an error of OpenAI; Telegram's quote nothing
SPOKEN: Final = "canarySpokenWords"  # in a recording
GROUPED: Final = "canaryGroupTitle"
CALLED: Final = "canaryFirstName"  # of a person
DOCUMENTED: Final = "canaryDocumentText"
CHOSEN: Final = "canaryOwnInstructions"
THOUGHT: Final = "canaryThoughtOfModel"
TOLD: Final = "canaryToldEverybody"  # by an admin, in a broadcast
CONTENT: Final = (
    *(WRITTEN, SAID, NAMED, PICTURED, QUOTED, SPOKEN, GROUPED),
    *(CALLED, DOCUMENTED, CHOSEN, THOUGHT, TOLD),
)


def found(words: tuple[str, ...], text: str) -> list[str]:
    """Those of the words that are in the text, in any dress."""
    return [word for word in words if any(form in text for form in _forms(word))]


def _forms(word: str) -> set[str]:
    bare = word.encode()
    # Base64 has three forms of the same bytes, by what stood before; the ends depend on neighbours.
    coded = {base64.b64encode(b"x" * shift + bare).decode()[4:-4] for shift in range(3)}
    return {word, quote(word, safe=""), bare.hex(), *filter(None, coded)}


def picture(colour: str = "red", kind: str = "JPEG") -> bytes:
    """One that carries the canary where pictures carry words."""
    written = BytesIO()
    image = Image.new("RGB", (320, 240), colour)
    image.save(written, kind, **({"comment": PICTURED.encode()} if kind == "JPEG" else {}))
    return written.getvalue()
