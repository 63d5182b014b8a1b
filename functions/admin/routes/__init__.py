"""The dashboard's routes, one file per noun, named like its service and its schemas."""

from fastapi import APIRouter

from functions.admin.routes import (
    adjustments,
    audit,
    dashboard,
    payments,
    reconciliation,
    settings,
    system,
    tickets,
    users,
)

router = APIRouter(prefix="/api/admin", tags=["admin"])
for noun in (dashboard, users, settings, audit, reconciliation, system, tickets, adjustments, payments):
    router.include_router(noun.router)
