"""The models that the server runs, with their scores."""

from fastapi.testclient import TestClient

from nlp.checkpoint import SHIPPED
from nlp.quality import quality
from tests.assistant.api.conftest import Connect


def test_the_tagger_says_how_good_it_was(reader: TestClient) -> None:
    """Every measured label, recounted from its four counts; the interval holds the share."""
    found = reader.get("/v1/model").json()
    assert found["tagger"]["id"] == "earmark-tagger-1"
    assert found["tagger"]["languages"] == ["en"]
    assert "GoEmotions" in found["tagger"]["card"]
    measured = quality(SHIPPED)
    assert [one["field"] for one in found["tagger"]["fields"]] == list(measured)
    for field in found["tagger"]["fields"]:
        for score in field["labels"]:
            counts = measured[field["field"]].labels[score["label"]]
            assert score["support"] == counts.found + counts.missed
            for share, interval in (("precision", "precision_interval"), ("recall", "recall_interval")):
                if score[share] is not None:
                    assert score[interval][0] <= score[share] <= score[interval][1]
    churn = {one["label"]: one for one in found["tagger"]["fields"][7]["labels"]}["risk"]
    risk = measured["churn"].labels["risk"]
    assert churn["precision"] == risk.found / (risk.found + risk.false)


def test_a_language_model_is_named_without_its_key(connect: Connect) -> None:
    """And there is none where none is set."""
    assert connect().get("/v1/model").json()["language_model"] is None
