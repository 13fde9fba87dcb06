"""R13: requests made from the OpenAPI document, right and wrong ones: nothing fails inside, nothing is undocumented."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from pydantic import SecretStr

from assistant.app import create_app
from tests.assistant.api.conftest import BASE
from tests.assistant.api.homes import Homes

CASES = 10_000 if os.environ.get("EARMARK_FAULTS") else 250
KNOWN = {
    "item_id": "s0",
    "customer_id": "K17",
    "theme_id": "delivery",
}  # so that some requests reach something
# Schemathesis 4.32 warns of its own use of jsonschema.
pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(3600),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_no_request_fails_inside_or_is_answered_in_an_undocumented_way(homes: Homes, tmp_path: Path) -> None:
    """Every status is in the document, every error is a problem, every answer is valid by its schema."""
    product = homes.product(tmp_path, token=SecretStr("s3cret"))
    wrong: Counter[tuple[str, str, Any]] = Counter()
    done = 0
    with TestClient(create_app(product), base_url=BASE, raise_server_exceptions=False) as client:
        schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
        operations = [found.ok() for found in schema.get_all_operations()]
        each = max(2, CASES * 5 // 4 // len(operations) + 1)  # some have fewer to try
        for operation in operations:
            done += _sent(client, operation, each, wrong)
    product.close()
    print(f"R13: {done} requests over {len(operations)} operations, seed 7")
    assert done >= CASES
    assert wrong == Counter()


def _sent(client: TestClient, operation: Any, each: int, wrong: Counter[tuple[str, str, Any]]) -> int:
    """Send requests of one operation; returns how many."""
    done = 0

    @settings(
        max_examples=each,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @seed(7)
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        nonlocal done
        done += 1
        if done % 2:
            case.path_parameters = {**(case.path_parameters or {}), **_known(case)}
            case.headers.pop("Earmark-Workspace", None)
        answer = client.request(**_request(case))
        if problem := _wrong(operation, answer):
            wrong[(operation.method, operation.path, problem)] += 1

    send()
    return done


def _known(case: Any) -> dict[str, str]:
    return {name: value for name, value in KNOWN.items() if f"{{{name}}}" in case.operation.path}


def _request(case: Any) -> dict[str, Any]:
    made = case.as_transport_kwargs(base_url=BASE)
    headers = {**dict(made.get("headers") or {}), "Authorization": "Bearer s3cret"}
    kept = {key: made[key] for key in ("method", "url", "params", "json", "data", "files") if key in made}
    return {**kept, "headers": headers}


def _wrong(operation: Any, answer: Any) -> str | None:
    documented = operation.definition.raw["responses"]
    status = str(answer.status_code)
    if answer.status_code >= 500 or status not in documented:
        return f"{status}: {answer.text[:200]}"
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code >= 400 and kind != "application/problem+json" and operation.path != "/readyz":
        return f"{status} as {kind}"
    if answer.status_code < 300 and kind == "application/json":
        try:
            operation.validate_response(answer)
        except Exception as error:  # noqa: BLE001 (whatever it says is what is wrong)
            return f"{status}: {str(error)[:300]}"
    return None
