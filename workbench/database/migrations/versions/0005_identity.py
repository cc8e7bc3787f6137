"""For whom a connection is, proven; and the tables of each dataset, for what the database itself checks.

From here on, functions, views and triggers stand in `current.sql` beside the migrations.
"""

from pathlib import Path
from typing import Any, cast

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # straight to the driver: the statements have no parameters, and their % signs mean themselves
    connection = cast(Any, op.get_bind().connection.driver_connection)
    connection.execute(Path(__file__).with_name("0005_identity.sql").read_text("utf-8"))
