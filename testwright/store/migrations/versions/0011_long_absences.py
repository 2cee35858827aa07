"""A round may have been left alone for longer than the 24 days of milliseconds that Postgres counts in 32 bits."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite counts in as many bits as it takes
        op.alter_column("rounds", "away_ms", type_=sa.BigInteger(), existing_nullable=False)
