"""The admin page: what the bot costs and how it does, for the operator's eyes. No content."""

from snapthread.adapters.web.admin.routes import Admin

__all__ = ["Admin"]
