"""An outcome may say what its record gets."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0011_settled.sql").read_text("utf-8"))
