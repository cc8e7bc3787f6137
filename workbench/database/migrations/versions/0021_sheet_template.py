"""A configured Google Sheet may name the template that maps and cleans it."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0021_sheet_template.sql").read_text("utf-8"))
