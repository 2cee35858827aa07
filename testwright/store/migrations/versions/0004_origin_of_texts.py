"""Which texts were read from a registered folder; of files from before, none is known to be."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("files", sa.Column("from_folder", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("files") as files:
        files.alter_column("from_folder", server_default=None)
