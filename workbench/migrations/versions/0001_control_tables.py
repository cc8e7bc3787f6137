"""Tenants, runs, batches, rows, outcomes, explanations, signatures, the audit log, and the rules that the database keeps."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = op.get_bind().connection.driver_connection
    connection.execute(Path(__file__).with_name("0001_control_tables.sql").read_text("utf-8"))
