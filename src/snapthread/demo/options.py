"""The options of a demo, and its failures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`stand_in`: no offline model, also where there is one."""

    port: int = 8080
    browser: bool = True
    real_openai: bool = False
    real_telegram: bool = False
    install_offline: bool = False
    stand_in: bool = False


class CannotDemo(Exception):
    """Why there is no demo: a sentence."""


class DoesNotStart(CannotDemo):
    """The bot ended several times right after its start."""
