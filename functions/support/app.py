"""The support function."""

from zimmer.web import build_app, lambda_handler

app = build_app("support")
handler = lambda_handler(app)
