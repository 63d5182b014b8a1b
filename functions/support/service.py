"""Tickets and notifications: what a customer and the staff may do with them."""
