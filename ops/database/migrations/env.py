"""Alembic's entry: the connection comes from ops.database.migrate, never from a file."""

from alembic import context

from ops.database.base import Base
from ops.database.engine import import_models

import_models()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
