"""The dashboard's routes, one file per noun, named like its service and its schemas."""

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
