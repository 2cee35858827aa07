"""What each step did and when, and how long a round was at a standstill because nobody was there to work on it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "steps",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("session_id", sa.Text(), sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("file_index", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
    )
    op.create_index("ix_steps_session_id", "steps", ["session_id"])
    op.add_column("rounds", sa.Column("seen_at", sa.DateTime(), nullable=True))
    op.add_column("rounds", sa.Column("away_ms", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("rounds") as rounds:
        rounds.alter_column("away_ms", server_default=None)
