"""The warning of a low balance as a function, so that only a use that causes one pays for planning it."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the function. Older code has the same statements among its own."""
    op.execute(
        """
        CREATE FUNCTION warn_of_low_balance(
            copy_id BIGINT, sequence_number BIGINT, customer BIGINT, automation BIGINT, line BIGINT, remaining BIGINT,
            moment TIMESTAMPTZ
        ) RETURNS VOID LANGUAGE sql AS $$
            WITH told AS (
                INSERT INTO notifications (user_id, kind, level, data, link, dedup_key, created_at)
                SELECT customer, 'low-balance', 'warning',
                       jsonb_build_object('left', remaining, 'line', line, 'automation_id', automations.id,
                                          'automation', automations.name),
                       '/automations/' || automations.id || '/dashboard/',
                       'low-balance:' || copy_id || ':' || sequence_number, moment
                FROM automations WHERE automations.id = automation
                ON CONFLICT (dedup_key) DO NOTHING
                RETURNING user_id, kind, data, link, dedup_key
            ), mailed AS (
                INSERT INTO deliveries (dedup_key, user_id, kind, address, data, link, created_at)
                SELECT told.dedup_key || '/email', users.id, told.kind, users.email, told.data, told.link, moment
                FROM told JOIN users ON users.id = told.user_id WHERE users.is_active AND users.deleted_at IS NULL
                ON CONFLICT (dedup_key) DO NOTHING
                RETURNING id
            )
            INSERT INTO outbox (topic, dedup_key, payload, created_at, next_at)
            SELECT 'notifications.deliver', 'deliver:' || id, jsonb_build_object('delivery_id', id, 'v', 1), moment,
                   moment
            FROM mailed ORDER BY id
        $$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION warn_of_low_balance")
