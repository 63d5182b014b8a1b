"""Purchases: from the quote through the bank to the tokens."""
