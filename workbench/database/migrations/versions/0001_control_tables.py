"""The control tables, and the rules about them that the database keeps."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0001_control_tables.sql").read_text("utf-8"))
