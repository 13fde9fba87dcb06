"""`earmark serve`: the web chat and the HTTP API."""

import signal
import socket
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from assistant.errors import SettingsError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.identity import Identity
    from assistant.wiring import Product


def serve(settings: Settings) -> None:
    """Serve until stopped.

    Raises:
        SettingsError: when the address can be reached from elsewhere and there is no key, or is in use.
    """
    import uvicorn

    from assistant import logs
    from assistant.app import create_app
    from assistant.wiring import Product

    _check_free(settings)
    logs.configure(settings)
    product = Product.open(settings)
    try:
        app = create_app(product)
        _greet(settings, app.state.identity)
        # uvicorn raises the signal again when it has ended; then the workspace is closed properly, too.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_s,
        )
    finally:
        product.close()


def serve_mcp(product: "Product") -> None:
    """Serve the Model Context Protocol on standard input and output until the client goes."""
    from assistant.api import mcp

    mcp.server(lambda _: mcp.Here(product)).run("stdio")


def _greet(settings: Settings, identity: "Identity") -> None:
    """Say where it listens. At a loopback address also how to come in as administrator, once."""
    from assistant.app import is_loopback

    address = f"http://{settings.host}:{settings.port}"
    console = Console(stderr=True)
    console.print(f"Earmark listens on [bold]{address}[/]  (Ctrl-C stops it)")
    if is_loopback(settings.host):
        code = identity.links.make()
        console.print(
            f"Log in as administrator, once, within 30 minutes: {address}/login#link={code}", soft_wrap=True
        )


def _check_free(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            msg = f"{settings.host}:{settings.port} cannot be used ({error.strerror}). Choose another with --port or EARMARK_PORT."
            raise SettingsError(msg) from error
