"""The admin function."""

from zimmer.web import build_app, lambda_handler

app = build_app("admin")
handler = lambda_handler(app)
