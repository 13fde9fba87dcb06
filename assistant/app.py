"""The FastAPI application of one product: API, pages, error handling and limits."""

import asyncio
import ipaddress
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import to_thread
from fastapi import Depends, FastAPI

from assistant.api import (
    ask,
    audit,
    candidates,
    conversations,
    corrections,
    customers,
    experience,
    export,
    feedback,
    health,
    hooks,
    impact,
    imports,
    jobs,
    key_drivers,
    key_points,
    keys,
    mcp,
    metrics,
    model,
    openai,
    openapi,
    overview,
    privacy,
    problems,
    search,
    session,
    tag,
    themes,
    triage,
    users,
    vocabulary,
    watches,
    webhooks,
    workspaces,
)
from assistant.api.access import Access
from assistant.api.idempotency import Idempotency
from assistant.api.lane import ModelLane
from assistant.api.limits import LoginLimits, RateLimits
from assistant.api.middleware import Admission, BodyLimit, RequestContext
from assistant.api.rights import authorise
from assistant.api.served import Workspaces
from assistant.api.unicode import WholeCharacters
from assistant.errors import SettingsError
from assistant.identity import Identity
from assistant.settings import Settings
from assistant.web import pages
from assistant.wiring import Product

logger = logging.getLogger(__name__)
_ROUTES = (
    ask,
    key_points,
    key_drivers,
    impact,
    overview,
    experience,
    tag,
    search,
    feedback,
    hooks,
    export,
    customers,
    privacy,
    corrections,
    conversations,
    themes,
    candidates,
    triage,
    watches,
    webhooks,
    vocabulary,
    model,
    imports,
    jobs,
    openai,
    session,
    keys,
    users,
    workspaces,
    audit,
    metrics,
    health,
)
THREADS = 8  # for what waits for the database
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def create_app(product: Product) -> FastAPI:
    """Build the application around an open product; whoever opened the product closes it.

    Raises:
        SettingsError: when the address can be reached from elsewhere and there is no key.
    """
    settings = product.settings
    app = FastAPI(
        title="Earmark", version=version("earmark"), docs_url=None, redoc_url=None, lifespan=_lifespan
    )
    app.state.product = product
    app.state.workspaces = Workspaces(product)
    app.state.identity = _identity(settings)
    app.state.login_limits = LoginLimits()
    app.state.lane = ModelLane(settings.queue_limit)
    app.state.metrics = metrics.Metrics(app.state.workspaces, app.state.lane)
    app.state.model_problem = None
    for module in _ROUTES:
        app.include_router(module.router, dependencies=[Depends(authorise)])
    app.state.mcp = mcp.server(lambda ctx: mcp.over_http(ctx, app.state.lane))
    app.router.routes.extend(mcp.http_app(app.state.mcp).routes)
    pages.install(app, problems.KINDS)
    problems.install(app)
    openapi.install(app)
    _guard(app, settings)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # More threads than this only take the interpreter from one another, and from the event loop.
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    app.state.workspaces.start()
    warming = asyncio.create_task(_warm(app))
    try:
        async with app.state.mcp.session_manager.run():
            yield
    finally:
        app.state.workspaces.close()
        await warming
        app.state.lane.close()
        app.state.identity.close()


async def _warm(app: FastAPI) -> None:
    """Load the models now, so that the first question does not wait for them; `/readyz` tells what fails."""
    try:
        await app.state.lane.turn(lambda: app.state.product.tagger)
    except Exception as error:
        app.state.model_problem = f"{type(error).__name__}: {error}"
        logger.exception("the models cannot be loaded; `earmark doctor` says more")


def _identity(settings: Settings) -> Identity:
    """Keys and accounts. Raises SettingsError when there are none, and the address can be reached from elsewhere."""
    token = settings.token.get_secret_value() if settings.token else None
    identity = Identity.open(settings.home, settings.database_url, token)
    if identity.is_open and not is_loopback(settings.host):
        identity.close()
        raise SettingsError(
            f"{settings.host} can be reached from elsewhere, and there is no key: make one with `earmark keys add NAME "
            "--scope admin`, set EARMARK_TOKEN to a long random text, or bind 127.0.0.1."
        )
    return identity


def _guard(app: FastAPI, settings: Settings) -> None:
    """The middleware, innermost first."""
    identity = app.state.identity
    app.add_middleware(Idempotency, workspaces=app.state.workspaces)
    app.add_middleware(WholeCharacters)
    app.add_middleware(BodyLimit, upload_mb=settings.max_upload_mb)
    app.add_middleware(RateLimits, rate=settings.rate_limit)
    hosts = (*_LOOPBACK_NAMES, settings.host) if is_loopback(settings.host) else None
    app.add_middleware(Access, identity=identity, hosts=hosts)
    app.add_middleware(Admission, most=2 * settings.queue_limit)
    app.add_middleware(RequestContext, observe=app.state.metrics.request)
    if settings.otlp_endpoint is not None:
        _trace(app, settings.otlp_endpoint)


def _trace(app: FastAPI, endpoint: str) -> None:
    """Send spans of requests to a collector. Raises SettingsError without the extra."""
    try:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError("EARMARK_OTLP_ENDPOINT is set: install earmark[otel].") from error
    provider = TracerProvider(resource=Resource.create({"service.name": "earmark"}))
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=endpoint.startswith("http://"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    app.add_middleware(OpenTelemetryMiddleware, tracer_provider=provider, exclude_spans=["receive", "send"])


def is_loopback(host: str) -> bool:
    """Whether an address can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
