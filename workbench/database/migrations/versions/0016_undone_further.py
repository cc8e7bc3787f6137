"""What an undo had to keep can be taken back by another one."""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0016_undone_further.sql").read_text("utf-8"))
