"""`GET /metrics` for Prometheus. No label holds an id, a text or a customer."""

from collections.abc import Iterator
from importlib.metadata import version

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from assistant.api.lane import ModelLane
from assistant.api.served import Served, Workspaces
from assistant.ask.answer import Answer

router = APIRouter(tags=["Health"])
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 1, 2.5, 5, 10, 30)
_STATES = ("queued", "running", "finished", "failed", "cancelled")


class Metrics:
    """What one application counts."""

    def __init__(self, workspaces: Workspaces, lane: ModelLane) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "earmark_http_requests",
            "Requests by route.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "earmark_http_request_seconds", "Until the whole answer was sent.", ["method", "route"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self._answers = Counter(
            "earmark_answers",
            "Answers by what was asked.",
            ["intent", "mode", "abstained"],
            registry=self.registry,
        )
        self._items = Counter(
            "earmark_feedback_received",
            "Items sent to the API, by outcome.",
            ["status"],
            registry=self.registry,
        )
        lane.on_wait = Histogram(
            "earmark_model_wait_seconds",
            "Wait for the lane of the models.",
            buckets=_SECONDS,
            registry=self.registry,
        ).observe
        self.registry.register(_State(workspaces, lane))

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request has ended."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def answer(self, answer: Answer) -> None:
        """A question was answered."""
        self._answers.labels(str(answer.plan["intent"]), answer.mode, answer.abstained or "no").inc()

    def received(self, status: str, items: int) -> None:
        """Items came in."""
        self._items.labels(status).inc(items)


class _State:
    """What is looked at when it is asked for: stores, indexes and queues."""

    def __init__(self, workspaces: Workspaces, lane: ModelLane) -> None:
        self._workspaces = workspaces
        self._lane = lane

    def collect(self) -> Iterator[Metric]:
        """As prometheus_client's collectors."""
        built = GaugeMetricFamily("earmark_build_info", "Version of the product.", labels=["version"])
        built.add_metric([version("earmark")], 1)
        yield built
        yield GaugeMetricFamily(
            "earmark_model_queue", "Requests that run or wait for the models.", self._lane.held
        )
        families = {
            name: GaugeMetricFamily(f"earmark_{name}", about, labels=["workspace", *more])
            for name, about, more in (
                ("items", "Stored items.", ()),
                ("index_lag", "Changes that the indexes are behind the store.", ()),
                ("vectors_exact", "1 while exact search serves and not Chroma.", ()),
                ("jobs", "Jobs by state.", ("state",)),
            )
        }
        for served in self._workspaces.open():
            _add(families, served)
        yield from families.values()


def _add(families: dict[str, GaugeMetricFamily], served: Served) -> None:
    product = served.product
    name = product.settings.workspace
    families["items"].add_metric([name], product.index.store.counts().items)
    families["index_lag"].add_metric([name], product.index.applier.lag())
    families["vectors_exact"].add_metric([name], float(product.index.vectors.is_exact))
    counts = product.index.jobs.counts()
    for state in _STATES:
        families["jobs"].add_metric([name, state], counts.get(state, 0))


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
def metrics(request: Request) -> Response:
    """Requests, answers, queues, indexes and jobs, in the text format of Prometheus."""
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
