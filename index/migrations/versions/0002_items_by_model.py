"""Find the items that an earlier tagger has tagged without reading all of them."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("items_by_model", "items", ["model"])
