"""Alembic's entry point. The connection comes from `index.migrate`; there is no ini file."""

from alembic import context

from index.schema import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
