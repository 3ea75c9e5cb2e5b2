"""Faults: why a file or a sound of a question was not used."""

from typing import Literal, NamedTuple

ImageFault = Literal[
    "too_large",  # bytes
    "too_many_pixels",
    "empty",
    "unreadable",  # truncated or not what it claims
    "unsupported_type",  # a PDF, an SVG, a text…
    "unsupported_variant",  # whole, but of a kind of its format that is not read here
    "too_heavy",  # opening it would take too much memory
    "too_long",  # its text would need too many tiles to stay readable
    "gone",  # Telegram does not give the file
    "unavailable",  # Telegram refused it just now, which may pass
    "refused",  # OpenAI does not take the file
    "crashed",  # its decoder died of it
    "no_room",  # the user's storage at OpenAI is smaller than this question's images
    "over_limit",  # of money: what its parts cost is known once it was cut
]

DocumentFault = Literal[
    "too_large",  # bytes
    "too_many_pages",
    "too_long",  # more to read than a request may hold
    "empty",  # no bytes, no pages, or nothing in it
    "unreadable",  # damaged, or not what it claims
    "encrypted",
    "unsupported_type",  # an archive, a program…
    "too_heavy",  # opening it would take too much memory or time
    "no_text",  # only pictures of pages, where a server reads text alone
    "unsent",  # of a kind that this server does not take, and that has no text for us to read
    "gone",  # Telegram does not give the file
    "unavailable",  # Telegram refused it just now, which may pass
    "refused",  # OpenAI does not take the file
    "crashed",  # its reader died of it
    "no_room",  # the user's storage at OpenAI is smaller than this question's files
    "over_limit",  # of money: what it costs is known once it was read
]


class FileFault(NamedTuple):
    """Why a file of a question was not used."""

    kind: Literal["image", "document"]
    fault: ImageFault | DocumentFault


SoundFault = Literal[
    "too_long",  # seconds, as Telegram says, or the file
    "too_large",  # bytes
    "too_short",  # no second of it
    "silent",  # nobody speaks: silence, or music without words
    "unreadable",  # broken, or of a kind that OpenAI does not take
    "over_limit",  # of one sent as a file, whose seconds are known only once it is here
    "gone",  # Telegram does not give the file
    "unheard",  # of a video whose picture is answered all the same: a service is away
]
