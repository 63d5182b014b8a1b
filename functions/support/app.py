"""The support function: `/api/support/*`, `/api/notifications/*`."""

import zimmer.lean_fastapi  # noqa: F401  before our routes bring FastAPI
from functions.support.routes import notifications, support
from zimmer.web import build_app, lambda_handler

app = build_app("support", support, notifications)
handler = lambda_handler(app)
