"""The auth function: `/api/auth/*` and `/api/health`."""

from functions.auth.routes import platform, router
from zimmer.web import build_app, lambda_handler

app = build_app("auth", router, platform)
handler = lambda_handler(app)
