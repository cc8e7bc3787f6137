"""What a recipe changed in a row, and that it took it out."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0018_cleaned.sql").read_text("utf-8"))
