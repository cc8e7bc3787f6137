"""Invalid rows that a person has rejected, and batches that nobody wants any more."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0007_rejected.sql").read_text("utf-8"))
