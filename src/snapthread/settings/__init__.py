"""The operator's settings, read from the environment and checked before anything opens.

environment.py  the sources of settings: the environment, `.env`, and files that hold secrets
fields.py       every setting as it is written, and checked
kinds.py        the kinds of value that settings have, read from text
load.py         the settings read, and everything wrong with them reported at once
personas.py     PERSONAS_FILE: characters that people may choose, as a table of TOML each
proxies.py      proxies: which one leads to a service, and what of its address is a secret
settings.py     the settings as the bot reads them: what follows from what is written
"""

import os

# Plugins of other packages would be looked for in each of them, and would read secrets with us.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from snapthread.settings.load import NOT_YET, RUN_NEEDS, SettingsError, load_settings
from snapthread.settings.settings import Settings

__all__ = ["NOT_YET", "RUN_NEEDS", "Settings", "SettingsError", "load_settings"]
