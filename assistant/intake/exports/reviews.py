"""Reviews as the stores and sites hand them out: the same few things under other names."""

from collections.abc import Mapping, Sequence
from typing import Any


class ReviewExport:
    """A product whose entries need other column names and nothing else.

    Args:
        name: with its article, for people.
        channel: where these reviews were written.
        sources: our column to the product's; the text's and the rating's are what the product is recognised by.
        also: more columns by which it is told from others.
    """

    def __init__(
        self, *, name: str, channel: str, sources: Mapping[str, str], also: Sequence[str] = ()
    ) -> None:
        self.name, self._channel, self._sources = name, channel, sources
        self.fields = frozenset((sources["text"], sources["rating"], *also))
        self.columns: Sequence[str] = (*sources, "channel")

    def cells(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """As Export."""
        found = {ours: entry.get(theirs, "") for ours, theirs in self._sources.items()}
        return {**found, "channel": self._channel}


REVIEWS = (
    ReviewExport(
        name="a Trustpilot",
        channel="trustpilot",
        sources={
            "id": "Review Id", "date": "Review Created (UTC)", "rating": "Review Stars", "title": "Review Title",
            "text": "Review Content", "customer_id": "Consumer Id", "reference": "Reference Id",
            "location": "Location Name", "origin": "Source",
        },
    ),
    ReviewExport(
        name="a Trustpilot",
        channel="trustpilot",
        sources={
            "id": "id", "date": "createdAt", "rating": "stars", "title": "title", "text": "text",
            "customer_id": "consumer.id", "verified": "isVerified", "reference": "referenceId",
        },
        also=("consumer.id",),
    ),
    ReviewExport(
        name="a Google Play",
        channel="google_play",
        sources={
            "date": "Review Submit Date and Time", "rating": "Star Rating",
            "title": "Review Title", "text": "Review Text", "app_version": "App Version Name",
            "reviewer_language": "Reviewer Language", "device": "Device", "app": "Package Name",
        },
        also=("Package Name",),
    ),
    ReviewExport(
        name="an App Store",
        channel="app_store",
        sources={
            "id": "id", "date": "attributes.createdDate", "rating": "attributes.rating",
            "title": "attributes.title", "text": "attributes.body", "customer_id": "attributes.reviewerNickname",
            "territory": "attributes.territory",
        },
    ),
)  # fmt: skip
