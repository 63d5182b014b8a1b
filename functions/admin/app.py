"""The admin function: what of `/api/admin/*` needs tables only."""

from functions.admin.routes import router
from zimmer.web import build_app, lambda_handler

app = build_app("admin", router)
handler = lambda_handler(app)
