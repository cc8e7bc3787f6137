"""Who is meant by what imported rows say: what people decided, and what was plain."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0009_matches.sql").read_text("utf-8"))
