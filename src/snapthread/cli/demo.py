"""`snapthread demo`: the whole product on one machine."""

import sys
from typing import Annotated

import typer

from snapthread.cli.common import COULD_NOT, WRONG_USE


def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the page; 0: any.")] = 8080,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    real_openai: Annotated[
        bool, typer.Option("--real-openai", help="Ask OpenAI, with the key that is set.")
    ] = False,
    real_telegram: Annotated[
        bool, typer.Option("--real-telegram", help="Serve Telegram, with the token that is set.")
    ] = False,
    install_offline: Annotated[
        bool, typer.Option("--install-offline", help="First install the offline model.")
    ] = False,
    stand_in: Annotated[
        bool, typer.Option("--stand-in", help="Answer without the offline model.")
    ] = False,
) -> None:
    """Show the whole product in a browser: no account, a store of its own, until Ctrl-C."""
    from snapthread.demo.options import CannotDemo, Options
    from snapthread.demo.run import demo as show
    from snapthread.errors import SnapthreadError
    from snapthread.settings import SettingsError

    try:
        show(
            Options(
                port=port,
                browser=not no_browser,
                real_openai=real_openai,
                real_telegram=real_telegram,
                install_offline=install_offline,
                stand_in=stand_in,
            )
        )
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(WRONG_USE) from None
    except (CannotDemo, SnapthreadError) as error:
        print(f"snapthread: {error}", file=sys.stderr)
        raise typer.Exit(COULD_NOT) from None
