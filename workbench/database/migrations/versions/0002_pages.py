"""What the pages need: corrections, profiles, the inventory of sources, templates that retire, and quick answers."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0002_pages.sql").read_text("utf-8"))
