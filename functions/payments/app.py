"""The payments function: `/api/payments/*`."""

from functions.payments.routes import router
from zimmer.web import build_app, lambda_handler

app = build_app("payments", router)
handler = lambda_handler(app)
