"""The auth function: `/api/auth/*` and `/api/health`."""

import zimmer.lean_fastapi  # noqa: F401  before our routes bring FastAPI
from functions.auth import account_routes
from functions.auth.routes import platform, router
from functions.auth.twofa_routes import router as twofa
from zimmer.web import build_app, lambda_handler

app = build_app("auth", router, account_routes.router, twofa, platform)
handler = lambda_handler(app)
