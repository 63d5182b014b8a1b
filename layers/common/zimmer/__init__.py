"""The one package every function shares: tables, sessions, rights, the ledger.

Imports point down one list (`pyproject.toml`, import-linter); nothing here knows a function.
"""
