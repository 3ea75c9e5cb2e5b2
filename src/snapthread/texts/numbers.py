"""Sums of money and other numbers, as a language writes them."""

from typing import Final

MEGA: Final = 1_000_000
UNKNOWN: Final = "unknown"
ENGLISH: Final = "1,234.5"


def amount(micros: int) -> str:
    """Dollars to the cent; where that would hide something, to the micro-dollar."""
    cents, rest = divmod(micros, 10_000)
    if not rest or micros >= 10 * MEGA:
        return f"{cents // 100:,}.{cents % 100:02}"
    return f"{micros // MEGA}.{micros % MEGA:06}".rstrip("0")


def dollars(micros: int | None) -> str:
    """In English; an unknown cost is not 0."""
    return UNKNOWN if micros is None else f"${amount(micros)}"


def localize_number(number: str, example: str) -> str:
    """An English number in the way of a language; `example`: how that writes 1,234.5."""
    signs = str.maketrans(ENGLISH[1] + ENGLISH[-2], example[1] + example[-2])
    return number.translate(signs)
