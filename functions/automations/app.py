"""The automations function: `/api/automations`, `/api/user`, `/api/automation-usage`, and service tokens."""

import zimmer.lean_fastapi  # noqa: F401  before our routes bring FastAPI
from functions.automations import staff
from functions.automations.holds import router as holds
from functions.automations.routes import catalogue, mine
from functions.automations.usage import router as usage
from zimmer.web import build_app, lambda_handler

# Routes are tried in their order, so what is asked most comes first.
app = build_app("automations", usage, catalogue, mine, holds, staff.router)
handler = lambda_handler(app)
