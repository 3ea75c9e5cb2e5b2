"""The operator's settings, read from the environment and checked before anything opens."""

from snapthread.settings.load import NOT_YET, RUN_NEEDS, SettingsError, load_settings
from snapthread.settings.settings import Settings

__all__ = ["NOT_YET", "RUN_NEEDS", "Settings", "SettingsError", "load_settings"]
