"""Tickets, notifications and their delivery."""
