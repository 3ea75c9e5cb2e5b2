"""The operator's settings, read from the environment and checked before anything opens."""

import os

# Plugins of other packages would be looked for in each of them, and would read secrets with us.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from snapthread.settings.load import NOT_YET, RUN_NEEDS, SettingsError, load_settings
from snapthread.settings.settings import Settings

__all__ = ["NOT_YET", "RUN_NEEDS", "Settings", "SettingsError", "load_settings"]
