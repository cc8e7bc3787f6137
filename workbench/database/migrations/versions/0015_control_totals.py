"""What a whole file has to come to, as it says itself, as its manifest says, or as a person has said beforehand."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0015_control_totals.sql").read_text("utf-8"))
