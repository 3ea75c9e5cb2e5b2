"""The operator's settings, read from the environment and checked before anything opens."""

from snapthread.settings.settings import NOT_YET, RUN_NEEDS, Settings, SettingsError, load_settings

__all__ = ["NOT_YET", "RUN_NEEDS", "Settings", "SettingsError", "load_settings"]
