"""The pages for operators and their machines: health, readiness, metrics, admin."""

from snapthread.web.admin import Admin
from snapthread.web.admin.login import Login
from snapthread.web.pages import Reasons, application
from snapthread.web.server import serve

__all__ = ["Admin", "Login", "Reasons", "application", "serve"]
