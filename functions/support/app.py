"""The support function: `/api/support/*`, `/api/notifications/*`."""

from functions.support.routes import router
from zimmer.web import build_app, lambda_handler

app = build_app("support", router)
handler = lambda_handler(app)
