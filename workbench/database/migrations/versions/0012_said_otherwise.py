"""What a person has said of a row can be said otherwise."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0012_said_otherwise.sql").read_text("utf-8"))
