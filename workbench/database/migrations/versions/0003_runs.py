"""Composed runs: parts of one source, rolled up, and rows that a later import resolves."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0003_runs.sql").read_text("utf-8"))
