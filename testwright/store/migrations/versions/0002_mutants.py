"""What became of the mutants of each delivered suite's file; unknown for suites from before."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("tests", sa.Column("mutants", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("tests") as tests:
        tests.alter_column("mutants", server_default=None)
