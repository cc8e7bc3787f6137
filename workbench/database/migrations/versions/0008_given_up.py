"""Rows of failed batches can be forgotten."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0008_given_up.sql").read_text("utf-8"))
