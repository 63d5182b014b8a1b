"""A second factor that is being set up, beside the one that is in force until its successor has proven itself."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. It holds no default, so no row is rewritten."""
    op.execute("ALTER TABLE users ADD COLUMN twofa_pending TEXT")


def downgrade() -> None:
    """Take it away: whoever was setting up begins again."""
    op.execute("ALTER TABLE users DROP COLUMN twofa_pending")
