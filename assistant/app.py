"""The FastAPI application of one product: API, pages, error handling and limits."""

import asyncio
import ipaddress
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from assistant.api import (
    ask,
    candidates,
    conversations,
    corrections,
    customers,
    experience,
    feedback,
    health,
    impact,
    imports,
    jobs,
    key_drivers,
    key_points,
    openapi,
    problems,
    search,
    tag,
    themes,
    triage,
    vocabulary,
    watches,
)
from assistant.api.cursors import Cursors
from assistant.api.lane import ModelLane
from assistant.api.middleware import BodyLimit, LoopbackGuard, RequestContext, Token
from assistant.api.worker import JobWorker
from assistant.errors import SettingsError
from assistant.settings import Settings
from assistant.web import pages
from assistant.wiring import Product

logger = logging.getLogger(__name__)
_ROUTES = (
    ask,
    key_points,
    key_drivers,
    impact,
    experience,
    tag,
    search,
    feedback,
    customers,
    corrections,
    conversations,
    themes,
    candidates,
    triage,
    watches,
    vocabulary,
    imports,
    jobs,
    health,
)
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def create_app(product: Product) -> FastAPI:
    """Build the application around an open product; whoever opened the product closes it.

    Raises:
        SettingsError: when the address can be reached from elsewhere and no token is set.
    """
    settings = product.settings
    app = FastAPI(
        title="Earmark", version=version("earmark"), docs_url=None, redoc_url=None, lifespan=_lifespan
    )
    app.state.product = product
    app.state.lane = ModelLane(settings.queue_limit)
    app.state.cursors = Cursors(product.index.store.lineage())
    app.state.worker = JobWorker(product)
    app.state.follower = None
    app.state.model_problem = None
    for module in _ROUTES:
        app.include_router(module.router)
    pages.install(app, problems.KINDS)
    problems.install(app)
    openapi.install(app, has_token=settings.token is not None)
    _guard(app, settings)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.worker.start()
    warming = asyncio.create_task(_warm(app))
    with app.state.product.index.following() as follower:
        app.state.follower = follower
        yield
        app.state.worker.stop()
        await warming
        app.state.lane.close()


async def _warm(app: FastAPI) -> None:
    """Load the models now, so that the first question does not wait for them; `/readyz` tells what fails."""
    try:
        await app.state.lane.turn(lambda: app.state.product.tagger)
    except Exception as error:
        app.state.model_problem = f"{type(error).__name__}: {error}"
        logger.exception("the models cannot be loaded; `earmark doctor` says more")


def _guard(app: FastAPI, settings: Settings) -> None:
    """The middleware, innermost first."""
    app.add_middleware(BodyLimit, upload_mb=settings.max_upload_mb)
    if settings.token is not None:
        app.add_middleware(Token, token=settings.token.get_secret_value())
    elif is_loopback(settings.host):
        app.add_middleware(LoopbackGuard, hosts=(*_LOOPBACK_NAMES, settings.host))
    else:
        raise SettingsError(
            f"{settings.host} can be reached from elsewhere: set EARMARK_TOKEN to a long random text, or bind 127.0.0.1."
        )
    app.add_middleware(RequestContext)


def is_loopback(host: str) -> bool:
    """Whether an address can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
