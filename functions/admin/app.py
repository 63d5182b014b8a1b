"""The admin function: what of `/api/admin/*` needs tables only."""

import zimmer.lean_fastapi  # noqa: F401  before our routes bring FastAPI
from functions.admin.routes import NOUNS
from zimmer.web import build_app, lambda_handler

app = build_app("admin", *(noun.router for noun in NOUNS))
handler = lambda_handler(app)
