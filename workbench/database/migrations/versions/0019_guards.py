"""A reason that nobody can read is none, and what goes together is written all or none."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0019_guards.sql").read_text("utf-8"))
