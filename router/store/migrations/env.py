"""Where Alembic finds the database and the tables: both are handed over by schema.py."""

from alembic import context

from router.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.Tenant.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
