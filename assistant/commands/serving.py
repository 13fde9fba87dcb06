"""`earmark serve`: the web chat and the HTTP API."""

import socket

from rich.console import Console

from assistant.errors import SettingsError
from assistant.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until stopped.

    Raises:
        SettingsError: when the address can be reached from elsewhere and no token is set, or is in use.
    """
    import uvicorn

    from assistant.app import create_app
    from assistant.wiring import Product

    _check_free(settings)
    product = Product.open(settings)
    try:
        app = create_app(product)
        Console(stderr=True).print(
            f"Earmark listens on [bold]http://{settings.host}:{settings.port}[/]  (Ctrl-C stops it)"
        )
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            log_level=settings.log_level,
            server_header=False,
        )
    finally:
        product.close()


def _check_free(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            msg = f"{settings.host}:{settings.port} cannot be used ({error.strerror}). Choose another with --port or EARMARK_PORT."
            raise SettingsError(msg) from error
