"""Mail whose message was lost is found by the sweep without reading what was sent."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index what is not sent yet: few rows of a table that only grows."""
    op.execute("CREATE INDEX ix_deliveries_unsent ON deliveries (id) WHERE state IN ('waiting', 'sending')")


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP INDEX ix_deliveries_unsent")
