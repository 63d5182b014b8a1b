"""Counters of attempts, for limits that hold across all containers."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COUNTERS = """
CREATE TABLE throttle_counters (
    kind VARCHAR(50) NOT NULL,
    subject BYTEA NOT NULL,
    remaining INTEGER NOT NULL,
    strikes INTEGER NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX ix_throttle_counters_expires_at ON throttle_counters (expires_at);
"""


def upgrade() -> None:
    op.execute(COUNTERS)


def downgrade() -> None:
    op.execute("DROP TABLE throttle_counters")
