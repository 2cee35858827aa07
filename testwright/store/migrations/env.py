"""Alembic's entry point. `store/migrating.py` hands over the connection, with its transaction already begun."""

from alembic import context

from testwright.store.rows import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
