"""The pages for operators and their machines: health, readiness, metrics, admin."""

from snapthread.adapters.web.admin import Admin
from snapthread.adapters.web.admin.login import Login
from snapthread.adapters.web.pages import Reasons, application
from snapthread.adapters.web.server import serve

__all__ = ["Admin", "Login", "Reasons", "application", "serve"]
