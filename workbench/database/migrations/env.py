"""Runs the migrations on the connection that `upgrading.upgrade` hands over; there is no other way in."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="schema_version", version_table_schema="workbench")
with context.begin_transaction():
    context.run_migrations()
