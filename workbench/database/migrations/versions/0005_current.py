"""Nothing new is kept: from here on, functions, views and triggers stand in `current.sql` beside the migrations."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    pass
