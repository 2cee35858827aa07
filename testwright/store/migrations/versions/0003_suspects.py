"""The suspected bugs of each delivered suite's file; none are known for suites from before."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("tests", sa.Column("suspects", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("tests") as tests:
        tests.alter_column("suspects", server_default=None)
