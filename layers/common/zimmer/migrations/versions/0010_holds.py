"""Holds get a key, a use they become, and the answers their callers got. Nobody has written one before."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. The table is empty, so none needs a default for rows of before."""
    op.execute(
        """
        ALTER TABLE holds
            ADD COLUMN idempotency_key VARCHAR(200) NOT NULL,
            ADD COLUMN used BIGINT NOT NULL DEFAULT 0,
            ADD COLUMN usage_type VARCHAR(50) NOT NULL,
            ADD COLUMN body_hash BYTEA NOT NULL,
            ADD COLUMN meta JSONB,
            ADD COLUMN counted_on DATE NOT NULL,
            ADD COLUMN ended_at TIMESTAMPTZ,
            ADD COLUMN result JSONB NOT NULL,
            ADD COLUMN outcome JSONB,
            ADD UNIQUE (user_automation_id, idempotency_key),
            ADD CHECK (used BETWEEN 0 AND units),
            ADD CHECK ((state = 'committed') = (used > 0)),
            ADD CHECK ((state = 'open') = (ended_at IS NULL) AND (state = 'open') = (outcome IS NULL));
        CREATE INDEX ix_holds_open_of_copy ON holds (user_automation_id) WHERE state = 'open';
        DROP INDEX ix_holds_user_automation_id;
        """
    )


def downgrade() -> None:
    """Take them away, with what they said of each hold."""
    op.execute(
        """
        CREATE INDEX ix_holds_user_automation_id ON holds (user_automation_id);
        DROP INDEX ix_holds_open_of_copy;
        ALTER TABLE holds
            DROP CONSTRAINT holds_user_automation_id_idempotency_key_key,
            DROP COLUMN idempotency_key, DROP COLUMN used, DROP COLUMN usage_type, DROP COLUMN body_hash,
            DROP COLUMN meta, DROP COLUMN counted_on, DROP COLUMN ended_at, DROP COLUMN result, DROP COLUMN outcome;
        """
    )
