"""The database's history, applied by Alembic (`workbench db upgrade`)."""
