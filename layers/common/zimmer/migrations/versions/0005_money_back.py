"""Money that went back: how much of a purchase, and by which transfer."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns; of the past nothing has gone back."""
    op.execute("""
        ALTER TABLE payments
            ADD COLUMN refunded_amount BIGINT CHECK (refunded_amount BETWEEN 0 AND amount),
            ADD COLUMN refund_reference VARCHAR(255)
    """)


def downgrade() -> None:
    """Take them away; the events still say what went back."""
    op.execute("ALTER TABLE payments DROP COLUMN refunded_amount, DROP COLUMN refund_reference")
