"""What is older than it may be kept is deleted."""

from datetime import date, timedelta
from pathlib import Path

from assistant.privacy.retention import Policy
from tests.assistant.api.homes import Homes

TODAY = date(2026, 9, 30)


def test_old_feedback_goes_and_undated_feedback_stays(tmp_path: Path, tmp_path_factory: object) -> None:
    """What a policy would delete is what it deletes, once a day, verdicts and cases with it."""
    product = Homes(tmp_path / "templates").product(tmp_path / "home", seeded=False)
    try:
        days = [1, 29, 30, 31, 400, None]
        items = [
            {"id": f"d{day}", "text": f"Said {day} days ago.", "date": day and TODAY - timedelta(days=day)}
            for day in days
        ]
        from assistant.intake import FeedbackIn

        product.intake.add([FeedbackIn.model_validate(item) for item in items])
        policy = Policy(days=30)
        assert product.retention.due(policy, TODAY) == 2
        assert product.retention.apply_if_due(TODAY) == 0, "nothing is deleted before somebody says so"
        product.retention.set(policy)
        assert product.retention.apply_if_due(TODAY) == 2
        assert product.retention.apply_if_due(TODAY) == 0
        assert product.retention.apply_if_due(TODAY + timedelta(days=1)) == 1
        left = set(product.index.store.known_hashes([item["id"] for item in items]))  # type: ignore[misc]
        assert left == {"d1", "d29", "dNone"}
    finally:
        product.close()
