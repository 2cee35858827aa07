"""Which text of its project a session is about: a commit, or the hash of what it took."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("pin", sa.Text(), nullable=True))
