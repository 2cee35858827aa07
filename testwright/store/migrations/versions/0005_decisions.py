"""What a person decided about each delivered suite; about those from before, nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("tests", sa.Column("decision", sa.Text(), nullable=False, server_default="undecided"))
    with op.batch_alter_table("tests") as tests:
        tests.alter_column("decision", server_default=None)
