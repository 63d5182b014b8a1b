"""The payments function: `/api/payments/*`, and what the staff does to a purchase."""

import zimmer.lean_fastapi  # noqa: F401  before our routes bring FastAPI
from functions.payments import staff
from functions.payments.routes import router
from zimmer.web import build_app, lambda_handler

app = build_app("payments", router, staff.router)
handler = lambda_handler(app)
