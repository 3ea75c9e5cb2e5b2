"""Answers of the admin page, with the headers that each of them carries."""

from typing import Final

from aiohttp import web

from snapthread.adapters.web.admin.language import tr

PATH: Final = "/admin"
SECURITY: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def redirect(to: str = PATH) -> web.Response:
    return web.Response(status=303, headers={**SECURITY, "Location": to})


def html(text: str, status: int = 200) -> web.Response:
    return web.Response(
        text=text, content_type="text/html", status=status, headers=_headers(status)
    )


def plain(text: str, status: int) -> web.Response:
    return web.Response(text=tr(text), status=status, headers=_headers(status))


def _headers(status: int) -> dict[str, str]:
    match status:
        case 401:
            return {**SECURITY, "WWW-Authenticate": "Bearer"}
        case 429:
            return {**SECURITY, "Retry-After": "60"}
        case _:
            return SECURITY
