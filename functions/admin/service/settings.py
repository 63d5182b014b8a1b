"""What a manager may change while the platform runs."""

from sqlalchemy import select

from functions.admin.schemas.names import PersonName
from functions.admin.schemas.settings import SettingsChange, SettingsRecord
from functions.admin.service.reading import Read, reading
from zimmer import audit, clock
from zimmer.auth.acting import Staff
from zimmer.db import Session
from zimmer.errors import ValidationFailed
from zimmer.models import BusinessSettings, User


def current(read: Read) -> SettingsRecord:
    """What holds now, and who changed it last."""
    [[row]] = read(
        select(BusinessSettings.__table__, User.name.label("name")).outerjoin(
            User, User.id == BusinessSettings.updated_by
        )
    )
    columns = {column: getattr(row, column) for column in SettingsRecord.model_fields if column != "updated_by"}
    by = PersonName(id=row.updated_by, name=row.name) if row.updated_by else None
    return SettingsRecord(**columns, updated_by=by)


def edit(session: Session, staff: Staff, change: SettingsChange) -> SettingsRecord:
    """Change what is given. The trail holds only what became another. Raises ValidationFailed.

    Two managers at once wait for each other, so that what one changed is never judged by what the other saw.
    """
    settings = session.scalars(select(BusinessSettings).with_for_update()).one()
    wanted = change.model_dump(exclude_unset=True)
    before, after = audit.changed(audit.facts(settings, *wanted), wanted)
    if after:
        for column, value in after.items():
            setattr(settings, column, value)
        _refuse_crossed_limits(settings)
        settings.updated_by, settings.updated_at = staff.id, clock.now()
        audit.done(session, staff.act, before=before, after=after)
    return current(reading(session))


def _refuse_crossed_limits(settings: BusinessSettings) -> None:
    if settings.minimum_amount > settings.maximum_amount:
        raise ValidationFailed(
            [
                {
                    "loc": ["body", "minimum_amount"],
                    "code": "above-maximum-amount",
                    "message": "the smallest purchase is larger than the largest",
                }
            ]
        )
