"""How the gateway has been answering, so that purchases rest by themselves while it fails."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table with its one row. Older code does not look at it."""
    op.execute(
        """
        CREATE TABLE gateway_health (
            gateway VARCHAR(50) PRIMARY KEY,
            failed_for JSONB NOT NULL DEFAULT '[]',
            failed_at TIMESTAMPTZ,
            reason VARCHAR(50),
            resting_since TIMESTAMPTZ,
            next_try_at TIMESTAMPTZ,
            CHECK ((failed_at IS NULL) = (failed_for = '[]') AND (failed_at IS NULL) = (reason IS NULL)),
            CHECK ((resting_since IS NULL) = (next_try_at IS NULL)),
            CHECK (resting_since IS NULL OR failed_at IS NOT NULL)
        );
        INSERT INTO gateway_health (gateway) VALUES ('zarinpal');
        """
    )


def downgrade() -> None:
    """Take it away: purchases rest when a manager says so."""
    op.execute("DROP TABLE gateway_health")
