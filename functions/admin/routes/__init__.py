"""The dashboard's routes, one file per noun, named like its service and its schemas."""

from fastapi import APIRouter

from functions.admin.routes import (
    adjustments,
    audit,
    automations,
    dashboard,
    openai_keys,
    payments,
    reconciliation,
    settings,
    system,
    tickets,
    user_automations,
    users,
)

router = APIRouter(prefix="/api/admin", tags=["admin"])
NOUNS = (
    dashboard,
    users,
    automations,
    user_automations,
    openai_keys,
    payments,
    adjustments,
    tickets,
    settings,
    audit,
    reconciliation,
    system,
)
for noun in NOUNS:
    router.include_router(noun.router)
