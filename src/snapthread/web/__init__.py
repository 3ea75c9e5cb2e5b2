"""The pages for operators and their machines: health, readiness, metrics."""

from snapthread.web.pages import Reasons, application
from snapthread.web.server import serve

__all__ = ["Reasons", "application", "serve"]
