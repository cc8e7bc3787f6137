"""Rows that contradict each other, and what people decide of them."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0004_decisions.sql").read_text("utf-8"))
